/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * capture_feed.h - dropped packets, as the guard sends some of them while somebody asks. One
 * process at a time can. What it has asked for ends with it: the guard is told every quarter of a
 * second to go on for two more. Errors are logged.
 */
#ifndef CONTROL_CAPTURE_FEED_H
#define CONTROL_CAPTURE_FEED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/lock.h"
#include "ecdn-xdp-maps.h"
#include "guard/guard_maps.h"

#define CAPTURE_FEED_RATE_MAX 100000

struct capture_feed;

struct capture_feed_request {
	const char *region;     /* NULL: all */
	uint32_t reasons;       /* bit N: reason N of enum ecdn_xdp_drop_reason */
	uint32_t snap_bytes;    /* of each packet, at most ECDN_XDP_CAPTURE_SNAP_MAX */
	uint64_t rate;          /* packets/s, from 1 to CAPTURE_FEED_RATE_MAX */
};

/* A packet; what it points to lives until the callback returns. */
struct capture_feed_packet {
	const struct ecdn_xdp_captured *about;
	const void *data;       /* about->snap_bytes */
	const char *region;
	uint64_t stands_for;    /* packets that matched on its CPU since the one before, and it */
};

/* 0, or what ends the reading. */
typedef int capture_feed_take(const struct capture_feed_packet *packet, void *context);

/* Since it was opened. */
struct capture_feed_counts {
	uint64_t matched;       /* packets that were asked for ... */
	uint64_t sent;          /* ... sent ... */
	uint64_t lost;          /* ... and not sent, though the rate allowed it */
	uint64_t missed_ns;     /* for so long the guard did not look for any, as nobody read */
};

/* Begins. -EBUSY: another process captures; WORDS_WRONG: there is no such region. Freed with
 * capture_feed_close(), which ends it. */
int capture_feed_open(struct capture_feed **feed, const char *pin_dir,
		      const struct capture_feed_request *request);
void capture_feed_close(struct capture_feed *feed);

/* Whether packets are being captured of the guard with those maps, and by whom, as far as it is
 * known. Silent. */
bool capture_feed_is_open(const struct guard_maps *maps, const struct ecdn_xdp_config *config,
			  struct lock_holder *holder);

/* Calls each() for every interface that has the guard now: with its name today, or if it is in
 * another network namespace, with that by which it was loaded. */
typedef int capture_feed_interface(uint32_t ifindex, const char *name, void *context);
int capture_feed_interfaces(const struct capture_feed *feed, capture_feed_interface *each,
			    void *context);

/* Waits for a tenth of a second at most, or for a signal, and hands over what was sent up to then,
 * in the order of times. -ESTALE: what was loaded is there no longer. */
int capture_feed_read(struct capture_feed *feed, capture_feed_take *take, void *context);

/* Sends no more, and hands over what is left. */
int capture_feed_end(struct capture_feed *feed, capture_feed_take *take, void *context);

void capture_feed_counts(const struct capture_feed *feed, struct capture_feed_counts *counts);

#endif
