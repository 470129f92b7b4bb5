/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * origin_item.h - what the rows for an origin are read from: its part of a view, and what follows
 * from that.
 */
#ifndef SHOW_ORIGIN_ITEM_H
#define SHOW_ORIGIN_ITEM_H

#include <stdbool.h>
#include <stdint.h>

#include "view/view_origins.h"

struct origin_item {
	struct view_origin origin;
	struct view_origin_window window; /* of the last VIEW_ORIGINS_WINDOW_NS */
	bool content;           /* packets are read */
	bool sum;               /* of several origins */
	bool has_last;          /* the record of its last failure is known: */
	struct ecdn_xdp_origin_failure last;
	uint64_t now_ns;        /* of the read */
	/* These follow from the others, see origin_item_settle(). */
	uint64_t f538, f564, f522; /* failures by code */
	bool packets, proxy;    /* whether statuses were seen by packets, and told by proxies */
	bool by_proxy;          /* `status` is what proxies told: unless packets tell of more */
	uint64_t status[ECDN_XDP_ORIGIN_STATUSES_ROOM];
};

/* An item of a view's origin, without the record of its last failure. */
void origin_item_set(struct origin_item *item, const struct view_origins *view,
		     const struct view_origin *origin);

/* Adds what was counted of an origin to a sum, which begins as zeros; then it is settled. */
void origin_item_add(struct origin_item *sum, const struct view_origin *origin);
void origin_item_settle(struct origin_item *item);

/* Below 0 if the first item comes first: the one of more connections, or of more failures in the
 * window; named ones that were never connected to come last, what stands for all others before. */
int origin_item_by_connections(const void *one, const void *other);
int origin_item_by_failures(const void *one, const void *other);

/* Whether there is a failure in the window, or this host has rejected a connection. */
bool origin_item_fails(const struct origin_item *item);

#endif
