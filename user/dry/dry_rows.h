/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dry_rows.h - what of the loaded guard's maps a packet meets, copied to the maps of a dry run:
 * the rows of one CPU become those of CPU 0. Errors are logged.
 */
#ifndef DRY_DRY_ROWS_H
#define DRY_DRY_ROWS_H

#include <stdint.h>

#include "base/address.h"
#include "dry/dry_maps.h"
#include "kernel/mapped.h"

/* Arrays that are read and written as memory. */
enum dry_rows_array {
	DRY_ROWS_REGION_CPU,
	DRY_ROWS_REGION_STATE,
	DRY_ROWS_PREFIXES,
	DRY_ROWS_CPU,
	DRY_ROWS_KNOWN,
	DRY_ROWS_TRUSTED_CPU,
	DRY_ROWS_ARRAYS,
};

/* What decides which rows a packet meets. */
struct dry_rows_key {
	struct address source, target;
	uint16_t port;          /* of the target */
	uint32_t region;        /* the source's id */
	uint32_t trusted;       /* the source's leaf in the trusted table; 0: it has none */
	uint32_t cpu;           /* where the packet arrives */
};

struct dry_rows {
	struct dry_maps live;   /* the caller's */
	struct dry_maps copy;   /* the dry run's: what it reads itself is -1 */
	struct mapped of[DRY_ROWS_ARRAYS]; /* the loaded guard's; `at` is NULL: it has none */
	void *to[DRY_ROWS_ARRAYS]; /* the dry run's, of copy_entries */
	uint32_t copy_entries[DRY_ROWS_ARRAYS];
	struct ecdn_xdp_armed_key armed; /* what was copied last */
	uint32_t trusted;
};

/* Maps the arrays of both. To be closed, after an error too. */
int dry_rows_open(struct dry_rows *rows, const struct dry_maps *live, const struct dry_maps *copy);
void dry_rows_close(struct dry_rows *rows);

/* Copies the rows that such a packet meets. */
int dry_rows_copy(struct dry_rows *rows, const struct dry_rows_key *key,
		  const struct ecdn_xdp_config *config);

/* The dry run's own row. */
void *dry_rows_at(const struct dry_rows *rows, enum dry_rows_array array, uint32_t index);

/* The CPU at which packets of a region came last, as far as their rows tell; 0 if none came. */
uint32_t dry_rows_cpu_of(const struct dry_rows *rows, uint32_t region, uint32_t max_regions);

/* What `prefixes` hold of a source's prefix, added up over all CPUs and shares. */
enum dry_rows_level {
	DRY_ROWS_NARROW,        /* /24, /48 */
	DRY_ROWS_WIDER,         /* /20, /40 */
	DRY_ROWS_WIDEST,        /* /32 of IPv6 */
	DRY_ROWS_LEVELS,
};

struct dry_rows_prefix {
	int length;             /* of the prefix, in bits; 0: the family has no such level */
	uint64_t packets, bytes, last_seen_ns; /* zeros: it is not among the heavy ones */
	bool over;              /* it lost packets to its limit in the last 256 jiffies */
};

void dry_rows_prefix(const struct dry_rows *rows, const struct dry_rows_key *key,
		     const struct ecdn_xdp_config *config, enum dry_rows_level level,
		     struct dry_rows_prefix *prefix);

/* Whether the source is taken for an address that has connected lately. */
bool dry_rows_known(const struct dry_rows *rows, const struct dry_rows_key *key,
		    const struct ecdn_xdp_config *config, uint64_t now_ns);

#endif
