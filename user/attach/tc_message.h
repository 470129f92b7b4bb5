/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tc_message.h - asks the kernel to make or remove the qdisc clsact and filters in it. libbpf can
 * do so too, but believes whoever answers. All return 0 or the kernel's negative errno; silent.
 */
#ifndef ATTACH_TC_MESSAGE_H
#define ATTACH_TC_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

struct tc_message_filter {
	int ifindex;
	uint32_t direction;     /* TC_H_MIN_INGRESS or TC_H_MIN_EGRESS */
	uint32_t handle;
	uint32_t priority;
};

/* -EEXIST: it is there. */
int tc_message_make_qdisc(int ifindex);
int tc_message_remove_qdisc(int ifindex);

/* Adds a filter, or replaces the program of one. program: fd of one that decides by itself
 * what becomes of a packet. */
int tc_message_put_filter(const struct tc_message_filter *filter, int program, bool replace);
int tc_message_remove_filter(const struct tc_message_filter *filter);

#endif
