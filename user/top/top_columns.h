/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * top_columns.h - the columns of the table of regions: their heads, widths, cells and orders.
 * Nothing is logged.
 */
#ifndef TOP_TOP_COLUMNS_H
#define TOP_TOP_COLUMNS_H

#include "show/fields.h"
#include "top/top_grid.h"
#include "top/top_state.h"

struct top_column {
	const char *head;       /* in lower case it is what --sort takes */
	const char *head_monitor; /* in monitor mode; NULL: the same */
	unsigned int width;
	bool words;             /* left-aligned, and sorted from A to Z */
	unsigned int rank;      /* where a screen is narrow the highest goes first; 0: none does */
	const char *(*text)(const struct view_region *region, const struct view_regions *view,
			    char room[FIELD_TEXT_SIZE]);
	uint64_t (*number)(const struct view_region *region); /* it is sorted by, unless words */
};

extern const struct top_column top_columns[];

/* That of sparklines has no text and no order. */
extern const unsigned int top_columns_count, top_columns_spark, top_columns_share;

/* Finds the column that is called so; -EINVAL if there is none. */
int top_columns_find(const char *head);

/* The heads that --sort takes, in lower case, with a comma between two. Returns room. */
const char *top_columns_names(char room[FIELD_TEXT_SIZE]);

/* The next column by which can be sorted, to the right or to the left. */
unsigned int top_columns_next(unsigned int column, int step);

/* Below 0 if the first one stands above. */
int top_columns_compare(unsigned int column, const struct view_region *one,
			const struct view_region *other);

/* The width of each column on a screen of that width, 0 of those that have no room. */
#define TOP_COLUMNS_MAX 16
void top_columns_fit(const struct top_snapshot *snapshot, unsigned int columns,
		     unsigned int width[TOP_COLUMNS_MAX]);

/* What a share of a limit, in thousandths, looks like: "41%". */
const char *top_columns_share_text(const struct view_region *region, char room[FIELD_TEXT_SIZE]);

#endif
