// SPDX-License-Identifier: BSD-2-Clause
#include "top/top_table.h"

#include <stdio.h>
#include <stdlib.h>

#include "show/limit_fields.h"
#include "show/node_fields.h"
#include "show/origin_fields.h"
#include "show/prefix_fields.h"

/* Nobody looks at more on a screen. */
#define LINES_MAX 500

static struct columns *prefixes(const struct view_prefixes *view, bool monitor)
{
	const struct fields fields = { prefix_fields, PREFIX_FIELDS_NOW |
				       (monitor ? PREFIX_FIELDS_MONITOR : PREFIX_FIELDS_ENFORCE),
				       &view->moment };
	struct columns *columns = columns_new();

	fields_heads(&fields, columns);
	for (size_t i = 0; i < view->count && i < LINES_MAX; i++) {
		struct prefix_fields_item item = {
			view_prefixes_region(view, &view->prefix[i]), view->prefix[i],
		};

		fields_cells(&fields, &item, columns);
	}
	return columns;
}

static struct columns *nodes(const struct view_nodes *view)
{
	const struct fields fields = { node_fields, NODE_FIELDS_LIST |
				       (view->passes ? NODE_FIELDS_PASSED : NODE_FIELDS_ANSWERED),
				       &view->moment };
	struct columns *columns = columns_new();

	fields_heads(&fields, columns);
	for (size_t i = 0; i < view->count && i < LINES_MAX; i++)
		fields_cells(&fields, &view->at[i], columns);
	return columns;
}

static struct columns *origins(const struct view_origins *view)
{
	const struct fields fields = { origin_fields, ORIGIN_FIELDS_LIST, &view->moment };
	struct origin_item *items = calloc(view->count + 1, sizeof(*items));
	struct columns *columns = columns_new();
	size_t count = 0;

	fields_heads(&fields, columns);
	for (unsigned int i = 0; items && i < view->count; i++) {
		const struct view_origin *origin = &view->at[i];

		if (!origin->has_row || origin->row || origin->stats.connections)
			origin_item_set(&items[count++], view, origin);
	}
	if (count)
		qsort(items, count, sizeof(*items), origin_item_by_connections);
	for (size_t i = 0; i < count && i < LINES_MAX; i++)
		fields_cells(&fields, &items[i], columns);
	free(items);
	return columns;
}

static struct columns *limits(const struct view_regions *view, const struct view_region *region)
{
	const struct fields fields = { limit_fields_origins, 0, &view->moment };
	struct limit_fields_origin origin = {
		.limit = { .region = region->name, .limits = region->limits, .has_state = true,
			   .state = region->state, .now_ns = view->moment.now_ns },
		.default_own = view->config.default_limits.own,
	};
	struct columns *columns = columns_new();

	fields_heads(&fields, columns);
	for (unsigned int i = 0; limit_fields_origin(&origin, i); i++)
		fields_cells(&fields, &origin, columns);
	return columns;
}

static struct columns *table(const struct top_snapshot *snapshot,
			     const struct view_region *region, enum top_tab tab)
{
	const struct top_detail *detail = &snapshot->detail;

	switch (tab) {
	case TOP_TAB_PREFIXES:
		return detail->prefixes ? prefixes(detail->prefixes,
						   snapshot->regions->config.monitor) : NULL;
	case TOP_TAB_NODES:
		return detail->nodes ? nodes(detail->nodes) : NULL;
	case TOP_TAB_ORIGINS:
		return detail->origins ? origins(detail->origins) : NULL;
	default:
		return limits(snapshot->regions, region);
	}
}

char *top_table_text(const struct top_snapshot *snapshot, const struct view_region *region,
		     enum top_tab tab, unsigned int columns)
{
	struct columns *made = table(snapshot, region, tab);
	char *text = NULL;
	size_t size;
	FILE *to;

	if (!made)
		return NULL;
	to = open_memstream(&text, &size);
	columns_write(made, to ?: stderr, columns);
	if (to && fclose(to)) {
		free(text);
		text = NULL;
	}
	return text;
}
