/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * source_formats.h - the formats of region data, a row each. A new format is a new file that
 * has a knows() and a read(), and a row.
 */
#ifndef REGIONS_SOURCE_FORMATS_H
#define REGIONS_SOURCE_FORMATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/file.h"
#include "base/report.h"
#include "regions/names.h"
#include "table/range.h"

/* A file of region data while it is read. */
struct source {
	struct file file;
	struct report report;
	const char *field;      /* path of the name in a record, in formats with records */
	unsigned int number;    /* 1 to ECDN_XDP_TABLE_SOURCES; goes into the entries */
	struct names *names;
};

struct source_format {
	const char *name;       /* "MaxMind DB" */
	const char *looks;      /* what it is known by: "has its metadata at the end" */
	bool text;              /* knows() and read() need file.text, which has no NUL */

	/* 1 if the file is in this format, 0 if not, or a negative errno that is not logged. */
	int (*knows)(const struct source *source);

	/* 0 or a negative errno, logged but for -ENOMEM; *set may be filled in part then. */
	int (*read)(struct source *source, struct range_set *set);
};

/* A file is in the first format that knows it. */
extern const struct source_format source_formats[];
extern const size_t source_formats_count;

int source_mmdb_knows(const struct source *source);
int source_mmdb_read(struct source *source, struct range_set *set);

int source_csv_knows(const struct source *source);
int source_csv_read(struct source *source, struct range_set *set);

int source_cidr_knows(const struct source *source);
int source_cidr_read(struct source *source, struct range_set *set);

#endif
