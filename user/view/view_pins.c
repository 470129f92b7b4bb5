// SPDX-License-Identifier: BSD-2-Clause
#include "view/view_pins.h"

#include <errno.h>
#include <unistd.h>

#include "base/log.h"
#include "base/scoped.h"
#include "control/parts.h"
#include "guard/guard_part.h"
#include "kernel/config_map.h"

#define PUBLIC "public_config"

int view_pins_read(struct view_pins *view, const char *pin_dir)
{
	int err = pins_init(&view->pins, pin_dir);
	scoped_fd int config = err ?: config_map_open(&view->pins);

	view->generation = 0;
	err = config < 0 ? config : config_map_read(&view->pins, &view->config);
	return err ?: parts_check(view->pins.dir, view->config.parts);
}

bool view_pins_there(const char *pin_dir)
{
	return config_map_has(pin_dir, ECDN_XDP_ABI);
}

bool view_pins_guarded(const char *pin_dir)
{
	return view_pins_there(pin_dir) && part_is_loaded(&guard_part, pin_dir);
}

static int open_guard(const struct view_pins *view, struct guard_maps *maps)
{
	int err = part_require(&guard_part, view->pins.dir);

	return err ?: guard_maps_open(maps, &view->pins);
}

int view_pins_guard(struct view_pins *view, const char *pin_dir, struct guard_maps *maps)
{
	int err = view_pins_read(view, pin_dir);

	guard_maps_init(maps);
	return err ?: open_guard(view, maps);
}

static bool can(const struct pins *pins, const char *name, int mode)
{
	char path[PINS_PATH_SIZE];

	return !access(pins_path(pins->dir, name, path), mode);
}

/* access(2) asks for the real user, as which the tool runs. Without a guard there is no map PUBLIC,
 * and the observer's tell what there is for the group. */
static bool are_shared(const struct pins *pins)
{
	if (!can(pins, "config", F_OK) || can(pins, "config", R_OK))
		return false;
	return can(pins, PUBLIC, F_OK) ? can(pins, PUBLIC, R_OK) && can(pins, "region_cpu", R_OK) :
					 can(pins, "origin_stats", R_OK);
}

bool view_pins_are_shared(const char *pin_dir)
{
	struct pins pins;

	return !pins_init(&pins, pin_dir) && are_shared(&pins);
}

static uint32_t parts_in(const char *dir)
{
	uint32_t bits = 0;

	for (unsigned int i = 0; i < parts_count(); i++)
		if (part_is_loaded(parts[i].part, dir))
			bits |= parts[i].part->bit;
	return bits;
}

/* There was no observer before this ABI. */
static int get_public(const struct pins *pins, struct ecdn_xdp_public_config *public)
{
	scoped_fd int fd = -1;

	*public = (struct ecdn_xdp_public_config){ .abi = ECDN_XDP_ABI };
	if (!pins_has(pins->dir, PUBLIC))
		return 0;
	fd = pins_read(pins->dir, PUBLIC);
	return fd < 0 ? fd : maps_get(fd, PUBLIC, &(__u32){ 0 }, public);
}

static int read_public(struct view_pins *view)
{
	struct ecdn_xdp_public_config public;
	int err = get_public(&view->pins, &public);

	if (err)
		return err;
	if (public.abi != ECDN_XDP_ABI)
		return log_error(-EPROTO, "the maps in %s are of ABI %u, this ecdn-xdp uses ABI %u",
				 view->pins.dir, public.abi, ECDN_XDP_ABI);
	view->generation = public.table_generation;
	view->config = (struct ecdn_xdp_config){
		.abi = public.abi,
		.monitor = public.monitor,
		.max_regions = public.max_regions,
		.parts = parts_in(view->pins.dir),
		.shield = pins_has(view->pins.dir, "proven") ? ECDN_XDP_SHIELD_ON :
							       ECDN_XDP_SHIELD_OFF,
	};
	return 0;
}

int view_pins_read_shared(struct view_pins *view, const char *pin_dir)
{
	int err = pins_init(&view->pins, pin_dir);

	if (err || !are_shared(&view->pins))
		return err ?: view_pins_read(view, pin_dir);
	view->pins.shared = true;
	return read_public(view);
}

int view_pins_guard_shared(struct view_pins *view, const char *pin_dir, struct guard_maps *maps)
{
	int err = view_pins_read_shared(view, pin_dir);

	guard_maps_init(maps);
	return err ?: open_guard(view, maps);
}
