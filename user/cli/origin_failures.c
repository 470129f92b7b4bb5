// SPDX-License-Identifier: BSD-2-Clause
#include "cli/origin_failures.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/scoped.h"
#include "show/origin_failure_fields.h"
#include "show/output.h"
#include "view/view_origins.h"

struct failures {
	struct origin_failure_fields_item *items;
	unsigned int count;
	bool origin_known;      /* the word means an origin that is there, or was */
};

/* An origin may have lost its row since, so it need not be in the view. */
static const struct view_origin *origin_of(const struct view_origins *view,
					   const struct ecdn_xdp_origin_key *key)
{
	for (unsigned int i = 0; i < view->count; i++) {
		const struct view_origin *at = &view->at[i];

		if (at->key.family == key->family &&
		    !memcmp(at->key.addr, key->addr, sizeof(key->addr)) &&
		    (at->key.port == key->port || !at->key.port))
			return at;
	}
	return NULL;
}

static void take(struct failures *failures, const struct view_origins *view,
		 const struct view_origins_word *word,
		 const struct ecdn_xdp_origin_failure *failure)
{
	const struct view_origin *origin = origin_of(view, &failure->origin);
	struct origin_failure_fields_item *item = &failures->items[failures->count];

	*item = (struct origin_failure_fields_item){ .failure = *failure };
	if (origin && origin->named)
		memcpy(item->name, origin->name, sizeof(item->name));
	failures->count += !word || view_origins_means(word, &failure->origin, item->name,
						       failure->sni);
}

static void note_origin(const struct view_origin *origin, void *context)
{
	(void)origin;
	((struct failures *)context)->origin_known = true;
}

/* Those that are asked for, the newest first. */
static int choose(struct failures *failures, const struct view_origins *view, const char *pin_dir,
		  const char *origin, unsigned int last)
{
	scoped_free struct ecdn_xdp_origin_failure *all = NULL;
	struct view_origins_word word;
	unsigned int count;
	int err = view_origins_failures(pin_dir, ~0U, ~0U, &all, &count);

	err = err ?: origin ? view_origins_word(origin, &word) : 0;
	if (err)
		return err;
	failures->items = calloc(count + 1, sizeof(*failures->items));
	if (!failures->items)
		return log_error(-ENOMEM, "out of memory for the failures");
	for (unsigned int i = 0; i < count && (!last || failures->count < last); i++)
		take(failures, view, origin ? &word : NULL, &all[i]);
	if (origin && !failures->count)
		view_origins_find(view, origin, note_origin, failures);
	if (origin && !failures->count && !failures->origin_known)
		return log_error(CLI_USAGE, "there is no origin %s; `ecdn-xdp origin` lists those "
				 "that this host has connected to", origin);
	return 0;
}

static int print_text(const struct failures *failures, const struct view_origins *view,
		      const char *origin)
{
	const struct fields fields = { origin_failure_fields, 0, &view->moment };
	struct columns *columns = columns_new();

	fields_heads(&fields, columns);
	for (unsigned int i = 0; i < failures->count; i++)
		fields_cells(&fields, &failures->items[i], columns);
	if (!failures->count)
		log_note("no connection to %s has failed; the last %d failures are kept",
			 origin ?: "an origin", ECDN_XDP_ORIGIN_FAILURES);
	return columns_print(columns);
}

static int print_json(const struct failures *failures, const struct view_origins *view)
{
	const struct fields fields = { origin_failure_fields, 0, &view->moment };
	json_t *array = json_array();

	for (unsigned int i = 0; i < failures->count; i++)
		json_array_append_new(array, fields_object(&fields, &failures->items[i]));
	return output_json(json_pack("{s:o}", "failures", array));
}

static int show(const struct cli *cli, const char *origin, unsigned int last)
{
	struct failures failures = {};
	struct view_origins view;
	int err = view_origins_read(&view, cli->pin_dir);

	err = err ?: choose(&failures, &view, cli->pin_dir, origin, last);
	if (!err)
		err = cli->json ? print_json(&failures, &view) :
				  print_text(&failures, &view, origin);
	free(failures.items);
	view_origins_free(&view);
	return err;
}

int origin_failures(const struct verb *verb, const struct cli *cli, int count, char **words,
		    const struct origin_words *given)
{
	if (count > 1)
		return cli_usage(verb, "`origin failures` takes one origin at the most");
	return show(cli, count ? words[0] : NULL, given->last);
}
