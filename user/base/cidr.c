// SPDX-License-Identifier: BSD-2-Clause
#include "base/cidr.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/quantity.h"

#define MAPPED_BITS 96          /* before the IPv4 address in one that is mapped */

addr_bits cidr_host_mask(int length)
{
	return length == 0 ? ~(addr_bits)0 : ((addr_bits)1 << (128 - length)) - 1;
}

addr_bits cidr_last(const struct cidr *cidr)
{
	return cidr->addr.bits | cidr_host_mask(cidr->length);
}

int cidr_parse(const char *text, struct cidr *cidr)
{
	const char *slash = strchr(text, '/');
	size_t size = slash ? (size_t)(slash - text) : strlen(text);
	char addr[ADDRESS_TEXT_SIZE];
	struct cidr parsed;
	uint64_t length;

	if (size >= sizeof(addr))
		return -EINVAL;
	memcpy(addr, text, size);
	addr[size] = 0;
	if (address_parse_written(addr, &parsed.addr))
		return -EINVAL;
	length = address_family_bits(parsed.addr.family);
	if (slash && quantity_parse_whole(slash + 1, length, &length))
		return -EINVAL;
	parsed.length = length;
	if (parsed.addr.bits & cidr_host_mask(length))
		return -ERANGE;
	cidr_unmap(&parsed);
	*cidr = parsed;
	return 0;
}

void cidr_unmap(struct cidr *cidr)
{
	if (cidr->length < MAPPED_BITS)
		return;
	address_unmap(&cidr->addr);
	if (cidr->addr.family == AF_INET && cidr->length > 32)
		cidr->length -= MAPPED_BITS;
}

char *cidr_format(const struct cidr *cidr, char text[CIDR_TEXT_SIZE])
{
	address_format(&cidr->addr, text);
	sprintf(text + strlen(text), "/%d", cidr->length);
	return text;
}
