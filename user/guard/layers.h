/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * layers.h - blocks and exemptions of regions: how long each lasts, and what is known of it beyond
 * its times, which the map region_notes keeps. bpf/layer.h has which of them holds. Errors are
 * logged.
 */
#ifndef GUARD_LAYERS_H
#define GUARD_LAYERS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "guard/guard_maps.h"

#define LAYERS_FOREVER UINT64_MAX
#define LAYERS_KINDS 2          /* enum ecdn_xdp_note_kind */

#define LAYERS_LASTS_SIZE sizeof(((struct ecdn_xdp_note *)0)->lasts)
#define LAYERS_REASON_SIZE sizeof(((struct ecdn_xdp_note *)0)->reason)

/* How long a block or an exemption is to last, and why. */
struct layers_span {
	uint64_t for_ns;        /* from when it is set on; LAYERS_FOREVER: until `release` */
	uint64_t until_ns;      /* or until this time, in ns since the epoch; 0: for_ns holds */
	bool from_file;         /* a configuration file asks for it */
	char lasts[LAYERS_LASTS_SIZE]; /* what that says of its end; empty: that it has none */
	char reason[LAYERS_REASON_SIZE];
};

/* 0; -EINVAL for a reason that has control characters or is no UTF-8, -E2BIG for one that has no
 * room. Silent. */
int layers_set_reason(struct layers_span *span, const char *reason);

/* When it ends, on the clock of the maps; LAYERS_FOREVER: never; 0: it has ended already. */
uint64_t layers_end(const struct layers_span *span, const struct clock_moment *now);

/* The notes of a region and the times of day of its ends, or copies of them. */
struct layers_notes {
	bool has[LAYERS_KINDS];
	struct ecdn_xdp_note note[LAYERS_KINDS];
	bool timed[LAYERS_KINDS];
	struct ecdn_xdp_until until[LAYERS_KINDS];
};

/* Where an earlier version has loaded the guard, there are none, and none is written. */
int layers_read(const struct guard_maps *maps, uint32_t region, struct layers_notes *notes);

/* Makes the notes in the maps what these are: those that are not there are removed. */
int layers_write(const struct guard_maps *maps, uint32_t region, const struct layers_notes *notes);

/*
 * Sets a layer in the limits and in the notes of a region. What a file asks for with an end begins
 * once: if the note has the file's same words, all stays as it is, whether it has ended since, has
 * been released, or a command has set another end. What a file asks for without an end is set
 * by each load. Returns whether the layer begins.
 */
bool layers_set(struct layers_notes *notes, enum ecdn_xdp_note_kind kind,
		const struct layers_span *span, const struct clock_moment *now,
		struct ecdn_xdp_limits *limits);

/* Ends both layers. A file's words stay, so that the file does not begin them again. */
void layers_release(struct layers_notes *notes, struct ecdn_xdp_limits *limits);

/*
 * After the time of day was set: makes the end of a layer the same time of day again, in the limits
 * and in *until. What that ends, ends now; what has ended within the last day comes back if its end
 * is to come again. A step of less than half a second is left alone, as the two clocks cannot be
 * read at once. Returns whether the end was moved.
 */
bool layers_move(struct ecdn_xdp_limits *limits, struct ecdn_xdp_until *until,
		 enum ecdn_xdp_note_kind kind, const struct clock_moment *now);

/* Whether a layer has not ended: of a block also below an exemption. */
bool layers_stands(const struct ecdn_xdp_limits *limits, enum ecdn_xdp_note_kind kind,
		   uint64_t now_ns);

/* After a file was read: its words are forgotten for the layers that it does not name any more,
 * so that they begin when it names them again. `map` is the fd of region_notes, or -1 where there
 * is none. named[region] has bit 1 << kind for those that it names, of max_regions. */
int layers_forget(int map, const uint8_t *named, uint32_t max_regions);

#endif
