/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * trusted_change.h - the trusted list becomes another, and what the kernel keeps of each
 * node follows.
 */
#ifndef TRUST_TRUST_CHANGE_H
#define TRUST_TRUST_CHANGE_H

#include "kernel/maps.h"
#include "trust/trust_list.h"

/* Changes a list; an error ends it, said, with nothing changed. */
typedef int trusted_change(struct trusted_list *list, void *context);

/* Says what an error of trusted_allow(), trusted_add_nodes() or trusted_set_nodes() means,
 * and returns it. */
int trusted_change_error(int err);

/*
 * Changes the list that is loaded, whose table is pinned in dir; *count: what it has then,
 * for the caller to set config.trusted to. Errors are said.
 */
int trusted_change_apply(trusted_change *change, void *context, const struct maps *maps,
			 const char *dir, size_t *count);

#endif
