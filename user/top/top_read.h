/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * top_read.h - reads what a screen is made of, again and again.
 */
#ifndef TOP_TOP_READ_H
#define TOP_TOP_READ_H

#include "top/top_state.h"

struct top_read {
	const char *pin_dir;
	struct view_regions now; /* of the last read */
	bool has_now;
	struct view_past past;  /* the agent's, as long as it writes it; else this process's own */
	uint64_t past_number;   /* of the step in which the agent's was last looked at */

	/* Of the region's page: */
	struct view_prefixes prefixes;
	struct view_nodes nodes;
	struct view_origins origins;
	bool has_prefixes, has_nodes, has_origins;
	char error[TOP_STATE_MESSAGE_SIZE]; /* the caller's to fill, of what was logged */
	char detail_error[TOP_STATE_MESSAGE_SIZE];

	struct top_snapshot snapshot; /* of all of that */
};

/* Starts as zeros but for pin_dir. Reads the regions, and compares them with those before. 0 or a
 * negative errno, logged: then there are none. */
int top_read_regions(struct top_read *read);

/* Reads what the tab of a region's page shows. The same. */
int top_read_detail(struct top_read *read, const char *region, enum top_tab tab);

void top_read_free(struct top_read *read);

#endif
