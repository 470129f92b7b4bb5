/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * capture_order.h - packets of several CPUs, each of which sends them in order, by their times.
 * Only -ENOMEM is logged.
 */
#ifndef CONTROL_CAPTURE_ORDER_H
#define CONTROL_CAPTURE_ORDER_H

#include <stddef.h>
#include <stdint.h>

#include "ecdn-xdp-maps.h"

struct capture_order {
	struct ecdn_xdp_captured **at; /* each with its bytes behind it */
	size_t count;
};

/* Appends a copy of what the guard sent, unless it is too short to be that. 0 or -ENOMEM. */
int capture_order_add(struct capture_order *order, const void *data, size_t size);

/* Sorts them; returns how many there are of times before until_ns. Later ones may come with
 * others of their time that another CPU has still to send. */
size_t capture_order_sort(struct capture_order *order, uint64_t until_ns);

/* Removes so many from the front. */
void capture_order_drop(struct capture_order *order, size_t count);
void capture_order_free(struct capture_order *order);

#endif
