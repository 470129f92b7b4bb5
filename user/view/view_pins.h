/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view_pins.h - what every reader opens first. Readers hold no lock. Errors are logged.
 */
#ifndef VIEW_VIEW_PINS_H
#define VIEW_VIEW_PINS_H

#include <stdbool.h>

#include "guard/guard_maps.h"
#include "kernel/pins.h"

struct view_pins {
	struct pins pins;
	struct ecdn_xdp_config config;
};

/* Reads the configuration of pins that are of this ABI; -ENOENT if nothing is loaded. */
int view_pins_read(struct view_pins *view, const char *pin_dir);

/* Whether there are pins of this ABI. Silent. */
bool view_pins_there(const char *pin_dir);

/* view_pins_read(), with the guard's maps open; -ENOENT if the guard is not loaded. */
int view_pins_guard(struct view_pins *view, const char *pin_dir, struct guard_maps *maps);

#endif
