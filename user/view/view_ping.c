// SPDX-License-Identifier: BSD-2-Clause
#include "view/view_ping.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "kernel/percpu.h"
#include "kernel/tc_note.h"

static int read_maps(struct view_ping *view, const struct maps *maps)
{
	const __u32 slot = 0;
	int err = maps_get(maps->ping_config, "ping_config", &slot, &view->config);
	int addresses;

	err = err ?: percpu_sum(maps->ping_events, "ping_events", &slot, &view->events,
				sizeof(view->events));
	if (err)
		return err;
	addresses = addresses_count(maps);
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

static int read_attachments(struct view_ping *view, const char *dir)
{
	unsigned int count;
	char **names;
	int err = tc_pin_names(dir, &names, &count);

	if (err)
		return err;
	view->attachments = calloc(count + 1, sizeof(*view->attachments));
	if (!view->attachments)
		err = log_error(-ENOMEM, "out of memory for the interfaces");
	for (unsigned int i = 0; i < count && !err; i++) {
		struct tc_attachment *to = &view->attachments[view->attachment_count];

		err = tc_read(to, dir, names[i]);
		tc_close(to);
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
	struct maps maps;
	int err = maps_open(&maps, pin_dir);

	memset(view, 0, sizeof(*view));
	if (err)
		return err;
	err = read_maps(view, &maps);
	err = err ?: read_attachments(view, pin_dir);
	sum_up(view);
	if (!err && view->here)
		err = addresses_compare(&view->missing, &view->stale, &maps);
	maps_close(&maps);
	if (err)
		view_ping_free(view);
	return err;
}

void view_ping_free(struct view_ping *view)
{
	free(view->attachments);
	addresses_free(&view->missing);
	addresses_free(&view->stale);
}
