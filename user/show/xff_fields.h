/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xff_fields.h - what `diagnose xff` has read, whose items are struct xff_fields_log.
 */
#ifndef SHOW_XFF_FIELDS_H
#define SHOW_XFF_FIELDS_H

#include "show/fields.h"
#include "xff/xff_verdict.h"

struct xff_fields_log {
	const struct xff_counts *counts;
	const struct xff_verdict *verdict;
};

extern const struct field xff_fields[];

/* One line: how many records there were, and what they show. */
void xff_fields_print(const struct xff_fields_log *log);

#endif
