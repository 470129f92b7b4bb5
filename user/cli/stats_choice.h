/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * stats_choice.h - which regions `stats` shows, and in which order.
 */
#ifndef CLI_STATS_CHOICE_H
#define CLI_STATS_CHOICE_H

#include <stdbool.h>
#include <stdint.h>

#include "show/fields.h"
#include "view/view_regions.h"

struct stats_choice {
	char **names;           /* those named alone, in their order ... */
	int count;              /* ... if there are any */
	bool all;               /* those that have nothing to show, too */
	bool now;               /* what is now, and not what was ever counted */
	bool ranked;            /* in the order of what needs attention first, unless sorted */
	const char *sort;       /* the head of the column that they are sorted by; 0: none */
	const char *states;     /* names, with a comma between two; 0: all */
	unsigned int top;       /* at most so many; 0: all */
};

/* 0, or -EINVAL, logged, for a state that is none or a column that `fields` do not have. */
int stats_choice_check(const struct stats_choice *choice, const struct fields *fields);

/* Whether all regions that are named are there: 0 or -ENOENT, logged. */
int stats_choice_named(const struct stats_choice *choice, const struct view_regions *view);

/* Returns `count` regions, in the array's memory, which the caller frees. 0; -ENOENT if there is
 * no region of a name, or -ENOMEM: logged. fields: whose columns may be sorted by. */
int stats_choice_make(const struct stats_choice *choice, const struct fields *fields,
		      const struct view_regions *view, const struct view_region ***regions,
		      size_t *count);

#endif
