// SPDX-License-Identifier: BSD-2-Clause
#include "view/view_update.h"

#include <errno.h>

#include "base/log.h"
#include "guard/guard_part.h"
#include "guard/guard_regions.h"
#include "guard/region_store.h"
#include "guard/region_update.h"
#include "kernel/part.h"
#include "regions/table.h"
#include "table/lines.h"
#include "view/view_pins.h"

static int prepare(struct region_update *update, bool *refused)
{
	int err = update->names ? region_update_prepare(update) :
				  log_error(-ENOMEM, "out of memory");

	*refused = update->shrinks;
	*update->request->change = update->change;
	names_free(update->names);
	lines_free(update->lines);
	return *refused ? 0 : err;
}

static int prepare_loaded(const char *pin_dir, struct region_update *update, bool *refused)
{
	struct guard_maps maps;
	struct view_pins pins;
	int err = view_pins_guard(&pins, pin_dir, &maps);

	/* cppcheck-suppress autoVariables; taken away below. */
	update->maps = &maps;
	err = err ?: guard_maps_names(&maps, pins.config.max_regions, &update->names);
	err = err ?: region_store_map(&maps, &update->old);
	if (!err) {
		update->generation =
			table_header((struct ecdn_xdp_table_line *)update->old)->generation;
		err = prepare(update, refused);
		slot_unmap(update->old);
	} else {
		names_free(update->names);
	}
	guard_maps_close(&maps);
	update->maps = NULL;
	return err;
}

int view_update_read(const char *pin_dir, struct guard_request *request, bool *refused)
{
	struct region_update update = { .request = request };
	struct pins pins;
	int err = pins_init(&pins, pin_dir);

	*refused = false;
	err = err ?: guard_regions_read(pins.dir, request);
	if (err)
		return err;
	if (part_is_loaded(&guard_part, pins.dir))
		return prepare_loaded(pin_dir, &update, refused);
	update.names = names_new(ECDN_XDP_REGIONS_DEFAULT);
	return prepare(&update, refused);
}
