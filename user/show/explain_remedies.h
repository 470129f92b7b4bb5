/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * explain_remedies.h - the commands that would change what a packet meets.
 */
#ifndef SHOW_EXPLAIN_REMEDIES_H
#define SHOW_EXPLAIN_REMEDIES_H

#include "view/view_explain.h"

#define EXPLAIN_REMEDIES_MAX 6

struct explain_remedies {
	char command[EXPLAIN_REMEDIES_MAX][128];
	unsigned int count;
};

void explain_remedies_find(const struct view_explain *view, const struct view_explain_part *part,
			   struct explain_remedies *remedies);

#endif
