/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * learn.h - limits that are learned of one region: the levelled high water by hour of the day.
 *
 * Of each measure the means of ten seconds are taken. At the end of an hour that was unlimited for
 * a quarter at least, their 99th percentile q moves the hour's high water H: half of the way up to
 * min(q, 1.5 H), or a tenth of the way down, of the first days a larger part. The usual peak P is
 * the highest H of the hour, the one before and the one after; the level V is the median of the
 * minutes of the last half hour by the hour's usual one, from 0.5 to 1.3. The limit is factor * P *
 * V, or a floor if that is more, times creep.
 * Creep grows by a quarter with each hour that was limited throughout, up to eight times, so that a
 * change that lasts is not refused for ever; else it falls by a tenth. There is no limit before a
 * day's hours have been learned.
 *
 * What is over is forgotten within the sample, so a region has a fixed size (1.5 KB) and nothing
 * is allocated. Time is an argument; a clock that is set, a host that was off, and rates that are
 * no numbers lose what they concern and nothing else. Silent, and thread-safe for different
 * regions.
 */
#ifndef LEARN_LEARN_H
#define LEARN_LEARN_H

#include <stdbool.h>
#include <stdint.h>

#include "ecdn-xdp-maps.h"

#define LEARN_MEASURES ECDN_XDP_LEARNED_MEASURES
#define LEARN_HOURS 24
#define LEARN_MINUTES 60
#define LEARN_TENS 360          /* in an hour */
#define LEARN_TOP 4             /* of 360 values the fourth is the 99th percentile */
#define LEARN_RATE_MAX 1e15     /* what is above is no rate */
#define LEARN_UNKNOWN (-1.0F)   /* of a minute that was not free, or not seen */
#define LEARN_LEVEL_LEAST 0.5
#define LEARN_LEVEL_MOST 1.3
#define LEARN_CREEP_MOST 8.0
#define LEARN_NOTICE 1.5        /* what is unusual, by the usual peak */

struct learn_settings {
	double factor;
	double floor[LEARN_MEASURES];
};

/* What a second says of a region's usual traffic. */
enum learn_time {
	LEARN_NORMAL,           /* it is learned */
	LEARN_LIMITED,          /* it is not, and the limit creeps if that lasts */
	LEARN_APART,            /* an exemption, a block, or nobody counted: neither */
};

struct learn_sample {
	uint64_t epoch_s;       /* CLOCK_REALTIME */
	enum learn_time time;
	double rate[LEARN_MEASURES]; /* by second; packets, bits, new connections */
	uint64_t limit[LEARN_MEASURES]; /* in force: only what presses it creeps; 0: none */
};

struct learn_measure {
	float high[LEARN_HOURS]; /* H; valid if learn.times of the hour is not 0 */
	float usual[LEARN_HOURS]; /* the usual median of its minutes */
	float minute[LEARN_MINUTES]; /* means, by the minute of the hour; or LEARN_UNKNOWN */
	float top[LEARN_TOP];   /* of this hour's ten-second means, the highest first */
	float level;            /* V */
	float creep;
	float last;             /* mean of the last ten seconds that were learned */
	float ten_sum;          /* of the running ten seconds */
	float minute_sum;       /* of the running minute's ten-second means */
	uint16_t hour_limited;  /* tens of seconds of this hour in which it pressed its limit */
	uint16_t ten_pressed;   /* seconds of the running ten in which it did */
};

struct learn {
	struct learn_measure measure[LEARN_MEASURES];
	uint64_t ten;           /* running: seconds since the epoch by 10; 0: none yet */
	uint64_t notice_s;      /* until then what is unusual is no news */
	uint32_t hours;         /* that were learned, in all */
	uint16_t hour_free;     /* tens of seconds of this hour that were learned from */
	uint16_t minute_free;   /* of the running minute */
	uint8_t ten_normal, ten_other; /* seconds of the running ten */
	uint8_t times[LEARN_HOURS]; /* how often each was learned; stays at 255 */
};

void learn_init(struct learn *learn);

/* Of the last sample, in UTC. */
static inline unsigned int learn_hour_of(const struct learn *learn)
{
	return learn->ten / LEARN_TENS % LEARN_HOURS;
}

/* Takes a second. Bits of measures (1 << index) that have become unusual by it: above
 * LEARN_NOTICE times what is usual, after ten minutes without. */
unsigned int learn_add(struct learn *learn, const struct learn_settings *settings,
		       const struct learn_sample *sample);

/* The limits of the hour of the last sample, and in `busiest` those of the busiest hour of the day:
 * all members but `fixed` and times. `learned` is 0 while nothing is known of the hour. */
void learn_limits(const struct learn *learn, const struct learn_settings *settings,
		  struct ecdn_xdp_learned *limits);

/* The same, with those of the busiest hour in `learned` too, for a time in which nobody learns. */
void learn_limit_day(const struct learn *learn, const struct learn_settings *settings,
		      struct ecdn_xdp_learned *limits);

/* As of the last sample: what is usual of a measure, P * V, and above what it is unusual, which is
 * never below what the floor comes to. 0: nothing is known. */
double learn_limit_usual(const struct learn *learn, unsigned int measure);
double learn_limit_unusual(const struct learn *learn, const struct learn_settings *settings,
		     unsigned int measure);

#endif
