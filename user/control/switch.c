// SPDX-License-Identifier: BSD-2-Clause
#include "control/switch.h"

#include "control/verb_note.h"
#include "control/session.h"
#include "control/steps.h"
#include "kernel/config_map.h"
#include "kernel/journal.h"

/* Writes a configuration, if there is one, and has everybody follow it. */
static int tell(const struct pins *pins, struct ecdn_xdp_config *config)
{
	int err;

	journal_begin();
	err = config ? config_map_write(pins, config) : 0;
	err = err ?: steps_follow(pins->dir);
	journal_end(err);
	/* Some may have followed what is undone. */
	if (err && config)
		steps_follow(pins->dir);
	return err;
}

static int set(const struct pins *pins, bool off, bool *monitor)
{
	struct ecdn_xdp_config config;
	int err = config_map_read(pins, &config);
	bool changes = !err && config.off != off;

	if (err)
		return err;
	config_map_set_monitor(&config, -1, off);
	*monitor = config.monitor_wanted;
	/* A command that was killed may not have told proxies, so they are told in any case. */
	err = tell(pins, changes ? &config : NULL);
	if (!err && changes)
		verb_note_append(pins);
	return err ?: changes;
}

int switch_set(const char *pin_dir, bool off, bool *monitor)
{
	struct session session;
	int result = session_open(&session, pin_dir);

	result = result ?: set(&session.pins, off, monitor);
	session_close(&session, result < 0 ? result : 0);
	return result;
}
