/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * clsact.h - a program as a filter at clsact ingress, before Linux 6.6. Filters have no
 * owner: ours is known by its program, and all others stay as they are.
 */
#ifndef KERNEL_TC_CLSACT_H
#define KERNEL_TC_CLSACT_H

#include <stdbool.h>
#include <stdint.h>

struct clsact_filter {
	uint32_t handle;
	uint32_t priority;
};

/* The filter whose program has this id: 1 and *filter, or 0. Errors are said. */
int clsact_find(int ifindex, uint32_t program_id, struct clsact_filter *filter);

/* Makes the qdisc if there is none; *made, whether it did. Errors are said. */
int clsact_prepare(int ifindex, const char *iface, bool *made);

/* A filter at a priority of its own, before those of others where there is room. Errors
 * are said. */
int clsact_attach(int ifindex, const char *iface, int program);

/* Another program in the filter's place, between two packets. Nothing is said. */
int clsact_replace(int ifindex, const struct clsact_filter *filter, int program);

/* Nothing is said. */
int clsact_detach(int ifindex, const struct clsact_filter *filter);

/* Removes the qdisc unless a filter is left in it. Errors are said. */
int clsact_remove_empty(int ifindex);

#endif
