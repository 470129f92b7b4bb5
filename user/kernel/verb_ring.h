/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verb_ring.h - the map "verbs": the last commands that changed something. It is made by the first
 * of them, so pins of an earlier version may lack it. Errors are logged.
 */
#ifndef KERNEL_VERB_RING_H
#define KERNEL_VERB_RING_H

#include "ecdn-xdp-maps.h"
#include "kernel/maps.h"
#include "kernel/pins.h"

struct verb_ring {
	int verbs;              /* fd, or -1 */
};

/* The pin, as maps_check() takes it. */
extern const struct map_row verb_ring_rows[];

/* Appends a copy of the entry, with the number that follows, in the place of the oldest one. The
 * caller holds the lock of pins->dir. */
int verb_ring_append(const struct pins *pins, const struct ecdn_xdp_verb *entry);

/* Reads the entries that there are, sorted by number, into an array that the caller frees. None
 * if the map is not there yet. A command may append one meanwhile: an entry that it is writing
 * is left out. */
int verb_ring_read(const struct pins *pins, struct ecdn_xdp_verb **entries, unsigned int *count);

#endif
