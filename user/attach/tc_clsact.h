/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tc_clsact.h - a program as a filter of the qdisc clsact, before Linux 6.6. Filters have
 * no owner: ours is known by its program, and all others stay as they are. Errors are
 * logged unless a comment says "silent".
 */
#ifndef ATTACH_TC_CLSACT_H
#define ATTACH_TC_CLSACT_H

#include <stdbool.h>
#include <stdint.h>

#include "attach/tc_hook.h"

struct tc_clsact_filter {
	uint32_t handle;
	uint32_t priority;
};

/* Finds the filter whose program has this id. Returns 1 and *filter, or 0 if there is none. */
int tc_clsact_find(const struct tc_hook *hook, int ifindex, uint32_t program_id,
		   struct tc_clsact_filter *filter);

/* Makes the qdisc if there is none, and sets *made if it did. */
int tc_clsact_prepare(const struct tc_hook *hook, int ifindex, const char *iface, bool *made);

/* Adds a filter at a priority of its own, before other filters where there is room. */
int tc_clsact_attach(const struct tc_hook *hook, int ifindex, const char *iface, int program);

/* Replaces the filter's program, between two packets. Silent. */
int tc_clsact_replace(const struct tc_hook *hook, int ifindex,
		      const struct tc_clsact_filter *filter, int program);

/* Removes the filter. Silent. */
int tc_clsact_detach(const struct tc_hook *hook, int ifindex,
		     const struct tc_clsact_filter *filter);

/* Removes the qdisc unless a filter is left in it. */
int tc_clsact_remove_empty(int ifindex);

#endif
