// SPDX-License-Identifier: BSD-2-Clause
#include "control/capture_order.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/log.h"

int capture_order_add(struct capture_order *order, const void *data, size_t size)
{
	struct ecdn_xdp_captured about, *copy;

	if (size < sizeof(about))
		return 0;
	memcpy(&about, data, sizeof(about));
	if (about.snap_bytes > size - sizeof(about))
		return 0;
	copy = malloc(sizeof(about) + about.snap_bytes);
	if (copy)
		memcpy(copy, data, sizeof(about) + about.snap_bytes);
	if (copy && !array_append(order->at, order->count, &copy))
		return 0;
	free(copy);
	return log_error(-ENOMEM, "out of memory for packets");
}

/* Of one CPU's packets none has the time of another one, as it reads the clock for each. */
static int by_time(const void *one, const void *other)
{
	const struct ecdn_xdp_captured *a = *(struct ecdn_xdp_captured *const *)one;
	const struct ecdn_xdp_captured *b = *(struct ecdn_xdp_captured *const *)other;

	if (a->time_ns != b->time_ns)
		return a->time_ns < b->time_ns ? -1 : 1;
	return a->matched < b->matched ? -1 : a->matched > b->matched;
}

size_t capture_order_sort(struct capture_order *order, uint64_t until_ns)
{
	size_t count = 0;

	if (order->count)
		qsort(order->at, order->count, sizeof(*order->at), by_time);
	while (count < order->count && order->at[count]->time_ns < until_ns)
		count++;
	return count;
}

/* The array is made anew, as array_append() tells its room by its count. */
void capture_order_drop(struct capture_order *order, size_t count)
{
	struct ecdn_xdp_captured **left = order->at;
	size_t all = order->count;

	order->at = NULL;
	order->count = 0;
	for (size_t i = 0; i < all; i++)
		if (i < count || array_append(order->at, order->count, &left[i]))
			free(left[i]);
	free(left);
}

void capture_order_free(struct capture_order *order)
{
	capture_order_drop(order, order->count);
	free(order->at);
	order->at = NULL;
}
