// SPDX-License-Identifier: BSD-2-Clause
#include "view/view_table.h"

#include <errno.h>
#include <string.h>

#include "base/scoped.h"
#include "regions/region_change.h"
#include "guard/region_store.h"
#include "regions/names.h"
#include "regions/table.h"
#include "view/view_pins.h"

int view_table_open(struct view_table *view, const char *pin_dir)
{
	struct guard_maps maps;
	struct view_pins pins;
	int err = view_pins_guard(&pins, pin_dir, &maps);

	memset(view, 0, sizeof(*view));
	err = err ?: guard_maps_names(&maps, pins.config.max_regions, &view->names);
	err = err ?: region_store_map(&maps, &view->lines);
	guard_maps_close(&maps);
	if (err)
		view_table_close(view);
	else
		view->header = table_header((struct ecdn_xdp_table_line *)view->lines);
	return err;
}

void view_table_close(struct view_table *view)
{
	slot_unmap(view->lines);
	names_free(view->names);
	memset(view, 0, sizeof(*view));
}

struct view_table_answer view_table_find(const struct view_table *view,
					 const struct address *address)
{
	uint32_t source = table_source(view->lines, address);
	uint32_t id = table_lookup(view->lines, address);

	return (struct view_table_answer){
		.region = names_of(view->names, id) ?: "?",
		.id = id,
		.source = source && source <= view->header->sources ?
			table_path((struct ecdn_xdp_table_line *)view->lines, source) : NULL,
	};
}

int view_table_count(const struct view_table *view, struct view_regions *regions)
{
	scoped_free struct coverage *by_id = region_change_measure(view->lines);

	for (uint32_t i = 0; by_id && i < regions->count; i++) {
		const struct coverage *of = &by_id[regions->region[i].id % ECDN_XDP_REGIONS_MAX];

		regions->region[i].ranges = of->ranges[COVERAGE_V4] + of->ranges[COVERAGE_V6];
	}
	return by_id ? 0 : -EPROTO;
}
