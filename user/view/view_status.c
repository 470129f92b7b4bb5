// SPDX-License-Identifier: BSD-2-Clause
#include "view/view_status.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "guard/region_store.h"
#include "kernel/maps.h"
#include "kernel/percpu.h"
#include "kernel/slot.h"
#include "regions/names.h"
#include "regions/table.h"
#include "steer/steer_part.h"

static int read_table(struct view_status *view, const struct maps *maps)
{
	const struct ecdn_xdp_table_line *lines;
	int err = generation_map(maps, &lines);

	if (err)
		return err;
	view->table = *table_header((struct ecdn_xdp_table_line *)lines);
	lines_unmap(lines);
	return 0;
}

static int count_regions(struct view_status *view, const struct maps *maps)
{
	struct names *names;
	int err = maps_names(maps, &names);

	if (err)
		return err;
	view->regions = names_count(names);
	names_free(names);
	return 0;
}

static int read_maps(struct view_status *view, const struct maps *maps)
{
	const __u32 slot = 0;
	int err = maps_config(maps, &view->config);

	err = err ?: maps_get(maps->protected_ports, "protected_ports", &slot, &view->ports);
	err = err ?: percpu_sum(maps->events, "events", &slot, &view->events,
				sizeof(view->events));
	err = err ?: read_table(view, maps);
	return err ?: count_regions(view, maps);
}

static int read_attachments(struct view_status *view, const char *pin_dir)
{
	unsigned int count;
	char **names;
	int err = attach_names(pin_dir, &names, &count);

	if (err)
		return err;
	view->attachments = calloc(count + 1, sizeof(*view->attachments));
	if (!view->attachments)
		err = log_error(-ENOMEM, "out of memory for the interfaces");
	for (unsigned int i = 0; i < count && !err; i++) {
		struct attachment *to = &view->attachments[view->attachment_count];

		err = attach_read(to, pin_dir, names[i]);
		attach_close(to);
		view->attachment_count += !err;
	}
	pins_free_names(names, count);
	return err;
}

int view_status_read(struct view_status *view, const char *pin_dir)
{
	char path[PINS_PATH_SIZE];
	struct maps maps;
	int err = maps_open(&maps, pin_dir);

	memset(view, 0, sizeof(*view));
	if (err)
		return err;
	view->has_iterator = !access(pins_path(pin_dir, PINS_ITERATOR, path), F_OK);
	err = read_maps(view, &maps);
	maps_close(&maps);
	err = err ?: read_attachments(view, pin_dir);
	err = err ?: steering_read(pin_dir, &view->steer_attached, &view->steer_here);
	if (err)
		view_status_free(view);
	return err;
}

void view_status_free(struct view_status *view)
{
	free(view->attachments);
	memset(view, 0, sizeof(*view));
}
