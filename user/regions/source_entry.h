/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * source_entry.h - the name of a region becomes the entry of its addresses. Each reads
 * *entry, and returns 0, -EINVAL for what is no name of a region, or -ENOSPC when all ids
 * are in use.
 */
#ifndef REGIONS_SOURCE_ENTRY_H
#define REGIONS_SOURCE_ENTRY_H

#include "regions/source_formats.h"

/* The entry of the name "??": the file says nothing about these addresses. */
#define SOURCE_ENTRY_UNKNOWN 0

/* For a line of text. Errors are logged or reported; after -EINVAL the next line can be
 * read. */
int source_entry_of_line(struct source *source, struct text name, unsigned int line,
			 uint32_t *entry);

/* The same for a record that the file has for a prefix. */
int source_entry_of_record(struct source *source, struct text name, const struct cidr *at,
			   uint32_t *entry);

#endif
