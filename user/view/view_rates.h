/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view_rates.h - what has come from each trusted prefix to protected ports, and its ceilings.
 * Counters are sums over what the guard's CPUs share and what each still holds by itself.
 */
#ifndef VIEW_VIEW_RATES_H
#define VIEW_VIEW_RATES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cidr.h"
#include "base/clock.h"
#include "ecdn-xdp-maps.h"
#include "guard/guard_maps.h"
#include "kernel/mapped.h"

struct view_rate {
	bool measured;          /* the guard is loaded, has a row, and packets can have its index;
				   else all others are zeros */
	bool own;               /* a ceiling is the prefix's own */
	uint64_t packets, bytes, connections;
	uint64_t over_packets, over_bytes; /* of these above a ceiling */
	uint64_t last_seen_ns;  /* 0: never */
	uint64_t pps, cps;      /* what has come of late */
	uint64_t ceiling_pps, ceiling_cps; /* 0: none */
};

/* The maps, while they are read. */
struct view_rates {
	struct guard_maps maps;
	struct ecdn_xdp_config config;
	struct mapped lines;    /* of trusted_cpu */
	struct ecdn_xdp_trusted_line *seen; /* one of each CPU: as it was before a row was read */
};

/* 0 or a negative errno, logged; without the guard nothing is measured. view_rates_close()
 * follows in either case. */
int view_rates_open(struct view_rates *rates, const char *pin_dir);
void view_rates_close(struct view_rates *rates);

/* Reads what a row of the trusted list, whose member `node` that is, has sent. */
int view_rates_read(const struct view_rates *rates, uint32_t node, struct view_rate *rate);

/* An allowed prefix. */
struct view_allowed {
	struct cidr cidr;
	uint64_t added_at;      /* seconds since the epoch; of the node, if it is one too */
	struct view_rate rate;
};

struct view_allowance {
	struct clock_moment moment; /* of reading */
	struct view_allowed *at; /* by family, address and length */
	size_t count;
};

/* 0 or a negative errno, logged. To be freed with view_rates_free_allowed(). */
int view_rates_allowed(struct view_allowance *allowed, const char *pin_dir);
void view_rates_free_allowed(struct view_allowance *allowed);

#endif
