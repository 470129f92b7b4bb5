// SPDX-License-Identifier: BSD-2-Clause
#include "view/view_pins.h"

#include "base/scoped.h"
#include "control/parts.h"
#include "guard/guard_part.h"
#include "kernel/config_map.h"

int view_pins_read(struct view_pins *view, const char *pin_dir)
{
	int err = pins_init(&view->pins, pin_dir);
	scoped_fd int config = err ?: config_map_open(&view->pins);

	err = config < 0 ? config : config_map_read(&view->pins, &view->config);
	return err ?: parts_check(view->pins.dir, view->config.parts);
}

bool view_pins_there(const char *pin_dir)
{
	return config_map_has(pin_dir, ECDN_XDP_ABI);
}

int view_pins_guard(struct view_pins *view, const char *pin_dir, struct guard_maps *maps)
{
	int err = view_pins_read(view, pin_dir);

	guard_maps_init(maps);
	err = err ?: part_require(&guard_part, view->pins.dir);
	return err ?: guard_maps_open(maps, &view->pins);
}
