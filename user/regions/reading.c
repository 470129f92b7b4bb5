// SPDX-License-Identifier: BSD-2-Clause
#include "regions/reading.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/scoped.h"
#include "regions/largest.h"
#include "regions/source.h"

/* An ASN database has some 100,000. */
#define NAMES_MAX (1 << 20)

static bool is_empty(const struct range_set *set)
{
	return !set->v4.count && !set->v6.count;
}

static int read_file(struct reading *reading, const struct region_sources *sources,
		     unsigned int i)
{
	const char *path = sources->file[i];
	struct range_set one = {};
	int err = source_read(path, sources->mmdb_field ?: SOURCE_MMDB_FIELD, i + 1,
			      reading->names, &one);

	if (!err && is_empty(&one))
		log_warning("%s holds no ranges", path);
	if (!err && range_set_overlay(&reading->set, &one))
		err = log_error(-ENOMEM, "out of memory for the ranges of %s", path);
	range_set_free(&one);
	return err;
}

int reading_files(struct reading *reading, const struct region_sources *sources)
{
	int err = 0;

	reading->names = names_new(NAMES_MAX);
	if (!reading->names)
		return log_error(-ENOMEM, "out of memory for the region files");
	for (unsigned int i = 0; i < sources->count && !err; i++)
		err = read_file(reading, sources, i);
	if (!err && is_empty(&reading->set))
		err = log_error(-EINVAL, "no region file holds any range; the table stays as it "
				"is");
	return err ?: largest_keep(&reading->set, reading->names, sources);
}

void reading_free(struct reading *reading)
{
	range_set_free(&reading->set);
	names_free(reading->names);
	memset(reading, 0, sizeof(*reading));
}

static void mark(const struct range_list *list, bool *used)
{
	for (size_t i = 0; i < list->count; i++)
		used[list->range[i].entry & RANGE_REGION] = true;
}

int reading_count_new(const struct reading *reading, const struct names *names)
{
	scoped_free bool *used = calloc(names_count(reading->names), sizeof(*used));
	int count = 0;

	if (!used)
		return log_error(-ENOMEM, "out of memory for the names of regions");
	mark(&reading->set.v4, used);
	mark(&reading->set.v6, used);
	for (uint32_t id = 0; id < names_count(reading->names); id++) {
		const char *name = names_of(reading->names, id);

		count += used[id] && names_find(names, name, strlen(name)) < 0;
	}
	return count;
}

/* ids: those that names have got, and -1 for those that have not been asked for. */
static int number_list(const struct reading *reading, const struct range_list *from,
		       struct names *names, int *ids, struct range_list *to)
{
	for (size_t i = 0; i < from->count; i++) {
		const struct range *range = &from->range[i];
		uint32_t read = range->entry & RANGE_REGION;
		int err;

		if (ids[read] < 0) {
			const char *name = names_of(reading->names, read);

			ids[read] = names_intern(names, name, strlen(name));
			if (ids[read] < 0)
				return ids[read];
		}
		err = range_list_add(to, range->first, range->last,
				     (range->entry & RANGE_SOURCE) | (uint32_t)ids[read]);
		if (err)
			return err;
	}
	return 0;
}

int reading_number(const struct reading *reading, struct names *names, struct range_set *set)
{
	uint32_t count = names_count(reading->names);
	scoped_free int *ids = malloc(count * sizeof(*ids));
	int err = ids ? 0 : -ENOMEM;

	for (uint32_t id = 0; id < count && !err; id++)
		ids[id] = -1;
	err = err ?: number_list(reading, &reading->set.v4, names, ids, &set->v4);
	return err ?: number_list(reading, &reading->set.v6, names, ids, &set->v6);
}
