/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view_table.h - the region table in use and the names of its regions, opened once: each
 * question after that takes a few memory accesses and no system call.
 */
#ifndef VIEW_VIEW_TABLE_H
#define VIEW_VIEW_TABLE_H

#include "ecdn-xdp-maps.h"
#include "base/address.h"
#include "view/view_regions.h"

struct names;

struct view_table {
	const struct ecdn_xdp_table_line *lines;
	const struct ecdn_xdp_table_header *header;
	struct names *names;
};

struct view_table_answer {
	const char *region;     /* its name; "?" of an id that has none yet */
	uint32_t id;
	const char *source;     /* path of the file that named it; 0: none did */
};

/* 0 or a negative errno, logged. To be closed with view_table_close(). */
int view_table_open(struct view_table *view, const char *pin_dir);
void view_table_close(struct view_table *view);

/* Counts the ranges that each region of a view has. 0 or a negative errno, logged. */
int view_table_count(const struct view_table *view, struct view_regions *regions);

/* The region of an address; what it points to lives as long as the view. */
struct view_table_answer view_table_find(const struct view_table *view,
					 const struct address *address);

#endif
