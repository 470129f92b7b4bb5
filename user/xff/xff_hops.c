// SPDX-License-Identifier: BSD-2-Clause
#include "xff/xff_hops.h"

#include <string.h>

#include "base/quantity.h"

#define NEAR_IPV4 24
#define NEAR_IPV6 56
#define PORT_MAX 65535

void xff_hops_start(struct xff_hops *hops, struct text header)
{
	*hops = (struct xff_hops){ .rest = header };
}

static bool is_port(const char *start, const char *end)
{
	uint64_t port;

	return !quantity_parse_digits(start, end, PORT_MAX, &port);
}

/* The address in "[IPv6]" or "[IPv6]:PORT"; an empty text if it is neither. */
static struct text in_brackets(struct text hop)
{
	const char *closing = memchr(hop.start, ']', text_length(hop));
	struct text none = { hop.start, hop.start };

	if (!closing)
		return none;
	if (closing + 1 < hop.end &&
	    (closing[1] != ':' || !is_port(closing + 2, hop.end)))
		return none;
	return (struct text){ hop.start + 1, closing };
}

/* IPv6 has two colons at least. */
static struct text without_port(struct text hop)
{
	const char *colon = memchr(hop.start, ':', text_length(hop));

	if (!colon || memchr(colon + 1, ':', hop.end - colon - 1) ||
	    !is_port(colon + 1, hop.end))
		return hop;
	return (struct text){ hop.start, colon };
}

static void read_hop(struct text hop, struct address *address)
{
	hop = text_trim(hop);
	if (hop.start < hop.end)
		hop = *hop.start == '[' ? in_brackets(hop) : without_port(hop);
	if (hop.start == hop.end || text_address(hop, address))
		*address = (struct address){};
}

bool xff_hops_next(struct xff_hops *hops, struct address *address)
{
	struct text *rest = &hops->rest;
	const char *comma;

	if (rest->start >= rest->end || hops->count == XFF_HOPS_MAX)
		return false;
	comma = memchr(rest->start, ',', text_length(*rest)) ?: rest->end;
	read_hop((struct text){ rest->start, comma }, address);
	rest->start = comma == rest->end ? comma : comma + 1;
	hops->count++;
	return true;
}

void xff_hops_last(struct text header, struct address *address)
{
	const char *comma = memrchr(header.start, ',', text_length(header));

	read_hop((struct text){ comma ? comma + 1 : header.start, header.end }, address);
}

bool xff_hops_near(const struct address *one, const struct address *other)
{
	int length = one->family == AF_INET ? NEAR_IPV4 : NEAR_IPV6;

	return one->family && one->family == other->family &&
	       !((one->bits ^ other->bits) & ~cidr_host_mask(length));
}

bool xff_hops_inner(const struct address *address)
{
	static const struct {
		uint32_t bits;
		int length;
	} inner[] = {
		{ 0x0a000000, 8 }, { 0xac100000, 12 }, { 0xc0a80000, 16 }, { 0x64400000, 10 },
		{ 0xa9fe0000, 16 }, { 0x7f000000, 8 },
	};
	uint32_t high = address->bits >> 96;

	if (address->family == AF_INET6)
		return high >> 25 == 0xfc000000 >> 25 || high >> 22 == 0xfe800000 >> 22 ||
		       address->bits == 1;
	for (size_t i = 0; i < sizeof(inner) / sizeof(inner[0]); i++)
		if (!((high ^ inner[i].bits) >> (32 - inner[i].length)))
			return address->family == AF_INET;
	return false;
}
