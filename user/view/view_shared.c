// SPDX-License-Identifier: BSD-2-Clause
#include "view/view_shared.h"

#include <string.h>

#include "attach/xdp_link.h"
#include "view/view_pins.h"

int view_shared_read(struct view_shared *view, const char *pin_dir)
{
	struct view_pins pins;
	int err;

	memset(view, 0, sizeof(*view));
	err = view_regions_read(&view->regions, pin_dir);
	if (err)
		return err;
	err = view_pins_read_shared(&pins, pin_dir);
	err = err ?: view_observer_read(&view->origin, &pins.pins);
	err = err ?: xdp_link_names(pin_dir, &view->interfaces, &view->interface_count);
	if (err)
		view_regions_free(&view->regions);
	return err;
}

void view_shared_free(struct view_shared *view)
{
	pins_free_names(view->interfaces, view->interface_count);
	view_regions_free(&view->regions);
}
