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
	__u64 generation;       /* of the region table as proxies know it; of pins.shared alone */
};

/* Reads the configuration of pins that are of this ABI; -ENOENT if nothing is loaded. */
int view_pins_read(struct view_pins *view, const char *pin_dir);

/* Whether there are pins of this ABI. Silent. */
bool view_pins_there(const char *pin_dir);

/* Whether these have the guard. Silent. */
bool view_pins_guarded(const char *pin_dir);

/* view_pins_read(), with the guard's maps open; -ENOENT if the guard is not loaded. */
int view_pins_guard(struct view_pins *view, const char *pin_dir, struct guard_maps *maps);

/*
 * The same for what the group of --stats-group may read, too. A process that cannot open the
 * configuration has what the map public_config says of it: abi, monitor and max_regions; of its
 * other members parts is read off the pins, shield off those of the shield, and the rest are
 * zeros, which nobody is to print. pins.shared tells it.
 */
int view_pins_read_shared(struct view_pins *view, const char *pin_dir);
int view_pins_guard_shared(struct view_pins *view, const char *pin_dir, struct guard_maps *maps);

/* Whether a reader of this directory would have that part alone. Silent. */
bool view_pins_are_shared(const char *pin_dir);

#endif
