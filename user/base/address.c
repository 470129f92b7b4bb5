// SPDX-License-Identifier: BSD-2-Clause
#include "base/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#define LOOPBACK_V4 127

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

int address_parse_written(const char *text, struct address *address)
{
	int family = strchr(text, ':') ? AF_INET6 : AF_INET;
	uint8_t bytes[16];

	if (inet_pton(family, text, bytes) != 1)
		return -EINVAL;
	address->family = family;
	address->bits = bits_from_bytes(bytes, address_family_bits(family) / 8);
	return 0;
}

int address_parse(const char *text, struct address *address)
{
	int err = address_parse_written(text, address);

	if (!err)
		address_unmap(address);
	return err;
}

char *address_format(const struct address *address, char text[ADDRESS_TEXT_SIZE])
{
	uint8_t bytes[16];

	bits_to_bytes(address->bits, bytes, sizeof(bytes));
	inet_ntop(address->family, bytes, text, ADDRESS_TEXT_SIZE);
	return text;
}

void address_to_bytes(const struct address *address, uint8_t bytes[16])
{
	memset(bytes, 0, 16);
	bits_to_bytes(address->bits, bytes, address_family_bits(address->family) / 8);
}

void address_from_bytes(struct address *address, int family, const uint8_t bytes[16])
{
	address->family = family;
	address->bits = bits_from_bytes(bytes, address_family_bits(family) / 8);
}

bool address_is_loopback(const struct address *address)
{
	return address->family == AF_INET ? address->bits >> 120 == LOOPBACK_V4 :
					    address->bits == 1;
}

void address_unmap(struct address *address)
{
	if (address->family != AF_INET6 || address->bits >> 32 != 0xffff)
		return;
	address->family = AF_INET;
	address->bits <<= 96;
}
