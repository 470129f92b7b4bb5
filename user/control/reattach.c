// SPDX-License-Identifier: BSD-2-Clause
#include "control/reattach.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/log.h"
#include "control/session.h"
#include "control/verb_note.h"
#include "kernel/config_map.h"

struct search {
	struct reattach_list *list;
	const struct part *part;
};

static int add(const char *pin, const char *now, int ifindex, void *context)
{
	struct search *search = context;
	struct reattach_item item = { .part = search->part, .ifindex = ifindex };

	snprintf(item.pin, sizeof(item.pin), "%s", pin);
	snprintf(item.now, sizeof(item.now), "%s", now);
	return array_append(search->list->at, search->list->count, &item) ?
	       log_error(-ENOMEM, "out of memory") : 0;
}

static int find(struct reattach_list *list, const char *dir)
{
	int err = 0;

	memset(list, 0, sizeof(*list));
	for (unsigned int i = 0; i < parts_count() && !err; i++) {
		struct search search = { list, parts[i].part };

		if (search.part->lost && part_is_loaded(search.part, dir))
			err = search.part->lost(dir, add, &search);
	}
	if (err)
		reattach_free(list);
	return err;
}

int reattach_find(struct reattach_list *list, const char *pin_dir)
{
	struct pins pins;
	int err = pins_init(&pins, pin_dir);

	memset(list, 0, sizeof(*list));
	return err || !config_map_has(pins.dir, ECDN_XDP_ABI) ? err : find(list, pins.dir);
}

/* Another command may have attached it, or unloaded it, before the lock was held. */
static bool is_still_lost(const struct reattach_item *item, const struct reattach_list *lost)
{
	for (unsigned int i = 0; i < lost->count; i++)
		if (lost->at[i].part == item->part && !strcmp(lost->at[i].pin, item->pin) &&
		    lost->at[i].ifindex == item->ifindex)
			return true;
	return false;
}

static void note(const struct pins *pins, struct reattach_item *item)
{
	char *words[] = { "agent:", "re-attached", item->now };

	verb_note_begin(sizeof(words) / sizeof(*words), words);
	verb_note_append(pins);
}

static int attach_all(struct session *session, struct reattach_list *list)
{
	struct reattach_list lost;
	int err = find(&lost, session->pins.dir);

	for (unsigned int i = 0; i < list->count && !err; i++) {
		struct reattach_item *item = &list->at[i];

		if (!is_still_lost(item, &lost))
			continue;
		item->err = item->part->restore(&session->pins, item->pin, item->now);
		if (!item->err)
			note(&session->pins, item);
	}
	reattach_free(&lost);
	return err;
}

int reattach(const char *pin_dir, struct reattach_list *list)
{
	struct session session;
	int err = session_open(&session, pin_dir);

	err = err ?: attach_all(&session, list);
	session_close(&session, err);
	return err;
}

void reattach_free(struct reattach_list *list)
{
	free(list->at);
	memset(list, 0, sizeof(*list));
}
