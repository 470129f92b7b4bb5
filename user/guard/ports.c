// SPDX-License-Identifier: BSD-2-Clause
#include "guard/ports.h"

#include <errno.h>
#include <netinet/in.h>
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

int ports_parse(const char *text, struct protected_ports *to)
{
	struct protected_ports parsed = *to;
	char copy[1024], *rest = copy, *word;

	if (!strcmp(text, "all")) {
		to->protect |= ECDN_XDP_PROTECT_ALL;
		return 0;
	}
	if (strlen(text) >= sizeof(copy))
		return -EINVAL;
	strcpy(copy, text);
	while ((word = strsep(&rest, ",")))
		if (parse_port_word(word, &parsed.ports, &parsed.protect))
			return -EINVAL;
	*to = parsed;
	return 0;
}

int ports_read(const struct guard_maps *maps, uint32_t protect, struct protected_ports *to)
{
	to->protect = protect;
	return maps_get(maps->protected_ports, "protected_ports", &(__u32){ 0 }, &to->ports);
}

int ports_write(const struct guard_maps *maps, const struct protected_ports *from)
{
	return maps_set(maps->protected_ports, "protected_ports", &(__u32){ 0 }, &from->ports);
}

bool ports_cover(const struct protected_ports *in, uint16_t port, uint8_t protocol)
{
	const uint8_t *bits = protocol == IPPROTO_TCP ? in->ports.tcp : in->ports.udp;

	return in->protect & ECDN_XDP_PROTECT_ALL || bits[port / 8] & 1 << port % 8;
}
