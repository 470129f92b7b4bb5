/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_child.h - the process that talks with an origin: it makes itself ready, gives its
 * privileges away, asks, a connection a second, and says through a pipe what it hears.
 */
#ifndef PROBE_PROBE_CHILD_H
#define PROBE_PROBE_CHILD_H

#include "probe/probe_offer.h"
#include "probe/probe_target.h"

struct probe_child {
	const struct probe_target *target;
	const struct probe_offer *offer;
	int pipe;               /* for records, see probe_wire.h */
};

/* The whole life of the child, of a struct probe_child. Its result is the exit status. */
int probe_child_main(void *child);

#endif
