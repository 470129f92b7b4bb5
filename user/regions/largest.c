// SPDX-License-Identifier: BSD-2-Clause
#include "regions/largest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/scoped.h"
#include "base/text.h"
#include "regions/coverage.h"

static bool is_wanted(const struct region_sources *sources)
{
	return sources->keep_largest || sources->keep;
}

/* Takes the first of the names off *rest; false if none is left. */
static bool next_name(const char **rest, struct text *name)
{
	const char *comma;

	if (!*rest)
		return false;
	comma = strchr(*rest, ',');
	*name = (struct text){ *rest, comma ? comma : *rest + strlen(*rest) };
	*rest = comma ? comma + 1 : NULL;
	return true;
}

int largest_check(const struct region_sources *sources)
{
	const char *rest = sources->keep, *last = sources->rest ?: REGION_SOURCES_REST;
	char quoted[TEXT_QUOTE_SIZE];
	struct text name;

	if (sources->rest && !is_wanted(sources))
		return log_error(-EINVAL, "--rest goes with --keep-largest or --keep");
	if (!names_valid(last, strlen(last)))
		return log_error(-EINVAL, "--rest: not the name of a region, which is " NAMES_ARE);
	while (next_name(&rest, &name))
		if (!names_valid(name.start, text_length(name)))
			return log_error(-EINVAL, "--keep '%s': not the name of a region, which "
					 "is " NAMES_ARE, text_quote(name, quoted));
	return 0;
}

struct weighed {
	uint32_t id;
	uint64_t weight;
};

/* The heaviest first; of equal ones the one that was read first. */
static int by_weight(const void *left, const void *right)
{
	const struct weighed *a = left, *b = right;

	if (a->weight != b->weight)
		return a->weight > b->weight ? -1 : 1;
	return a->id < b->id ? -1 : a->id > b->id;
}

static int mark_largest(const struct range_set *set, uint32_t ids, uint32_t largest, bool *keeps)
{
	scoped_free struct coverage *by_id = calloc(ids, sizeof(*by_id));
	scoped_free struct weighed *weighed = calloc(ids, sizeof(*weighed));

	if (!by_id || !weighed)
		return -ENOMEM;
	coverage_of_set(set, by_id, ids);
	for (uint32_t id = 0; id < ids; id++)
		weighed[id] = (struct weighed){ id, coverage_weight(&by_id[id]) };
	qsort(weighed, ids, sizeof(*weighed), by_weight);
	for (uint32_t i = 0; i < ids && i < largest && weighed[i].weight; i++)
		keeps[weighed[i].id] = true;
	return 0;
}

static void mark_named(const struct names *names, const char *rest, bool *keeps)
{
	char quoted[TEXT_QUOTE_SIZE];
	struct text name;

	while (next_name(&rest, &name)) {
		int id = names_find(names, name.start, text_length(name));

		if (id >= 0)
			keeps[id] = true;
		else
			log_warning("--keep %s: no region file names it", text_quote(name, quoted));
	}
}

static int rename_list(struct range_list *list, const bool *keeps, uint32_t other)
{
	struct range_list out = {};
	int err = 0;

	for (size_t i = 0; i < list->count && !err; i++) {
		const struct range *range = &list->range[i];
		uint32_t id = range->entry & RANGE_REGION;

		err = range_list_add(&out, range->first, range->last,
				     (range->entry & RANGE_SOURCE) | (keeps[id] ? id : other));
	}
	if (err) {
		range_list_free(&out);
		return err;
	}
	range_list_free(list);
	*list = out;
	return 0;
}

static int rename_others(struct range_set *set, struct names *names, const bool *keeps,
			 const char *rest)
{
	int other = names_intern(names, rest, strlen(rest));

	if (other < 0)
		return other;
	return rename_list(&set->v4, keeps, other) ?: rename_list(&set->v6, keeps, other);
}

int largest_keep(struct range_set *set, struct names *names, const struct region_sources *sources)
{
	uint32_t ids = names_count(names);
	scoped_free bool *keeps = calloc(ids, sizeof(*keeps));
	int err = largest_check(sources);

	if (err || !is_wanted(sources))
		return err;
	err = keeps ? mark_largest(set, ids, sources->keep_largest, keeps) : -ENOMEM;
	if (!err) {
		keeps[ECDN_XDP_REGION_NONE] = true;
		mark_named(names, sources->keep, keeps);
		err = rename_others(set, names, keeps, sources->rest ?: REGION_SOURCES_REST);
	}
	return err ? log_error(err, "cannot choose the largest regions: %s", strerror(-err)) : 0;
}
