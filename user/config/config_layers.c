// SPDX-License-Identifier: BSD-2-Clause
#include "config/config_layers.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/quantity.h"
#include "base/scoped.h"
#include "base/when.h"
#include "config/config_limits.h"

/* The region whose layer is read, and what of it the file has said. */
struct layer_of {
	struct limits_changes *changes;
	unsigned int what;      /* LIMITS_EXEMPT or LIMITS_BLOCK */
	struct limits_change change;
	bool ends;
};

/* Words of the file by which a reload knows that they are the same. */
static bool keep_words(struct reader *reader, const yaml_node_t *value, struct layer_of *of,
		       const char *before)
{
	struct layers_span *span = &of->change.span;
	int length = snprintf(span->lasts, sizeof(span->lasts), "%s%s", before, yaml_text(value));

	if (of->ends)
		yaml_bad(reader, value, "for and until exclude each other");
	else if (length >= (int)sizeof(span->lasts))
		yaml_bad(reader, value, "\"%s\" is too long", yaml_text(value));
	else
		return of->ends = true;
	return false;
}

static void take_for(struct reader *reader, const yaml_node_t *value, void *to)
{
	struct layer_of *of = to;
	struct layers_span *span = &of->change.span;

	if (yaml_text(value) && !strcmp(yaml_text(value), "forever"))
		return;
	if (!yaml_text(value) || quantity_parse_duration(yaml_text(value), &span->for_ns))
		yaml_bad(reader, value, "\"%s\" is not a duration; write it as 500ms, 30s, 10m or "
			 "1h30m, or forever", yaml_text(value) ?: "this");
	else
		keep_words(reader, value, of, "");
}

static void take_until(struct reader *reader, const yaml_node_t *value, void *to)
{
	struct layer_of *of = to;

	if (!yaml_text(value) || when_parse(yaml_text(value), clock_ns(CLOCK_REALTIME),
					    &of->change.span.until_ns))
		yaml_bad(reader, value, "\"%s\" is not a time; write it as 14:00, \"2026-11-28 "
			 "14:00\" or 2026-11-28T14:00:00Z", yaml_text(value) ?: "this");
	else
		keep_words(reader, value, of, "until ");
}

static void take_reason(struct reader *reader, const yaml_node_t *value, void *to)
{
	struct layer_of *of = to;
	int err = yaml_text(value) ? layers_set_reason(&of->change.span, yaml_text(value)) :
				     -EINVAL;

	if (err == -E2BIG)
		yaml_bad(reader, value, "a reason has room for %zu bytes", LAYERS_REASON_SIZE - 1);
	else if (err)
		yaml_bad(reader, value, "a reason must be text without control characters");
}

static const struct yaml_key keys[] = {
	{ "for", take_for }, { "until", take_until }, { "reason", take_reason }, { NULL, NULL },
};

static bool begin(struct reader *reader, const yaml_node_t *key, struct layer_of *of)
{
	if (!config_limits_begin(reader, key, "", &of->change))
		return false;
	of->change.what = of->what;
	of->change.span.for_ns = LAYERS_FOREVER;
	of->change.span.from_file = true;
	of->ends = false;
	return true;
}

static void add(struct reader *reader, const struct layer_of *of)
{
	if (limits_add(of->changes, &of->change))
		reader->errors++;
}

/* NAME: DURATION, or NAME: with keys. */
static void take_named(struct reader *reader, const yaml_node_t *key, const yaml_node_t *value,
		      void *to)
{
	struct layer_of *of = to;

	if (!begin(reader, key, of))
		return;
	if (value->type == YAML_MAPPING_NODE)
		yaml_take_keys(reader, value, keys, of);
	else
		take_for(reader, value, of);
	add(reader, of);
}

/* NAME, which is meant for ever, or a pair. */
static void take_item(struct reader *reader, const yaml_node_t *item, void *to)
{
	struct layer_of *of = to;

	if (item->type == YAML_MAPPING_NODE)
		yaml_each_pair(reader, item, of, take_named);
	else if (begin(reader, item, of))
		add(reader, of);
}

static int by_region(const void *one, const void *other)
{
	const struct limits_change *a = *(const struct limits_change *const *)one;
	const struct limits_change *b = *(const struct limits_change *const *)other;
	int order = strcmp(a->region, b->region);

	return order ?: (a->line > b->line) - (a->line < b->line);
}

/* The items of a list may name a region twice, as the keys of a mapping cannot. */
static void check_repeated(struct reader *reader, const yaml_node_t *value,
			   const struct limits_changes *changes, unsigned int first)
{
	unsigned int count = changes->count - first;
	scoped_free const struct limits_change **sorted = calloc(count + 1, sizeof(*sorted));

	if (!sorted) {
		yaml_bad(reader, value, "out of memory");
		return;
	}
	for (unsigned int i = 0; i < count; i++)
		sorted[i] = &changes->at[first + i];
	qsort(sorted, count, sizeof(*sorted), by_region);
	for (unsigned int i = 1; i < count; i++) {
		if (strcmp(sorted[i]->region, sorted[i - 1]->region))
			continue;
		log_at(reader->path, sorted[i]->line, "\"%s\" is given twice", sorted[i]->region);
		reader->errors++;
	}
}

static void take(struct reader *reader, const yaml_node_t *value, struct limits_changes *changes,
		 unsigned int what)
{
	struct layer_of of = { .changes = changes, .what = what };
	unsigned int first = changes->count;

	if (value->type == YAML_MAPPING_NODE)
		yaml_each_pair(reader, value, &of, take_named);
	else
		yaml_each_item(reader, value, &of, take_item);
	check_repeated(reader, value, changes, first);
}

void config_layers_take_exempt(struct reader *reader, const yaml_node_t *value,
			       struct limits_changes *changes)
{
	take(reader, value, changes, LIMITS_EXEMPT);
}

void config_layers_take_block(struct reader *reader, const yaml_node_t *value,
			      struct limits_changes *changes)
{
	take(reader, value, changes, LIMITS_BLOCK);
}
