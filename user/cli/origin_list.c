// SPDX-License-Identifier: BSD-2-Clause
#include "cli/origin_list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/scoped.h"
#include "show/origin_failure_fields.h"
#include "show/origin_fields.h"
#include "show/output.h"
#include "view/view_pins.h"

struct list {
	const struct cli *cli;
	const struct origin_words *given;
	struct view_origins view;
	struct origin_item *items;
	size_t count;
};

/* What stands for all others is no origin before it has counted something. */
static bool is_listed(const struct list *list, const struct origin_item *item)
{
	if (item->origin.has_row && !item->origin.row && !item->origin.stats.connections)
		return false;
	return !list->given->failing || origin_item_fails(item);
}

static int choose(struct list *list)
{
	unsigned int top = list->given->top;

	list->items = calloc(list->view.count + 1, sizeof(*list->items));
	if (!list->items)
		return log_error(-ENOMEM, "out of memory for the origins");
	for (unsigned int i = 0; i < list->view.count; i++) {
		struct origin_item *item = &list->items[list->count];

		origin_item_set(item, &list->view, &list->view.at[i]);
		list->count += is_listed(list, item);
	}
	if (list->count)
		qsort(list->items, list->count, sizeof(*list->items), list->given->failing ?
		      origin_item_by_failures : origin_item_by_connections);
	if (top && list->count > top)
		list->count = top;
	return 0;
}

/* The newest record of an item's origin, unless it is another failure's, as one may be overwritten
 * or be written at this moment. */
static void find_last(struct origin_item *item, const struct ecdn_xdp_origin_failure *failures,
		      unsigned int count)
{
	const struct ecdn_xdp_origin_key *key = &item->origin.key;

	for (unsigned int i = 0; i < count; i++) {
		if (!key->family || memcmp(&failures[i].origin, key, sizeof(*key)))
			continue;
		item->last = failures[i];
		item->has_last = item->last.cause == item->origin.stats.failure &&
				 item->origin.stats.failure_ns;
		return;
	}
}

/* Records are for root alone: others see less of the last failure. */
static int read_last(struct list *list)
{
	scoped_free struct ecdn_xdp_origin_failure *failures = NULL;
	unsigned int count;
	int err;

	if (view_pins_are_shared(list->cli->pin_dir))
		return 0;
	err = view_origins_failures(list->cli->pin_dir, ~0U, ~0U, &failures, &count);
	for (size_t i = 0; i < list->count && !err; i++)
		find_last(&list->items[i], failures, count);
	return err;
}

static void say_empty(const struct list *list)
{
	if (list->given->failing)
		log_note("no connection to an origin has failed in the last 2 minutes; `ecdn-xdp "
			 "origin` lists all origins");
	else
		log_note("this host has not connected to an origin since `ecdn-xdp load --origin`; "
			 "connections to the watched ports are listed here, but for those that "
			 "were open before; `ecdn-xdp origin add NAME ADDR` names an origin");
}

static int print_text(const struct list *list, FILE *to, unsigned int width)
{
	const struct fields fields = { origin_fields, list->given->failing ?
				       ORIGIN_FIELDS_FAILING : ORIGIN_FIELDS_LIST,
				       &list->view.moment };
	struct columns *columns = columns_new();

	fields_heads(&fields, columns);
	for (size_t i = 0; i < list->count; i++)
		fields_cells(&fields, &list->items[i], columns);
	if (!list->count && !list->given->watch.given)
		say_empty(list);
	return columns_write(columns, to, width);
}

static int print_json(const struct list *list)
{
	const struct fields fields = { origin_fields, ORIGIN_FIELDS_JSON, &list->view.moment };
	const struct fields head = { origin_failure_fields_head, 0, &list->view.moment };
	json_t *object = fields_object(&head, &list->view), *array = json_array();

	for (size_t i = 0; i < list->count; i++)
		json_array_append_new(array, fields_object(&fields, &list->items[i]));
	if (json_object_set_new(object, "origins", array)) {
		json_decref(object);
		object = NULL;
	}
	return output_json(object);
}

static int frame(void *context, FILE *to, unsigned int width)
{
	struct list *list = context;
	int err = view_origins_read(&list->view, list->cli->pin_dir);

	if (!err && !list->view.loaded)
		err = view_origins_missing(list->cli->pin_dir);
	list->items = NULL;
	list->count = 0;
	err = err ?: choose(list);
	err = err ?: read_last(list);
	if (!err)
		err = list->cli->json ? print_json(list) : print_text(list, to, width);
	free(list->items);
	view_origins_free(&list->view);
	return err;
}

int origin_list(const struct verb *verb, const struct cli *cli, int count, char **words,
		const struct origin_words *given)
{
	struct origin_words own = *given;
	struct list list = { .cli = cli, .given = &own };

	(void)words;
	if (count)
		return cli_usage(verb, "`origin list` takes no word; `origin failures ORIGIN` "
				 "tells more of one origin");
	if (watch_check(&own.watch))
		return CLI_USAGE;
	own.watch.bare = cli->json;
	return watch_run(&own.watch, frame, &list);
}
