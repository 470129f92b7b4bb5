/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * address.h - IPv4 and IPv6 addresses as one type. Functions that read text take the
 * whole string or refuse it: 0, or -EINVAL with the out-parameter untouched and nothing
 * logged, as the caller knows where the text came from. Thread-safe.
 */
#ifndef BASE_ADDRESS_H
#define BASE_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

/* An address of either family as one number, so that both are treated alike. It is left-aligned:
 * IPv4 takes the uppermost 32 bits. */
typedef unsigned __int128 addr_bits;

struct address {
	addr_bits bits;
	int family;             /* AF_INET or AF_INET6 */
};

/* Bytes of the longest address as text, NUL included. */
#define ADDRESS_TEXT_SIZE 46

/* IPv4 in dotted decimals without leading zeros, and IPv6, without a zone. ::ffff:192.0.2.1, in
 * any spelling, is 192.0.2.1: no packet carries it as IPv6, and proxies write IPv4 clients so. The
 * second form leaves it IPv6, for those who look at more than the address. */
int address_parse(const char *text, struct address *address);
int address_parse_written(const char *text, struct address *address);

/* Returns text. */
char *address_format(const struct address *address, char text[ADDRESS_TEXT_SIZE]);

/* Bytes are in network byte order; IPv4 takes the first four, zeros follow.
 * family: AF_INET or AF_INET6. */
void address_to_bytes(const struct address *address, uint8_t bytes[16]);
void address_from_bytes(struct address *address, int family, const uint8_t bytes[16]);

/* True for 127.0.0.0/8 and ::1. */
bool address_is_loopback(const struct address *address);

/* Turns ::ffff:192.0.2.1 into the IPv4 address in it, which is what packets carry. */
void address_unmap(struct address *address);

/* Bits of an address: 32 or 128. */
static inline int address_family_bits(int family)
{
	return family == AF_INET ? 32 : 128;
}

/* IP's version number, which the maps use: 4 or 6; and the way back. */
static inline int address_version(int family)
{
	return family == AF_INET ? 4 : 6;
}

static inline int address_family(int version)
{
	return version == 4 ? AF_INET : AF_INET6;
}

#endif
