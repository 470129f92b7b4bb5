// SPDX-License-Identifier: BSD-2-Clause
#include "control/switch.h"

#include "control/verb_note.h"
#include "control/session.h"
#include "control/steps.h"
#include "kernel/config_map.h"

static int set(const struct pins *pins, bool off, bool *monitor)
{
	struct ecdn_xdp_config config;
	int err = config_map_read(pins, &config);
	bool changes = !err && config.off != off;

	if (err)
		return err;
	config_map_set_monitor(&config, -1, off);
	*monitor = config.monitor_wanted;
	if (!changes)
		return 0;
	err = config_map_write(pins, &config);
	err = err ?: steps_follow(pins->dir);
	if (!err)
		verb_note_append(pins);
	return err ?: 1;
}

int switch_set(const char *pin_dir, bool off, bool *monitor)
{
	struct session session;
	int result = session_open(&session, pin_dir);

	result = result ?: set(&session.pins, off, monitor);
	session_close(&session, result < 0 ? result : 0);
	return result;
}
