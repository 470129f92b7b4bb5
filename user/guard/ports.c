// SPDX-License-Identifier: BSD-2-Clause
#include "guard/ports.h"

#include <errno.h>
#include <string.h>

#include "base/quantity.h"

static void protect_range(uint8_t bits[8192], unsigned int first, unsigned int last)
{
	for (unsigned int port = first; port <= last; port++)
		bits[port / 8] |= 1 << port % 8;
}

/* PORT[-PORT][/tcp|/udp] */
static int parse_port_word(char *word, struct ecdn_xdp_protected_ports *ports,
			   uint32_t *protect)
{
	uint32_t protocols = ECDN_XDP_PROTECT_TCP | ECDN_XDP_PROTECT_UDP;
	char *slash = strchr(word, '/'), *dash = strchr(word, '-');
	uint64_t first, last;

	if (slash) {
		*slash = 0;
		if (!strcmp(slash + 1, "tcp"))
			protocols = ECDN_XDP_PROTECT_TCP;
		else if (!strcmp(slash + 1, "udp"))
			protocols = ECDN_XDP_PROTECT_UDP;
		else
			return -EINVAL;
	}
	if (dash)
		*dash = 0;
	if (quantity_parse_whole(word, UINT16_MAX, &first))
		return -EINVAL;
	last = first;
	if (dash && quantity_parse_whole(dash + 1, UINT16_MAX, &last))
		return -EINVAL;
	if (!first || last < first)
		return -EINVAL;
	if (protocols & ECDN_XDP_PROTECT_TCP)
		protect_range(ports->tcp, first, last);
	if (protocols & ECDN_XDP_PROTECT_UDP)
		protect_range(ports->udp, first, last);
	*protect |= protocols;
	return 0;
}

int ports_parse(const char *text, struct ecdn_xdp_protected_ports *ports, uint32_t *protect)
{
	struct ecdn_xdp_protected_ports parsed = *ports;
	uint32_t flags = *protect;
	char copy[1024], *rest = copy, *word;

	if (!strcmp(text, "all")) {
		*protect |= ECDN_XDP_PROTECT_ALL;
		return 0;
	}
	if (strlen(text) >= sizeof(copy))
		return -EINVAL;
	strcpy(copy, text);
	while ((word = strsep(&rest, ",")))
		if (parse_port_word(word, &parsed, &flags))
			return -EINVAL;
	*ports = parsed;
	*protect = flags;
	return 0;
}
