// SPDX-License-Identifier: BSD-2-Clause
#include "control/host_follow.h"

#include "control/session.h"
#include "kernel/config_map.h"
#include "ping/ping_host.h"

static int write_all(const char *pin_dir)
{
	struct session session;
	int err = session_open(&session, pin_dir);

	if (!err && part_is_loaded(&ping_part, session.pins.dir))
		err = ping_host_follow(session.pins.dir);
	session_close(&session, err);
	return err;
}

int host_follow(const char *pin_dir, bool addresses, bool *changed)
{
	unsigned int of = PING_HOST_HOP_LIMITS | (addresses ? PING_HOST_ADDRESSES : 0);
	struct pins pins;
	int err = pins_init(&pins, pin_dir), known;

	*changed = false;
	if (err || !config_map_has(pins.dir, ECDN_XDP_ABI))
		return err;
	known = part_is_loaded(&ping_part, pins.dir) ? ping_host_is_known(pins.dir, of) : 1;
	if (known)
		return known < 0 ? known : 0;
	err = write_all(pin_dir);
	*changed = !err;
	return err;
}
