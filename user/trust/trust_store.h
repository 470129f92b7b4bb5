/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trusted.h - the trusted list in kernel memory: a frozen table with its rows, made
 * anew by every change and put into its place as a whole. An empty list has none.
 */
#ifndef TRUST_TRUST_STORE_H
#define TRUST_TRUST_STORE_H

#include <stdbool.h>

#include "kernel/maps.h"
#include "trust/trust_list.h"

/* The list as it is; *list is empty before, and freed with trusted_free() after.
 * Errors are said. */
int trusted_read(const struct maps *maps, struct trusted_list *list);

/* Whether a table has room for the list: 0; -ENOSPC or -ENOMEM, said. */
int trusted_fits(const struct trusted_list *list);

/* A frozen table of the list, that no program reads yet: its fd. Errors are said. */
int trusted_make(const struct trusted_list *list, uint64_t generation);

/*
 * Makes it the list, if it is not, and pins its table in dir for proxies. It counts
 * once the caller has set config.trusted to its length. Errors are said.
 */
int trusted_write(const struct maps *maps, const char *dir, const struct trusted_list *list);

/* Whether an address is in one of the prefixes. */
bool trusted_covers(const struct maps *maps, const struct address *address);

#endif
