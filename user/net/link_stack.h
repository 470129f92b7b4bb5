/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * link_stack.h - which interfaces of this network namespace get what others receive: VLANs,
 * macvlans, bonds, bridges and VRFs above them.
 */
#ifndef NET_LINK_STACK_H
#define NET_LINK_STACK_H

/* Indices of interfaces; the owner frees `index`. */
struct link_stack {
	int *index;
	unsigned int count;
};

/*
 * Adds to `stack` the interfaces above those that it has, however many levels of them. A tunnel is
 * above none, as the addresses in it are not those outside of it. Returns 0 or a negative errno,
 * logged.
 */
int link_stack_complete(struct link_stack *stack);

/* Adds an index that is not there yet. Returns 0 or -ENOMEM, logged. */
int link_stack_add(struct link_stack *stack, int index);

#endif
