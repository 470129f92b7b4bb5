// SPDX-License-Identifier: BSD-2-Clause
#include "control/links_follow.h"

#include "control/session.h"
#include "kernel/config_map.h"
#include "kernel/part.h"

/* Whether any part is behind. */
static int find(const char *dir)
{
	int behind = 0;

	for (unsigned int i = 0; i < parts_count() && !behind; i++) {
		const struct part *part = parts[i].part;

		if (part->links_behind && part_is_loaded(part, dir))
			behind = part->links_behind(dir);
	}
	return behind;
}

static int follow_all(const char *dir)
{
	int err = 0;

	for (unsigned int i = 0; i < parts_count() && !err; i++) {
		const struct part *part = parts[i].part;

		if (part->follow_links && part_is_loaded(part, dir))
			err = part->follow_links(dir);
	}
	return err;
}

int links_follow(const char *pin_dir)
{
	struct session session;
	struct pins pins;
	int err = pins_init(&pins, pin_dir);

	if (err || !config_map_has(pins.dir, ECDN_XDP_ABI))
		return err;
	err = find(pins.dir);
	if (err <= 0)
		return err;
	err = session_open(&session, pin_dir);
	err = err ?: follow_all(session.pins.dir);
	session_close(&session, err);
	return err ?: 1;
}
