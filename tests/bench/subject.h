/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * subject.h - the product's guard, loaded but not attached, fed with many
 * sources by way of a tail call.
 */
#ifndef BENCH_SUBJECT_H
#define BENCH_SUBJECT_H

#include "bench.h"
#include "feed.skel.h"
#include "guard.skel.h"
#include "guard/guard_program.h"

struct subject {
	struct guard_bpf *guard;
	struct ecdn_xdp_config config;  /* as last written */
};

/* Every region has these limits. */
void subject_open(struct subject *subject, uint32_t max_regions, const struct range_set *set,
		  const struct ecdn_xdp_limits *limits);
void subject_close(struct subject *subject);

/* Prefixes that are not limited up to their ceilings. */
void subject_trust(struct subject *subject, const struct cidr *prefixes, size_t count);

/* Makes subject->config count. */
void subject_configure(struct subject *subject);

/* Limits that nothing reaches; that all is above of; a block. */
extern const struct ecdn_xdp_limits limits_idle, limits_exceeded, limits_blocked;

struct feed_bpf *feeder_open(uint32_t to_ifindex);

/* Has it feed a family's sources of that kind. */
void feeder_sources(struct feed_bpf *feeder, const struct world *world, int family,
		    enum population kind);

/* Hands what the feeder feeds to program. */
void feeder_aim(struct feed_bpf *feeder, int program);

/* CPU ns of the program the feeder aims at, the feeder's own included. */
double feeder_run(struct feed_bpf *feeder, int family);

#endif
