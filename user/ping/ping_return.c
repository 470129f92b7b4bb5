// SPDX-License-Identifier: BSD-2-Clause
#include "ping/ping_return.h"

#include <errno.h>

#include "attach/tc_link.h"
#include "attach/tc_note.h"
#include "base/log.h"
#include "base/scoped.h"
#include "kernel/pins_publish.h"
#include "ping/ping_hook.h"

/* A pin that is gone meanwhile was unloaded. */
static int look_at(const char *dir, const char *pin, part_found *found, void *context)
{
	struct tc_link link;
	int err = tc_link_read(&link, &ping_hook, dir, pin);

	if (!err && tc_link_is_back(&link, dir))
		err = found(pin, link.place.now, if_nametoindex(link.place.now), context);
	if (err != -ENOENT)
		tc_link_close(&link);
	return err == -ENOENT ? 0 : err;
}

int ping_return_find(const char *dir, part_found *found, void *context)
{
	unsigned int count;
	char **names;
	int err = tc_note_pin_names(&ping_hook, dir, &names, &count);

	for (unsigned int i = 0; i < count && !err; i++)
		err = look_at(dir, names[i], found, context);
	pins_free_names(names, count);
	return err;
}

static int attach(struct tc_link *link, struct pins *pins, const char *pin, const char *now,
		  enum tc_kind kind)
{
	scoped_fd int program = pins_get(pins->dir, PING_HOOK_PROGRAM_PIN);
	int err = program < 0 ? program : pins_begin(pins);

	err = err ?: tc_link_attach(link, &ping_hook, pins, pin, now, kind, program);
	if (err)
		return err;
	err = pins_publish(pins);
	if (err)
		tc_link_undo(link, -1);
	return err ?: tc_link_settle(link, pins);
}

int ping_return_attach(struct pins *pins, const char *pin, const char *now)
{
	struct tc_link link;
	enum tc_kind kind;
	int err = tc_link_read(&link, &ping_hook, pins->dir, pin);

	if (err)
		return err;
	kind = link.kind;
	tc_link_close(&link);
	err = attach(&link, pins, pin, now, kind);
	if (!err)
		log_info("%s: ping attached through %s", now, tc_link_kind_name(kind));
	tc_link_close(&link);
	if (err && pins->building)
		pins_remove(pins->next);
	pins->building = false;
	return err;
}
