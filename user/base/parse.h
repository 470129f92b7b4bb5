/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * parse.h - the words that people write: addresses, prefixes, rates, durations,
 * ports. Every function takes the whole string or refuses it: 0, or -EINVAL
 * with the out-parameter untouched and nothing said; the caller knows where the
 * word came from. Thread-safe.
 */
#ifndef BASE_PARSE_H
#define BASE_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ecdn-xdp-maps.h"

/* An address of either family as one number, so that both are treated alike:
 * left-aligned, IPv4 in the uppermost 32 bits. */
typedef unsigned __int128 addr_bits;

struct address {
	addr_bits bits;
	int family;             /* AF_INET or AF_INET6 */
};

struct cidr {
	struct address addr;    /* no bit set beyond length */
	int length;             /* 0 to 32 or 128 */
};

/* Text of the longest address and prefix, NUL included. */
#define ADDRESS_TEXT_SIZE 46
#define CIDR_TEXT_SIZE 50

int parse_address(const char *text, struct address *address);

/* ADDR or ADDR/LEN. Host bits are refused: -ERANGE, as they hint at a typing error. */
int parse_cidr(const char *text, struct cidr *cidr);

/* All addresses of a prefix: the last one, as bits. */
addr_bits cidr_last(const struct cidr *cidr);

/* N with k, M or G for powers of 1000, decimals allowed where whole: 1.5k. At most
 * RATE_MAX, which bpf/rate.h can calculate with. */
#define RATE_MAX 1000000000000000ULL
int parse_rate(const char *text, uint64_t *rate);

/* N with ns, us, ms, s, m, h, d; or compounds: 1h30m. In ns; at most INT64_MAX, so
 * that a time can be added to it. */
int parse_duration(const char *text, uint64_t *ns);

/* Adds "PORT[-PORT][/tcp|/udp],…" or "all" to ports and the protect flags. */
int parse_ports(const char *text, struct ecdn_xdp_protected_ports *ports, uint32_t *protect);

/* Region names: 1 to 15 printable characters without space, quote, comma or '#';
 * not "default". */
bool name_valid(const char *name, size_t length);

/* Return text. */
char *format_address(const struct address *address, char text[ADDRESS_TEXT_SIZE]);
char *format_cidr(const struct cidr *cidr, char text[CIDR_TEXT_SIZE]);

/* In network byte order; IPv4: the first four, then zeros. family: as in address. */
void address_to_bytes(const struct address *address, uint8_t bytes[16]);
void address_from_bytes(struct address *address, int family, const uint8_t bytes[16]);

#endif
