/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * top_table.h - the tables of a region's page, as the verbs print them.
 */
#ifndef TOP_TOP_TABLE_H
#define TOP_TOP_TABLE_H

#include "top/top_state.h"

/* The lines of the tab that is open, with an end each, no wider than `columns`; NULL if it was not
 * read, or without memory. The caller frees it. */
char *top_table_text(const struct top_snapshot *snapshot, const struct view_region *region,
		     enum top_tab tab, unsigned int columns);

#endif
