/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * capture_blocks.h - captured packets as blocks of a pcapng file: a section at its beginning, each
 * interface before the first packet from it, and what was counted of each at the end. Errors are
 * those of capture_file_add().
 */
#ifndef CLI_CAPTURE_BLOCKS_H
#define CLI_CAPTURE_BLOCKS_H

#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "cli/capture_file.h"
#include "control/capture_feed.h"
#include "pcapng/pcapng.h"

struct capture_blocks {
	struct capture_file *file;
	struct clock_moment moment; /* set by the caller: tells the time of day of packets */
	uint32_t snap_bytes;
	uint64_t start_ns;      /* since the epoch */
	uint64_t written;       /* packets */
	uint32_t *ifindex;      /* of each interface of the file */
	struct pcapng_counts *counts; /* the same */
	size_t interfaces, counted;
};

/* Names of reasons, by enum ecdn_xdp_drop_reason. */
extern const char *const capture_blocks_reasons[ECDN_XDP_DROP_MAX];

int capture_blocks_begin(struct capture_blocks *blocks, struct capture_file *file,
			 uint32_t snap_bytes);
/* Readers want one interface at least, whether or not a packet comes. */
int capture_blocks_interface(struct capture_blocks *blocks, uint32_t ifindex, const char *name);
int capture_blocks_add(struct capture_blocks *blocks, const struct capture_feed_packet *packet);
int capture_blocks_end(struct capture_blocks *blocks);
void capture_blocks_free(struct capture_blocks *blocks);

#endif
