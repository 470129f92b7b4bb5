/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cidr.h - prefixes of addresses. Thread-safe; nothing is logged.
 */
#ifndef BASE_CIDR_H
#define BASE_CIDR_H

#include "base/address.h"

struct cidr {
	struct address addr;    /* no bit set beyond length */
	int length;             /* 0 to 32 or 128 */
};

/* Bytes of the longest prefix as text, NUL included. */
#define CIDR_TEXT_SIZE 50

/*
 * Reads ADDRESS or ADDRESS/LENGTH. 0; -EINVAL, or -ERANGE for bits set beyond the length,
 * which hint at a typing error: *cidr is untouched then.
 */
int cidr_parse(const char *text, struct cidr *cidr);

/* Turns a prefix of IPv4-mapped addresses into that of IPv4, as address_unmap() does: cidr_parse()
 * has done so. */
void cidr_unmap(struct cidr *cidr);

/* Returns text. */
char *cidr_format(const struct cidr *cidr, char text[CIDR_TEXT_SIZE]);

/* Ones for the bits behind the first `length`: those that a prefix leaves open. For both
 * families, as addresses are left-aligned. */
addr_bits cidr_host_mask(int length);

/* The last address of a prefix, as bits. */
addr_bits cidr_last(const struct cidr *cidr);

#endif
