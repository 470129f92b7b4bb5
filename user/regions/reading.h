/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reading.h - what region files hold, before it is known which ids their names have. Files are
 * read first, which may take as long as a download does; the ids are looked up once a command has
 * the lock.
 */
#ifndef REGIONS_READING_H
#define REGIONS_READING_H

#include "regions/names.h"
#include "regions/region_sources.h"
#include "table/range.h"

/* Starts as all zeros. */
struct reading {
	struct range_set set;   /* the ids in its entries are those of `names` */
	struct names *names;    /* NULL: nothing has been read */
};

/* Reads all files, and gives those regions which do not keep their names that of the rest. 0, or a
 * negative errno, logged. To be freed, after an error as well. */
int reading_files(struct reading *reading, const struct region_sources *sources);
void reading_free(struct reading *reading);

/* How many names have ranges here and no id in `names`. A negative errno without memory,
 * logged. */
int reading_count_new(const struct reading *reading, const struct names *names);

/* Copies the ranges into *set with the ids of `names`, which gives new names theirs. 0, -ENOSPC
 * if these do not suffice, or -ENOMEM, both silent. */
int reading_number(const struct reading *reading, struct names *names, struct range_set *set);

#endif
