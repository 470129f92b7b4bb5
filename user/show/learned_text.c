// SPDX-License-Identifier: BSD-2-Clause
#include "show/learned_text.h"

#include <stdio.h>
#include <string.h>

#include "base/quantity.h"
#include "base/words.h"
#include "guard/limits_learned.h"
#include "show/columns.h"

static const char *const names[ECDN_XDP_LEARNED_MEASURES] = { "pps", "bps", "cps" };

/* Where numbers are compared with 1, they are thousandths. */
#define EVEN 1000

static void add_rate(char room[LEARNED_TEXT_SIZE], uint64_t rate)
{
	char text[COLUMNS_RATE_SIZE];

	words_append(room, LEARNED_TEXT_SIZE, "%s", columns_rate_short(rate, text));
}

/* "2 × 137k (the busiest of 19–22 h UTC on the last days)" */
static void add_peak(char room[LEARNED_TEXT_SIZE], const struct ecdn_xdp_learned *learned,
		     unsigned int measure, bool utf8)
{
	const char *times = utf8 ? "×" : "x", *to = utf8 ? "–" : "-";

	words_append(room, LEARNED_TEXT_SIZE, "%g %s ", learned->factor / 1e3, times);
	add_rate(room, learned->peak[measure]);
	words_append(room, LEARNED_TEXT_SIZE, " (the busiest of %u%s%u h UTC on the last days)",
		     (learned->hour + 23) % 24, to, (learned->hour + 2) % 24);
	if (learned->level[measure] != EVEN)
		words_append(room, LEARNED_TEXT_SIZE, " %s %.3g (the last half hour is that much "
			     "%s it)", times, learned->level[measure] / 1e3,
			     learned->level[measure] > EVEN ? "above" : "below");
}

/* Whether the peak decides nothing, as it is so low. */
static bool is_floor(const struct ecdn_xdp_learned *learned, unsigned int measure)
{
	return learned->factor / 1e3 * (double)learned->peak[measure] *
	       learned->level[measure] / 1e3 <= (double)learned->floor[measure];
}

static void add_learned(char room[LEARNED_TEXT_SIZE], const struct ecdn_xdp_learned *learned,
			unsigned int measure, bool utf8)
{
	const char *times = utf8 ? "×" : "x", *why = "(it was limited for hours)";
	double creep = learned->creep[measure] / 1e3;
	bool crept = learned->creep[measure] > EVEN;

	if (!is_floor(learned, measure)) {
		words_append(room, LEARNED_TEXT_SIZE, " = ");
		add_peak(room, learned, measure, utf8);
		if (crept)
			words_append(room, LEARNED_TEXT_SIZE, " %s %.3g %s", times, creep, why);
		return;
	}
	if (crept)
		words_append(room, LEARNED_TEXT_SIZE, ", %.3g %s the floor %s", creep, times, why);
	else
		words_append(room, LEARNED_TEXT_SIZE, ", the floor");
	words_append(room, LEARNED_TEXT_SIZE, ", which is more than ");
	add_peak(room, learned, measure, utf8);
}

static void add_cap(char room[LEARNED_TEXT_SIZE], const struct view_region *region,
		    unsigned int measure)
{
	struct ecdn_xdp_limits limits = region->limits;
	uint64_t rate = *limits_learned_rate(&limits, measure);

	if (rate == view_regions_learned(region)[measure])
		return;
	words_append(room, LEARNED_TEXT_SIZE, ", capped by the %s ",
		     limits.own & limits_learned_bits[measure] ? "operator's" : "default's");
	add_rate(room, rate);
}

/* An agent that runs writes once a minute. */
static void add_age(char room[LEARNED_TEXT_SIZE], const struct ecdn_xdp_learned *learned,
		    const struct clock_moment *moment)
{
	uint64_t age_ns = moment->now_ns > learned->learned_ns ?
			  moment->now_ns - learned->learned_ns : 0;
	char text[QUANTITY_DURATION_SIZE];

	if (learned->learned_ns && age_ns > LIMITS_LEARNED_OLD_NS)
		words_append(room, LEARNED_TEXT_SIZE, "; no agent has renewed it for %s",
			     quantity_about(age_ns, text));
}

/* ", that of the busiest hour of the last days, as no agent has renewed the 329k of 20 h ..." */
static void add_way(char room[LEARNED_TEXT_SIZE], const struct view_region *region,
		    unsigned int measure, const struct clock_moment *moment)
{
	const struct ecdn_xdp_learned *learned = &region->learned;
	uint64_t age_ns = moment->now_ns > learned->learned_ns ?
			  moment->now_ns - learned->learned_ns : 0;
	char text[QUANTITY_DURATION_SIZE];

	words_append(room, LEARNED_TEXT_SIZE, ", that of the busiest hour of the last days, as no "
		     "agent has renewed the ");
	add_rate(room, learned->learned[measure]);
	words_append(room, LEARNED_TEXT_SIZE, " of %u h UTC for %s", learned->hour,
		     quantity_about(age_ns, text));
	add_cap(room, region, measure);
}

const char *learned_text_measure(const struct view_region *region, unsigned int measure,
				 const struct clock_moment *moment, bool utf8,
				 char room[LEARNED_TEXT_SIZE])
{
	const struct ecdn_xdp_learned *learned = &region->learned;
	uint64_t rate = view_regions_learned(region)[measure];

	if (!region->learns || !rate)
		return NULL;
	snprintf(room, LEARNED_TEXT_SIZE, "%s: limit ", region->name);
	add_rate(room, rate);
	words_append(room, LEARNED_TEXT_SIZE, " %s", names[measure]);
	if (view_regions_gave_way(region)) {
		add_way(room, region, measure, moment);
		return room;
	}
	add_learned(room, learned, measure, utf8);
	add_cap(room, region, measure);
	add_age(room, learned, moment);
	return room;
}

const char *learned_text_none(const struct view_region *region, const struct clock_moment *moment,
			      char room[LEARNED_TEXT_SIZE])
{
	const struct ecdn_xdp_learned *learned = &region->learned;

	if (!region->learns || limits_learned_has(learned))
		return NULL;
	snprintf(room, LEARNED_TEXT_SIZE, "%s: nothing is learned yet: ", region->name);
	if (!learned->learned_ns)
		words_append(room, LEARNED_TEXT_SIZE, "no agent has written anything; `ecdn-xdp "
			     "agent` does, once a minute");
	else if (!learned->days)
		words_append(room, LEARNED_TEXT_SIZE, "%u h of 24 h", learned->hours);
	else
		words_append(room, LEARNED_TEXT_SIZE, "no hour of %u day%s had enough traffic "
			     "of normal times", learned->days, learned->days == 1 ? "" : "s");
	add_age(room, learned, moment);
	return room;
}
