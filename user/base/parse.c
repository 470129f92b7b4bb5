// SPDX-License-Identifier: BSD-2-Clause
#include "base/parse.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Means the limits of all other regions where a region could be named. */
#define RESERVED_NAME "default"

static addr_bits bits_from_bytes(const uint8_t *bytes, size_t count)
{
	addr_bits bits = 0;

	for (size_t i = 0; i < count; i++)
		bits |= (addr_bits)bytes[i] << (120 - 8 * i);
	return bits;
}

static void bits_to_bytes(addr_bits bits, uint8_t *bytes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		bytes[i] = bits >> (120 - 8 * i);
}

static int family_length(int family)
{
	return family == AF_INET ? 32 : 128;
}

int parse_address(const char *text, struct address *address)
{
	int family = strchr(text, ':') ? AF_INET6 : AF_INET;
	uint8_t bytes[16];

	if (inet_pton(family, text, bytes) != 1)
		return -EINVAL;
	address->family = family;
	address->bits = bits_from_bytes(bytes, family_length(family) / 8);
	return 0;
}

/* The host part of a prefix, all ones. */
static addr_bits host_mask(int length)
{
	return length == 0 ? ~(addr_bits)0 : ((addr_bits)1 << (128 - length)) - 1;
}

addr_bits cidr_last(const struct cidr *cidr)
{
	return cidr->addr.bits | host_mask(cidr->length);
}

/* Decimal digits alone, at most max. */
static int parse_small(const char *text, unsigned int max, unsigned int *value)
{
	unsigned long number;
	char *end;

	if (!isdigit((unsigned char)*text))
		return -EINVAL;
	errno = 0;
	number = strtoul(text, &end, 10);
	if (*end || errno || number > max)
		return -EINVAL;
	*value = number;
	return 0;
}

int parse_cidr(const char *text, struct cidr *cidr)
{
	const char *slash = strchr(text, '/');
	size_t size = slash ? (size_t)(slash - text) : strlen(text);
	char addr[ADDRESS_TEXT_SIZE];
	struct cidr parsed;
	unsigned int length;

	if (size >= sizeof(addr))
		return -EINVAL;
	memcpy(addr, text, size);
	addr[size] = 0;
	if (parse_address(addr, &parsed.addr))
		return -EINVAL;
	length = family_length(parsed.addr.family);
	if (slash && parse_small(slash + 1, length, &length))
		return -EINVAL;
	parsed.length = length;
	if (length < 128 && parsed.addr.bits & host_mask(length))
		return -ERANGE;
	*cidr = parsed;
	return 0;
}

/* Multiplies by the unit; the digits after a point must come out whole. */
static int scale(const char *fraction, const char *end, uint64_t unit, uint64_t *value)
{
	uint64_t place = unit;

	if (__builtin_mul_overflow(*value, unit, value))
		return -EINVAL;
	for (; fraction < end; fraction++) {
		if (*fraction != '0' && (!place || place % 10))
			return -EINVAL;
		place /= 10;
		if (__builtin_add_overflow(*value, place * (*fraction - '0'), value))
			return -EINVAL;
	}
	return 0;
}

/* DIGITS[.DIGITS], up to *end; the unit's word follows it. */
static int parse_decimal(const char *text, uint64_t *whole, const char **fraction,
			 const char **end)
{
	char *stop;

	if (!isdigit((unsigned char)*text))
		return -EINVAL;
	errno = 0;
	*whole = strtoull(text, &stop, 10);
	if (errno)
		return -EINVAL;
	*fraction = stop;
	if (*stop == '.') {
		*fraction = ++stop;
		while (isdigit((unsigned char)*stop))
			stop++;
		if (stop == *fraction)
			return -EINVAL;
	}
	*end = stop;
	return 0;
}

int parse_rate(const char *text, uint64_t *rate)
{
	static const struct { const char *name; uint64_t factor; } units[] = {
		{ "", 1 }, { "k", 1000 }, { "M", 1000000 }, { "G", 1000000000 },
	};
	const char *fraction, *end;
	uint64_t value;

	if (parse_decimal(text, &value, &fraction, &end))
		return -EINVAL;
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		if (strcmp(end, units[i].name))
			continue;
		if (scale(fraction, end, units[i].factor, &value) || value > RATE_MAX)
			return -EINVAL;
		*rate = value;
		return 0;
	}
	return -EINVAL;
}

static uint64_t duration_unit(const char *text, size_t size)
{
	static const struct { const char *name; uint64_t ns; } units[] = {
		{ "ns", 1 }, { "us", 1000 }, { "ms", 1000000 }, { "s", 1000000000ULL },
		{ "m", 60000000000ULL }, { "h", 3600000000000ULL }, { "d", 86400000000000ULL },
	};

	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
		if (strlen(units[i].name) == size && !strncmp(text, units[i].name, size))
			return units[i].ns;
	return 0;
}

int parse_duration(const char *text, uint64_t *ns)
{
	uint64_t total = 0;

	if (!*text)
		return -EINVAL;
	while (*text) {
		const char *fraction, *end;
		uint64_t value, unit;
		size_t size;

		if (parse_decimal(text, &value, &fraction, &end))
			return -EINVAL;
		size = strspn(end, "nusmhd");
		unit = duration_unit(end, size);
		if (!unit || scale(fraction, end, unit, &value) ||
		    __builtin_add_overflow(total, value, &total) || total > INT64_MAX)
			return -EINVAL;
		text = end + size;
	}
	*ns = total;
	return 0;
}

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
	unsigned int first, last;

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
	if (parse_small(word, 65535, &first))
		return -EINVAL;
	last = first;
	if (dash && parse_small(dash + 1, 65535, &last))
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

int parse_ports(const char *text, struct ecdn_xdp_protected_ports *ports, uint32_t *protect)
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

bool name_valid(const char *name, size_t length)
{
	if (!length || length >= ECDN_XDP_NAME_SIZE)
		return false;
	if (length == strlen(RESERVED_NAME) && !memcmp(name, RESERVED_NAME, length))
		return false;
	for (size_t i = 0; i < length; i++)
		if (!isgraph((unsigned char)name[i]) || strchr("\"',#", name[i]))
			return false;
	return true;
}

char *format_address(const struct address *address, char text[ADDRESS_TEXT_SIZE])
{
	uint8_t bytes[16];

	bits_to_bytes(address->bits, bytes, sizeof(bytes));
	inet_ntop(address->family, bytes, text, ADDRESS_TEXT_SIZE);
	return text;
}

char *format_cidr(const struct cidr *cidr, char text[CIDR_TEXT_SIZE])
{
	format_address(&cidr->addr, text);
	sprintf(text + strlen(text), "/%d", cidr->length);
	return text;
}

void address_to_bytes(const struct address *address, uint8_t bytes[16])
{
	memset(bytes, 0, 16);
	bits_to_bytes(address->bits, bytes, family_length(address->family) / 8);
}

void address_from_bytes(struct address *address, int family, const uint8_t bytes[16])
{
	address->family = family;
	address->bits = bits_from_bytes(bytes, family_length(family) / 8);
}
