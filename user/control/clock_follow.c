// SPDX-License-Identifier: BSD-2-Clause
#include "control/clock_follow.h"

#include <stdio.h>

#include "base/scoped.h"
#include "control/session.h"
#include "control/verb_note.h"
#include "guard/guard_part.h"
#include "guard/limits_clock.h"
#include "guard/publish.h"
#include "kernel/config_map.h"
#include "kernel/journal.h"

static int open_all(struct guard_maps *maps, struct ecdn_xdp_config *config,
		    const struct pins *pins)
{
	/* Another ABI's would not fit. */
	scoped_fd int fd = config_map_open(pins);
	int err = fd < 0 ? fd : config_map_read(pins, config);

	return err ?: guard_maps_open(maps, pins);
}

static int count(const struct pins *pins, unsigned int *moved)
{
	const struct clock_moment now = clock_now();
	struct ecdn_xdp_config config;
	struct guard_maps maps;
	int err;

	guard_maps_init(&maps);
	err = open_all(&maps, &config, pins);
	err = err ?: limits_clock_follow(&maps, config.max_regions, &now, -1, moved);
	guard_maps_close(&maps);
	return err;
}

/* The generation has every CPU follow, once for all. */
static int move_open(const struct pins *pins, const struct guard_maps *maps,
		     struct ecdn_xdp_config *config, unsigned int *moved)
{
	const struct clock_moment now = clock_now();
	scoped_fd int publish = pins_get(pins->dir, PUBLISH_PIN);
	int err;

	if (publish < 0)
		return publish;
	journal_begin();
	err = limits_clock_follow(maps, config->max_regions, &now, publish, moved);
	if (!err && *moved)
		err = config_map_write(pins, config);
	journal_end(err);
	return err;
}

static void note(const struct pins *pins, unsigned int moved)
{
	char number[16];
	char *words[] = { "agent:", "the", "clock", "was", "set,", number,
			  moved == 1 ? "end" : "ends", "moved" };

	snprintf(number, sizeof(number), "%u", moved);
	verb_note_begin(sizeof(words) / sizeof(*words), words);
	verb_note_append(pins);
}

static int move(const struct pins *pins)
{
	struct ecdn_xdp_config config;
	unsigned int moved = 0;
	struct guard_maps maps;
	int err;

	guard_maps_init(&maps);
	err = open_all(&maps, &config, pins);
	err = err ?: move_open(pins, &maps, &config, &moved);
	guard_maps_close(&maps);
	if (err || !moved)
		return err;
	limits_clock_tell(moved);
	note(pins, moved);
	return 0;
}

int clock_follow(const char *pin_dir)
{
	struct session session;
	unsigned int wanted = 0;
	struct pins pins;
	int err = pins_init(&pins, pin_dir);

	if (err || !part_is_loaded(&guard_part, pins.dir))
		return err;
	err = count(&pins, &wanted);
	if (err || !wanted)
		return err;
	err = session_open(&session, pin_dir);
	err = err ?: move(&session.pins);
	session_close(&session, err);
	return err;
}
