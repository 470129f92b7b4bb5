// SPDX-License-Identifier: BSD-2-Clause
#include "show/metrics_origins.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/scoped.h"
#include "show/origin_failure_fields.h"
#include "show/origin_fields.h"

/* The sum over all origins: not to be added to theirs. */
#define ALL "_all"

struct items {
	struct origin_item *at;
	size_t count;
};

static struct origin_item *named(const struct items *items, const char *name)
{
	for (size_t i = 0; i < items->count; i++)
		if (!strcmp(items->at[i].origin.name, name))
			return &items->at[i];
	return NULL;
}

/* Origins of one name are one, as several addresses may have it. */
static void join(struct items *items, const struct view_origins *view,
		 const struct view_origin *origin)
{
	struct origin_item *same = named(items, origin->name);

	if (same) {
		origin_item_add(same, origin);
		origin_item_settle(same);
	} else {
		origin_item_set(&items->at[items->count++], view, origin);
	}
}

static void add_item(struct metrics *metrics, const struct view_origins *view,
		     const struct origin_item *item, const char *label)
{
	const struct fields fields = { origin_fields, 0, &view->moment };
	char labels[METRICS_LABELS_SIZE] = "";

	metrics_label(labels, "origin", label);
	metrics_add(metrics, &fields, item, labels);
}

/* One that comes later takes nobody's place, nor do those that were never connected to. */
static int by_first(const void *one, const void *other)
{
	uint64_t first = ((const struct origin_item *)one)->origin.stats.first_ns - 1;
	uint64_t second = ((const struct origin_item *)other)->origin.stats.first_ns - 1;

	if (first != second)
		return first < second ? -1 : 1;
	return strcmp(((const struct origin_item *)one)->origin.name,
		      ((const struct origin_item *)other)->origin.name);
}

static int add_named(struct metrics *metrics, const struct view_origins *view, unsigned int most)
{
	scoped_free struct origin_item *room = calloc(view->count + 1, sizeof(*room));
	struct items items = { .at = room };

	if (!room)
		return log_error(-ENOMEM, "out of memory for the origins");
	for (unsigned int i = 0; i < view->count; i++)
		if (view->at[i].named && strcmp(view->at[i].name, ALL))
			join(&items, view, &view->at[i]);
		else if (view->at[i].named)
			log_warning("origin " ALL " has no series of its own, as the sum over all "
				    "origins has that name");
	if (items.count)
		qsort(room, items.count, sizeof(*room), by_first);
	for (size_t i = 0; i < items.count && i < most; i++)
		add_item(metrics, view, &room[i], room[i].origin.name);
	return 0;
}

/* What a client asks for is no label, so that these are known by their addresses. */
static int add_others(struct metrics *metrics, const struct view_origins *view, unsigned int most)
{
	scoped_free struct origin_item *room = calloc(view->count + 1, sizeof(*room));
	char text[VIEW_ORIGINS_TEXT_SIZE];
	size_t count = 0;

	if (!room)
		return log_error(-ENOMEM, "out of memory for the origins");
	for (unsigned int i = 0; i < view->count; i++)
		if (view->at[i].row && !view->at[i].named)
			origin_item_set(&room[count++], view, &view->at[i]);
	if (count)
		qsort(room, count, sizeof(*room), origin_item_by_connections);
	for (size_t i = 0; i < count && i < most; i++)
		add_item(metrics, view, &room[i],
			 view_origins_format(&room[i].origin.key, text));
	return 0;
}

/* An origin that takes the row of another takes its counts away, too: the sum would go back, and
 * what reads it would take that for a new start. */
static void add_all(struct metrics *metrics, const struct view_origins *view)
{
	const struct fields fields = { origin_fields, 0, &view->moment };
	struct origin_item sum = { .sum = true };
	char labels[METRICS_LABELS_SIZE] = "";

	if (view->head.displaced)
		return;
	for (unsigned int i = 0; i < view->count; i++)
		origin_item_add(&sum, &view->at[i]);
	origin_item_settle(&sum);
	metrics_label(labels, "origin", ALL);
	metrics_add_counters(metrics, &fields, &sum, labels);
}

static int add_origins(struct metrics *metrics, const struct view_origins *view,
		       const struct metrics_origins_bounds *bounds)
{
	const struct fields head = { origin_failure_fields_head, 0, &view->moment };
	int err = add_named(metrics, view, bounds->named);

	err = err ?: add_others(metrics, view, bounds->others);
	if (err)
		return err;
	add_all(metrics, view);
	metrics_add(metrics, &head, view, "");
	return 0;
}

int metrics_origins_add(struct metrics *metrics, const char *pin_dir,
			const struct metrics_origins_bounds *bounds)
{
	struct view_origins view;
	int err = view_origins_read(&view, pin_dir);

	if (err)
		return err;
	err = view.loaded ? add_origins(metrics, &view, bounds) : 0;
	view_origins_free(&view);
	return err;
}
