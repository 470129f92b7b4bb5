/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * learned_text.h - how a region's learned limits have come about, in words that can be checked
 * against its graphs.
 */
#ifndef SHOW_LEARNED_TEXT_H
#define SHOW_LEARNED_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "view/view_regions.h"

#define LEARNED_TEXT_SIZE 512

/* "DE: limit 412k pps = 2 × 137k (the busiest of 19–22 h UTC on the last days) ...", of one of
 * the measures from 0; returns room. NULL: nothing is learned of it. Without utf8 it is in
 * ASCII. */
const char *learned_text_measure(const struct view_region *region, unsigned int measure,
				 const struct clock_moment *moment, bool utf8,
				 char room[LEARNED_TEXT_SIZE]);

/* "DE: nothing is learned yet: ..."; NULL if there is something. */
const char *learned_text_none(const struct view_region *region, const struct clock_moment *moment,
			      char room[LEARNED_TEXT_SIZE]);

#endif
