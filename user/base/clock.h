/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * clock.h - the two clocks: the monotonic one of the maps (their times _ns), and the time
 * of day that people and files use. Functions that can be tested take the time as an
 * argument; their callers ask here.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

#define NS_PER_SECOND 1000000000ULL

/* One moment on both clocks, by which a time _ns becomes a time of day. */
struct clock_moment {
	uint64_t now_ns;        /* CLOCK_MONOTONIC */
	uint64_t epoch_ns;      /* CLOCK_REALTIME - CLOCK_MONOTONIC */
};

static inline uint64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * NS_PER_SECOND + now.tv_nsec;
}

static inline uint64_t clock_monotonic_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

static inline struct clock_moment clock_now(void)
{
	uint64_t now_ns = clock_monotonic_ns();

	return (struct clock_moment){ now_ns, clock_ns(CLOCK_REALTIME) - now_ns };
}

/* A time _ns in seconds since the epoch; 0, which stands for "never", stays 0. */
static inline uint64_t clock_epoch(const struct clock_moment *moment, uint64_t ns)
{
	return ns ? (moment->epoch_ns + ns) / NS_PER_SECOND : 0;
}

/* Whole seconds from a time _ns to the moment; 0 for "never", and for what came later. */
static inline uint64_t clock_seconds_ago(const struct clock_moment *moment, uint64_t ns)
{
	return ns && moment->now_ns > ns ? (moment->now_ns - ns) / NS_PER_SECOND : 0;
}

#endif
