/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * origin_said.h - what proxies say in a log is added to the map origin_requests, as libecdn-xdp
 * adds what they say themselves. It may go on for months: an observer that goes is noticed, and
 * one that comes is used. No lock; whoever may write the map may do so, root or the group of
 * --proxy-group. Not thread-safe.
 */
#ifndef ORIGIN_ORIGIN_SAID_H
#define ORIGIN_ORIGIN_SAID_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "ecdn-xdp-origin-rows.h"
#include "kernel/pins.h"

struct origin_said {
	struct pins pins;
	dev_t device;           /* of the pin origin_keys that is used, or could not be ... */
	ino_t inode;            /* ... and its inode; 0: there was none */
	uint64_t look_ns;       /* when the pins are to be looked at again */
	const struct ecdn_xdp_origin_place *keys;
	struct ecdn_xdp_origin_requests *requests; /* NULL: nothing can be counted now */
	struct ecdn_xdp_origin_rows rows;
};

/* 0; -ENOENT if no observer is loaded, -EACCES or another negative errno: logged, and nothing is
 * open. */
int origin_said_open(struct origin_said *said, const char *pin_dir);
void origin_said_close(struct origin_said *said);

/* Adds it; no origin is a loopback address. False: not counted, as the observer is gone, which is
 * logged once. */
bool origin_said_count(struct origin_said *said, const struct ecdn_xdp_origin_key *origin,
		       enum ecdn_xdp_origin_said what, int status);

#endif
