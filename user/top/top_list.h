/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * top_list.h - which regions a screen lists, in which order, and which of them are in sight.
 * Nothing is logged.
 */
#ifndef TOP_TOP_LIST_H
#define TOP_TOP_LIST_H

#include "top/top_state.h"

struct top_list {
	const struct view_region **at;
	unsigned int count;
	unsigned int selected;  /* place of the selected one; it is in sight */
	unsigned int first;     /* place of the first one in sight */
	unsigned int room;      /* how many there is room for */
	unsigned int quiet;     /* how many a batch leaves out */
};

/* False without memory. To be freed with top_list_free(). */
bool top_list_make(struct top_list *list, const struct top_snapshot *snapshot,
		   const struct top_state *state);
void top_list_free(struct top_list *list);

/* Rows above and below the table's lines. */
unsigned int top_list_head_rows(const struct top_state *state);
unsigned int top_list_foot_rows(const struct top_state *state);

/* Makes the selected one that at a place, or the last one. */
void top_list_select(const struct top_list *list, struct top_state *state, unsigned int at);

#endif
