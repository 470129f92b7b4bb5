/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * counts.h - what the guard has counted, added up over CPUs.
 */
#ifndef GUARD_COUNTS_H
#define GUARD_COUNTS_H

#include "ecdn-xdp-maps.h"
#include "kernel/mapped.h"

/* Of a region: the counters of struct ecdn_xdp_region_cpu. */
struct region_counts {
	__u64 packets;
	__u64 bytes;
	__u64 connections;
	struct ecdn_xdp_drops dropped;
	struct ecdn_xdp_drops would_drop;
	__u64 proven_packets;
	__u64 proven_bytes;
	__u64 proven_connections;
	__u64 steered;
};

/* Adds a region's rows of all CPUs up. region_cpu: that map, with rows of max_regions for each
 * CPU; region is less. */
void counts_of_region(const struct mapped *region_cpu, uint32_t max_regions, uint32_t region,
		      struct region_counts *sum);

/* Adds the rows of the map cpu_events, an fd, up. 0 or a negative errno, logged. */
int counts_events(int cpu_events, struct ecdn_xdp_events *sum);

#endif
