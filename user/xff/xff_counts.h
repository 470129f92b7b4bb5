/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xff_counts.h - what the records of a log add up to. A cell is a region, a provider and a peer
 * that had records in common; it has exact counts of records and a sample of users. Memory is
 * bounded by XFF_CELLS_MAX cells of at most 6 KiB, about 50 MiB, whatever the log holds: cells that
 * come when all are in use are those of their region alone, or one of all others. Not thread-safe;
 * nothing is logged.
 */
#ifndef XFF_XFF_COUNTS_H
#define XFF_XFF_COUNTS_H

#include "xff/xff_record.h"
#include "xff/xff_tally.h"

/* NULL without memory. The options must live as long. */
struct xff_counts *xff_counts_new(const struct xff_options *options);
void xff_counts_free(struct xff_counts *counts);

/* Counts a record. 0 or -ENOMEM. */
int xff_counts_add(struct xff_counts *counts, const struct xff_record *record);

#endif
