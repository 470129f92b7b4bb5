/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * origin_names.h - the names that the operator gave origins: rows of an address, with a port or
 * for every watched one, and its name. Addresses share a name, but none has two.
 */
#ifndef ORIGIN_ORIGIN_NAMES_H
#define ORIGIN_ORIGIN_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "ecdn-xdp-origin.h"

struct origin_names_row {
	struct ecdn_xdp_origin_key key;
	struct ecdn_xdp_origin_name value;
};

/* To be freed with origin_names_free(). */
struct origin_names {
	struct origin_names_row *at;
	size_t count;
};

void origin_names_free(struct origin_names *names);

/* NULL, or the reason why a text can be no name: it has 1 to 63 printable characters without
 * space, quote, comma or "#", and is neither an address nor "--". The same for a host name. */
const char *origin_names_wrong(const char *name);
const char *origin_names_wrong_sni(const char *sni);

/* Appends a row; name and sni, which may be NULL, are not wrong. 0; -EEXIST, silent, if the address
 * is there already, whatever its name; -ENOMEM, logged. */
int origin_names_append(struct origin_names *names, const struct ecdn_xdp_origin_key *key,
			const char *name, const char *sni);

/* The row of that very address and port, or NULL; and the first one of a name. */
const struct origin_names_row *origin_names_find(const struct origin_names *names,
						 const struct ecdn_xdp_origin_key *key);
const struct origin_names_row *origin_names_of(const struct origin_names *names,
					       const char *name);

/* These read and write the map origin_names. 0 or a negative errno, logged. */
int origin_names_read(int map, struct origin_names *names);
int origin_names_put(int map, const struct origin_names_row *row);
int origin_names_drop(int map, const struct origin_names_row *row);

#endif
