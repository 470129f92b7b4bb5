/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * client.h - what a client is made of: two views, of which one is in use, and the state
 * of the thread that brings them up to date.
 *
 * A view is a place in the address space with room for all maps that answers need. It
 * stays the same for the client's life, and something readable is mapped everywhere in
 * it, so that a thread that was held up in the middle of an answer never touches a hole.
 * The view in use is view[sequence & 1]. What is new is mapped into the other one, then
 * sequence grows: an answer counts if sequence is the same before and after it.
 */
#ifndef CLIENT_CLIENT_H
#define CLIENT_CLIENT_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "ecdn-xdp-maps.h"
#include "ecdn-xdp-origin-rows.h"

/* Names that are not declared here stay inside the library. */
#pragma GCC visibility push(default)
#include "ecdn-xdp.h"
#pragma GCC visibility pop

#define CACHE_LINE 64

/* Parts of a view: a pinned map each, and zeros beyond its end or where it is missing. Two are of
 * the observer of origins, which may be loaded without the guard; the others are the guard's. */
enum part {
	PART_TABLE,
	PART_TRUSTED,
	PART_STATE,
	PART_PUBLIC,
	PART_ORIGINS,
	PART_SAID,
	PART_COUNTS,            /* last, as its room depends on the number of CPUs */
	PARTS,
};

/* The room of a part is a multiple of the biggest page, 64 KiB. */
#define ROOM_UNIT 65536UL
#define ROOM_TABLE (ECDN_XDP_TABLE_LINES_MAX * sizeof(struct ecdn_xdp_table_line))
#define ROOM_STATE (ECDN_XDP_REGIONS_MAX * sizeof(struct ecdn_xdp_region_state))
#define AT_TRUSTED ROOM_TABLE
#define AT_STATE (AT_TRUSTED + ROOM_TABLE)
#define AT_PUBLIC (AT_STATE + ROOM_STATE)
#define AT_ORIGINS (AT_PUBLIC + ROOM_UNIT)
#define ORIGINS_BYTES (ECDN_XDP_ORIGINS * sizeof(struct ecdn_xdp_origin_place))
#define SAID_BYTES (ECDN_XDP_ORIGIN_STRIPES * ECDN_XDP_ORIGINS * \
		    sizeof(struct ecdn_xdp_origin_requests))
#define AT_SAID (AT_ORIGINS + (ORIGINS_BYTES + ROOM_UNIT - 1) / ROOM_UNIT * ROOM_UNIT)
#define AT_COUNTS (AT_SAID + SAID_BYTES)

_Static_assert(ROOM_TABLE % ROOM_UNIT == 0 && ROOM_STATE % ROOM_UNIT == 0 &&
	       SAID_BYTES % ROOM_UNIT == 0, "whole pages");

/* A pinned map that is open. Each opening has a serial of its own; 0: not open. */
struct pin {
	int fd;
	uint64_t serial;
	size_t bytes;
};

/* The maps that answers are made of at one time. */
struct set {
	int error;              /* nothing is mapped, for this reason */
	int counts_error;       /* there are no counts, for this reason */
	uint32_t max_regions;
	uint64_t generation, trusted_generation;
	struct pin pin[PARTS];
	dev_t device;           /* of the pin public_config, as it was opened ... */
	ino_t inode;            /* ... and its inode */
	/* The observer of origins has both of its pins, or none. */
	int origins_error;      /* none, for this reason */
	dev_t origins_device;   /* of the pin origin_keys, as public_config's above */
	ino_t origins_inode;
};

/*
 * What is known of a view's memory. A thread may read it while it is written, and then
 * throws its answer away.
 */
struct view {
	int error, counts_error, origins_error;
	uint32_t abi;           /* public_config has the same unless something is new */
	uint32_t max_regions;
	uint64_t generation, trusted_generation;
	uint64_t serial[PARTS]; /* of the pin that is mapped; only its writer reads it */
} __attribute__((aligned(CACHE_LINE)));

struct ecdn_xdp_client {
	/* Every answer reads these. */
	unsigned int sequence;
	unsigned int cpus;      /* rows of request_stats: CPU ids are less */
	uint64_t look_ns;       /* when the pins are to be looked at again ... */
	uint64_t retry_ns;      /* ... if something is new; not 0: a look did not help */
	char *memory;           /* of both views, one after the other */
	size_t room;            /* of one view, in bytes */
	struct view view[2];
	struct ecdn_xdp_origin_rows rows __attribute__((aligned(CACHE_LINE)));

	/* The one thread that found `busy` 0 reads and writes these. */
	unsigned int busy __attribute__((aligned(CACHE_LINE)));
	struct set set;         /* the maps that the view in use shows */
	uint64_t serial;        /* the last one given to a pin */
	uint32_t found_abi;     /* of the pins that were opened last */
	int dir_fd;             /* the pins' directory, O_PATH, or -1 */
	int kept;               /* why the last look left an old table in use */
	unsigned int retries;   /* looks in a row after which something still was new */
	int told, told_kept;    /* logged last: why nothing answers, why a table is kept */
	int told_origins;       /* ... and why nothing of origins is counted */
	ecdn_xdp_say *say;
	void *context;
	char dir[PATH_MAX];
};

static inline const char *client_memory(const struct ecdn_xdp_client *client,
					unsigned int sequence)
{
	return client->memory + (sequence & 1) * client->room;
}

#endif
