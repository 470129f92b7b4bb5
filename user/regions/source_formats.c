// SPDX-License-Identifier: BSD-2-Clause
#include "regions/source_formats.h"

const struct source_format source_formats[] = {
	{ "MaxMind DB", "has its metadata at the end", false, source_mmdb_knows, source_mmdb_read },
	{ "range CSV", "holds START,END,NAME", true, source_csv_knows, source_csv_read },
	/* Knows any text, so that faults are reported by line: stays the last row. */
	{ "CIDR lines", "holds CIDR NAME", true, source_cidr_knows, source_cidr_read },
};

const size_t source_formats_count = sizeof(source_formats) / sizeof(*source_formats);
