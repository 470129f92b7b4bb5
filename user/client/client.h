/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * client.h - what a client is made of: two views, of which one is looked at, and
 * what the thread that brings them up to date knows.
 *
 * A view is a place in the address space with room for all that answers need, the
 * same in every part of its life: something readable is mapped everywhere, so that
 * a thread that was held up in the middle of an answer never touches a hole. The
 * view in use is view[sequence & 1]. News is mapped into the other one, then
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

/* Everything else stays inside the library. */
#pragma GCC visibility push(default)
#include "ecdn-xdp.h"
#pragma GCC visibility pop

#define CACHE_LINE 64

/* Parts of a view, a pinned map each; with none, or beyond its end, zeros. */
enum part {
	PART_TABLE,
	PART_TRUSTED,
	PART_STATE,
	PART_PUBLIC,
	PART_COUNTS,            /* last, as its room depends on the number of CPUs */
	PARTS,
};

/* Multiples of the biggest page, 64 KiB. */
#define ROOM_UNIT 65536UL
#define ROOM_TABLE (ECDN_XDP_TABLE_LINES * sizeof(struct ecdn_xdp_table_line))
#define ROOM_STATE (ECDN_XDP_REGIONS_MAX * sizeof(struct ecdn_xdp_region_state))
#define AT_TRUSTED ROOM_TABLE
#define AT_STATE (AT_TRUSTED + ROOM_TABLE)
#define AT_PUBLIC (AT_STATE + ROOM_STATE)
#define AT_COUNTS (AT_PUBLIC + ROOM_UNIT)

_Static_assert(ROOM_TABLE % ROOM_UNIT == 0 && ROOM_STATE % ROOM_UNIT == 0, "whole pages");

/* A pinned map that is open. Each that is opened has a serial of its own: 0, none. */
struct pin {
	int fd;
	uint64_t serial;
	size_t bytes;
};

/* All that answers are made of at one time. */
struct set {
	int error;              /* nothing is mapped, for this reason */
	int counts_error;       /* there are no counts, for this reason */
	uint32_t max_regions;
	uint64_t generation, trusted_generation;
	struct pin pin[PARTS];
	dev_t device;           /* where public_config was opened ... */
	ino_t inode;            /* ... as what */
};

/*
 * What belongs to a view's memory. May be read while it is written, by a thread
 * that then throws its answer away.
 */
struct view {
	int error, counts_error;
	uint32_t abi;           /* public_config says the same unless there is news */
	uint32_t max_regions;
	uint64_t generation, trusted_generation;
	uint64_t serial[PARTS]; /* of what is mapped; read by none but its writer */
} __attribute__((aligned(CACHE_LINE)));

struct ecdn_xdp_client {
	/* Read by every answer. */
	unsigned int sequence;
	unsigned int cpus;      /* possible ones */
	uint64_t look_ns;       /* when the pins are to be looked at again */
	uint64_t retry_ns;      /* ... if there is news; not 0: a look did not help */
	char *memory;           /* of both views, one after the other */
	size_t room;            /* of one */
	struct view view[2];

	/* Of the one thread that found `busy` 0. */
	unsigned int busy __attribute__((aligned(CACHE_LINE)));
	struct set set;         /* what the view in use shows */
	uint64_t serial;        /* the last one given to a pin */
	int dir_fd;             /* the pins' directory, O_PATH, or -1 */
	int kept;               /* why the last look left an old table in use */
	int told, told_kept;    /* what was said last: why nothing answers, why one is kept */
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
