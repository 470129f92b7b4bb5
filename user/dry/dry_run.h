/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dry_run.h - what becomes of a packet, by the guard's own program, with nothing written: the
 * program is loaded anew (bpf/explain.bpf.c) with maps of its own, runs once on a packet that is
 * made up, and is attached nowhere. Errors are logged.
 *
 * Its maps have copies of the rows that the packet meets, of one CPU. On each CPU the guard has
 * leased tokens of its own, so on another one a packet of a prefix above its limit may fare
 * otherwise in the same moment.
 */
#ifndef DRY_DRY_RUN_H
#define DRY_DRY_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "dry/dry_rows.h"

struct dry_run;

struct dry_packet {
	const void *frame;
	uint32_t length;
	struct dry_rows_key key;
	uint32_t told;          /* enum shield_meet: what its socket is, if it is asked for */
};

struct dry_verdict {
	bool dropped;
	int reason;             /* index of a counter in struct ecdn_xdp_drops: why it is dropped,
				   or would be in monitor mode; -1: it passes */
	uint32_t state;         /* enum ecdn_xdp_state, by which the packet was judged */
	const struct ecdn_xdp_cpu *cpu; /* the dry run's, as the packet left it */
};

/*
 * Loads the program for maps of that ABI, which have room for max_regions. It takes the
 * capabilities that loading the guard takes. To be closed, which frees the memory.
 */
int dry_run_open(struct dry_run **run, const struct dry_maps *maps, uint32_t max_regions);
void dry_run_close(struct dry_run *run);

/* The rows, for questions about them. */
const struct dry_rows *dry_run_rows(const struct dry_run *run);

/* Copies what the packet meets, and runs the program on it. -EAGAIN, silent: a command has
 * changed the regions meanwhile. */
int dry_run_packet(struct dry_run *run, const struct dry_packet *packet,
		   struct dry_verdict *verdict);

/* "blocked", ... of a verdict's reason. */
const char *dry_run_reason(int reason);

#endif
