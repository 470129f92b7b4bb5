/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guard_ceilings.h - the ceilings of nodes and allowed prefixes: their values in config, and the
 * guard's maps that have a row for each prefix, sized by the trusted list. Errors are logged.
 *
 * When those maps are replaced by larger ones while programs count, what the old program counted
 * last goes to rows of its own, as in ping (ECDN_XDP_NODE_CARRIED).
 */
#ifndef GUARD_GUARD_CEILINGS_H
#define GUARD_GUARD_CEILINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "ecdn-xdp-maps.h"
#include "kernel/part.h"

struct guard_bpf;

enum guard_ceilings_what {
	GUARD_CEILINGS_NODE_PPS = 1 << 0,
	GUARD_CEILINGS_NODE_CPS = 1 << 1,
	GUARD_CEILINGS_ALLOW_PPS = 1 << 2,
	GUARD_CEILINGS_ALLOW_CPS = 1 << 3,
};

struct guard_ceilings {
	unsigned int what;      /* enum guard_ceilings_what: those that are to change */
	uint64_t node_pps, node_cps, allow_pps, allow_cps; /* 0: none */
};

/* The ceilings of a host on which the guard is loaded for the first time. */
void guard_ceilings_first(struct ecdn_xdp_config *config);

/* Logs what is new of ceilings to who upgrades, once it is in force. */
void guard_ceilings_tell_upgrade(void);

/* Changes a configuration as asked. If no version has set ceilings before and this command loads
 * the guard, they are set, and drop nothing for a day, which is said. */
void guard_ceilings_apply(const struct guard_ceilings *wanted, bool loads,
			  struct ecdn_xdp_config *config);

/* Sets the size of the maps of an object that is not loaded. */
int guard_ceilings_size(struct guard_bpf *guard, uint32_t prefixes);

/* The worse of that enum part_fit, or negative errno, and of how the pinned maps suit the list. */
int guard_ceilings_fit(int fit, const struct part_run *run);

/* In a run that resizes: makes in pins->next the maps that do not fit, and take over from them
 * what was counted. */
int guard_ceilings_make(const struct part_run *run);
int guard_ceilings_take_over(struct part_run *run);

#endif
