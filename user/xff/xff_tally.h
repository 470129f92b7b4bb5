/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xff_tally.h - what the records of a log add up to: cells, and tables of fixed size beside them.
 */
#ifndef XFF_XFF_TALLY_H
#define XFF_XFF_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include "xff/xff_heavy.h"
#include "xff/xff_names.h"
#include "xff/xff_nodes.h"
#include "xff/xff_peers.h"
#include "xff/xff_shared.h"
#include "xff/xff_users.h"

#define XFF_CELLS_MAX 8192

/* How a log is to be understood. */
struct xff_options {
	struct xff_nodes nodes; /* the platform's, where they are known; the caller's */
	bool at_node;           /* the log is a node's: what it sends on is the address of a
				   client's connection */
	struct cidr only;       /* of family 0: all records; else those that show or had it */
	/* The name of the region of an address; NULL: regions are those of the log. */
	const char *(*region_of)(void *context, const struct address *address);
	void *context;
	uint64_t seed;          /* secret */
};

struct xff_cell {
	uint16_t region, isp, peer;
	uint64_t records[XFF_SCHEMES][XFF_CLASSES];
	struct xff_users users;
	struct xff_heavy strange; /* what was shown that is not the user's */
};

struct xff_counts {
	const struct xff_options *options;
	uint64_t lines, bad;            /* all; those that were refused */
	uint64_t records;               /* in cells */
	uint64_t visits;                /* records without the header, and not from a node */
	uint64_t passed_over;           /* not of options->only */
	uint64_t with_direct;           /* in cells */
	uint64_t direct_of_node;        /* whose direct address is a node's: no direct visit */
	uint64_t other_family;          /* the direct visit was IPv4, this IPv6, or the reverse */
	struct xff_names regions, isps;
	struct xff_peers peers;
	struct xff_shared shared;
	uint32_t cell_count;
	struct xff_cell cell[XFF_CELLS_MAX];
	uint16_t slot[4 * XFF_CELLS_MAX]; /* of cells, plus 1, by hash */
};

#endif
