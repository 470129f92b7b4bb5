/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * link_stack.h - which interfaces of this network namespace get what some others receive, and
 * nothing else: VLANs upon them, and bonds, bridges and VRFs all of whose ports are among them.
 *
 * A tunnel is above none, as the addresses in it are not those outside of it. A macvlan and an
 * ipvlan are above none, as others of their kind on the same interface send to them directly.
 */
#ifndef NET_LINK_STACK_H
#define NET_LINK_STACK_H

#include <stdbool.h>

/* Indices of interfaces; the owner frees `index`. */
struct link_stack {
	int *index;
	unsigned int count;
};

/* Adds an index that is not there yet. Returns 0 or -ENOMEM, logged. */
int link_stack_add(struct link_stack *stack, int index);

bool link_stack_has(const struct link_stack *stack, int index);

/* Adds the interfaces above those that the stack has, however many levels of them. Returns 0 or a
 * negative errno, logged. */
int link_stack_complete(struct link_stack *stack);

#endif
