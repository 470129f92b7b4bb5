/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * origin_address.h - an origin as people write it: ADDR, ADDR:PORT, V6 or [V6]:PORT.
 */
#ifndef ORIGIN_ORIGIN_ADDRESS_H
#define ORIGIN_ORIGIN_ADDRESS_H

#include "base/address.h"
#include "ecdn-xdp-origin.h"

/* Bytes of "[V6]:PORT", NUL included. */
#define ORIGIN_ADDRESS_TEXT_SIZE (ADDRESS_TEXT_SIZE + 8)

/* Reads an address; without a port the key's port is 0. ::ffff:192.0.2.1 is IPv4. Returns 0, or
 * -EINVAL with *key untouched, silent. */
int origin_address_parse(const char *text, struct ecdn_xdp_origin_key *key);

/* Writes it as it is read; returns text. */
char *origin_address_format(const struct ecdn_xdp_origin_key *key,
			    char text[ORIGIN_ADDRESS_TEXT_SIZE]);

#endif
