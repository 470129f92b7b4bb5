/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * harness.h - the real guard, loaded but neither pinned nor attached, and how the
 * packet tests report. If something cannot be set up, the test ends.
 */
#ifndef RUN_HARNESS_H
#define RUN_HARNESS_H

#include <stdbool.h>
#include <stdint.h>

#include "ecdn-xdp-maps.h"
#include "guard/counts.h"
#include "table/range.h"
#include "trust/trust_list.h"

struct guard_bpf;

struct guard {
	struct guard_bpf *skel;
	int prog;
	int link;                       /* -1: attached nowhere */
	int cpus;                       /* rows of CPUs: the sets of each are ECDN_XDP_PREFIX_SETS */
	bool frags;                     /* the program takes frames of more than a page */
	struct ecdn_xdp_config config;  /* as it was last written */
	struct trust_list trusted;
	bool trust_changed;
	const struct ecdn_xdp_prefix_set *prefixes; /* [cpus][ECDN_XDP_PREFIX_SETS] */
	struct mapped rows, sets;       /* of region_cpu and prefixes */
};

/* Loads the guard with ports 80 and 443 protected, no limits and no region table. */
void guard_open(struct guard *guard);
void guard_close(struct guard *guard);

void guard_set_regions(struct guard *guard, const struct range_set *set);
void guard_set_ports(struct guard *guard, bool tcp, bool udp);
void guard_set_limits(struct guard *guard, uint32_t region, const struct ecdn_xdp_limits *limits);

/* Take effect at the next guard_configure(), which then makes a table. */
void guard_allow(struct guard *guard, const char *cidr);
void guard_disallow(struct guard *guard, const char *cidr);
void guard_add_node(struct guard *guard, const char *cidr);

/* Writes guard->config as the next generation. */
void guard_configure(struct guard *guard);

/* Runs the program on the frame; returns an enum xdp_action. */
uint32_t guard_run(const struct guard *guard, const void *frame, uint32_t length);

/* Read counters, added up over all CPUs, and the state. */
void guard_counts(const struct guard *guard, uint32_t region, struct region_counts *sum);
void guard_events(const struct guard *guard, struct ecdn_xdp_events *sum);
void guard_state(const struct guard *guard, uint32_t region, struct ecdn_xdp_region_state *state);

/* Adds a prefix's addresses to set, over what it has. */
void set_region(struct range_set *set, const char *cidr, uint32_t region);

uint64_t now_ns(void);
bool pin_to_cpu(int cpu);

/* Returns the n-th of the CPUs that this process may run on, or -1. */
int nth_cpu(int n);

/* Prints "ok - NAME", or "not ok - NAME: WHY" if why is not empty. */
void report(const char *name, const char *why);
void skip(const char *name, const char *why);

/* Prints "N passed, N failed"; returns the exit code. */
int report_end(void);

/* Ends the test unless that is done, with a report of it and of errno. */
void must(bool done, const char *what);

#endif
