/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz_source.h - region data of one format, and what a table may count on.
 */
#ifndef FUZZ_FUZZ_SOURCE_H
#define FUZZ_FUZZ_SOURCE_H

#include <string.h>

#include "fuzz.h"
#include "regions/source_formats.h"

#define FUZZ_REGIONS 64

static inline void check_list(const struct range_list *list, uint32_t regions)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct range *range = &list->range[i];

		check(range->first <= range->last);
		check(!i || range->first > list->range[i - 1].last);
		check((range->entry & RANGE_REGION) < regions);
		check(!(range->entry & ECDN_XDP_ENTRY_CHILD));
	}
}

/* A set as source_read() returns it: sorted, disjoint, of known regions. */
static inline void check_set(const struct range_set *set, const struct names *names)
{
	check_list(&set->v4, names_count(names));
	check_list(&set->v6, names_count(names));
}

typedef int fuzz_reader(struct source *source, struct range_set *set);

static inline struct text fuzz_piece(const uint8_t *data, size_t size)
{
	return (struct text){ (const char *)data, (const char *)data + size };
}

/* Readers of text are never given a NUL: base/file.c refuses the file. */
static inline void fuzz_text(fuzz_reader *read, const uint8_t *data, size_t size)
{
	struct source source = {
		.file = { .path = "fuzz", .text = fuzz_piece(data, size) },
		.report = { .path = "fuzz" },
		.number = 1,
	};
	struct range_set set = {};

	if (memchr(data, 0, size))
		return;
	source.names = names_new(FUZZ_REGIONS);
	if (!read(&source, &set))
		check_set(&set, source.names);
	range_set_free(&set);
	names_free(source.names);
}

#endif
