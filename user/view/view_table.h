/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view_table.h - the region table in use, mapped: an answer is a few memory accesses.
 */
#ifndef VIEW_VIEW_TABLE_H
#define VIEW_VIEW_TABLE_H

#include "ecdn-xdp-maps.h"
#include "regions/names.h"

struct view_table {
	const struct ecdn_xdp_table_line *lines;
	const struct ecdn_xdp_table_header *header;
	struct names *names;
};

/* 0 or a negative errno, logged. Freed with view_table_close(). */
int view_table_open(struct view_table *view, const char *pin_dir);
void view_table_close(struct view_table *view);

#endif
