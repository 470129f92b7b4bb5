// SPDX-License-Identifier: BSD-2-Clause
#include "view/view_ping.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "kernel/percpu.h"
#include "attach/tc_note.h"
#include "ping/ping_hook.h"
#include "ping/ping_maps.h"
#include "view/view_pins.h"

static int read_maps(struct view_ping *view, const struct ping_maps *maps)
{
	const __u32 slot = 0;
	int err = maps_get(maps->ping_config, "ping_config", &slot, &view->config);
	int addresses;

	err = err ?: percpu_sum(maps->ping_events, "ping_events", &slot, &view->events,
				sizeof(view->events));
	if (err)
		return err;
	addresses = ping_addresses_count(maps);
	view->addresses = addresses > 0 ? addresses : 0;
	return addresses < 0 ? addresses : 0;
}

static void sum_up(struct view_ping *view)
{
	for (unsigned int i = 0; i < view->attachment_count; i++) {
		view->attached |= view->attachments[i].state != TC_GONE;
		view->gone |= view->attachments[i].state == TC_GONE;
		view->here |= view->attachments[i].state == TC_HERE;
	}
}

static int read_links(struct view_ping *view, const char *dir)
{
	unsigned int count;
	char **names;
	int err = tc_note_pin_names(&ping_hook, dir, &names, &count);

	if (err)
		return err;
	view->attachments = calloc(count + 1, sizeof(*view->attachments));
	if (!view->attachments)
		err = log_error(-ENOMEM, "out of memory for the interfaces");
	for (unsigned int i = 0; i < count && !err; i++) {
		struct tc_link *to = &view->attachments[view->attachment_count];

		err = tc_link_read(to, &ping_hook, dir, names[i]);
		tc_link_close(to);
		/* The interface was unloaded since its name was read. */
		if (err == -ENOENT)
			err = 0;
		else
			view->attachment_count += !err;
	}
	pins_free_names(names, count);
	return err;
}

int view_ping_read(struct view_ping *view, const char *pin_dir)
{
	struct ping_maps maps;
	struct view_pins pins;
	int err = view_pins_read(&pins, pin_dir);

	memset(view, 0, sizeof(*view));
	if (err || !part_is_loaded(&ping_part, pins.pins.dir))
		return err;
	view->loaded = true;
	err = maps_open(ping_maps_rows, &maps, &pins.pins);
	err = err ?: read_maps(view, &maps);
	err = err ?: read_links(view, pins.pins.dir);
	sum_up(view);
	if (!err && view->here)
		err = ping_addresses_compare(&view->missing, &view->stale, &maps);
	maps_close(ping_maps_rows, &maps);
	if (err)
		view_ping_free(view);
	return err;
}

void view_ping_free(struct view_ping *view)
{
	free(view->attachments);
	ping_addresses_free(&view->missing);
	ping_addresses_free(&view->stale);
}
