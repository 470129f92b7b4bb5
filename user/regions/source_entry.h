/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * source_entry.h - the name of a region becomes the entry of its addresses. Functions return
 * 0 with *entry, -EINVAL if the name is not valid, or -ENOSPC if all ids are in use.
 */
#ifndef REGIONS_SOURCE_ENTRY_H
#define REGIONS_SOURCE_ENTRY_H

#include "regions/source_formats.h"

/* The entry of the name "??": the file says nothing about these addresses. */
#define SOURCE_ENTRY_UNKNOWN 0

/* The name stands in a line of text. -EINVAL is reported, and the next line can be read; -ENOSPC
 * is logged, and the file is given up. */
int source_entry_of_line(struct source *source, struct text name, unsigned int line,
			 uint32_t *entry);

/* The same, but the name stands in a record that the file has for a prefix. */
int source_entry_of_record(struct source *source, struct text name, const struct cidr *at,
			   uint32_t *entry);

#endif
