// SPDX-License-Identifier: BSD-2-Clause
#include "guard/guard_return.h"

#include <errno.h>

#include "attach/xdp_link.h"
#include "base/log.h"
#include "base/scoped.h"
#include "guard/guard_program.h"
#include "kernel/pins_publish.h"

/* A pin that is gone meanwhile was unloaded. */
static int look_at(const char *dir, const char *pin, part_found *found, void *context)
{
	struct xdp_link link;
	enum xdp_mode mode;
	int err = xdp_link_read(&link, dir, pin);

	if (!err && xdp_link_is_back(&link, dir, &mode))
		err = found(pin, link.place.now, if_nametoindex(link.place.now), context);
	xdp_link_close(&link);
	return err == -ENOENT ? 0 : err;
}

int guard_return_find(const char *dir, part_found *found, void *context)
{
	unsigned int count;
	char **names;
	int err = xdp_link_names(dir, &names, &count);

	for (unsigned int i = 0; i < count && !err; i++)
		err = look_at(dir, names[i], found, context);
	pins_free_names(names, count);
	return err;
}

static int attach(struct xdp_link *link, struct pins *pins, const char *now, enum xdp_mode mode)
{
	scoped_fd int program = pins_get(pins->dir, GUARD_PROGRAM_PIN);
	int err = program < 0 ? program : pins_begin(pins);

	err = err ?: xdp_link_attach(link, pins, now, mode, program);
	return err ?: pins_publish(pins);
}

int guard_return_attach(struct pins *pins, const char *pin, const char *now)
{
	struct xdp_link link;
	enum xdp_mode mode;
	int err = xdp_link_read(&link, pins->dir, pin);

	if (err)
		return err;
	xdp_link_is_back(&link, pins->dir, &mode);
	xdp_link_close(&link);
	err = attach(&link, pins, now, mode);
	if (!err)
		log_info("%s: attached in %s mode", now, xdp_link_mode_name(link.mode));
	xdp_link_close(&link);
	if (err && pins->building)
		pins_remove(pins->next);
	pins->building = false;
	return err;
}
