// SPDX-License-Identifier: BSD-2-Clause
#include "control/learned.h"

#include <errno.h>
#include <string.h>

#include "base/scoped.h"
#include "control/session.h"
#include "guard/guard_part.h"
#include "guard/limits.h"
#include "guard/publish.h"
#include "kernel/config_map.h"
#include "kernel/journal.h"

/* The guard while limits are written. */
struct writing {
	struct guard_maps maps;
	struct names *names;
	struct ecdn_xdp_config config;
	int publish;
	bool changes;           /* limits are others than before */
};

static int set_limits(struct writing *writing, uint32_t region,
		      const struct limits_learned *learned, const struct ecdn_xdp_limits *before)
{
	struct ecdn_xdp_limits limits = *before, same;

	limits.learned_until_ns = learned->row.until_ns;
	limits_follow(&limits, &writing->config.default_limits, &learned->row);
	if (!memcmp(&limits, before, sizeof(limits)))
		return 0;
	/* That their end is put off concerns no CPU. */
	same = limits;
	same.learned_until_ns = before->learned_until_ns;
	writing->changes |= memcmp(&same, before, sizeof(same)) != 0;
	return limits_write(writing->publish, region, &limits, before);
}

static int set_region(struct writing *writing, const struct learned_row *row)
{
	int map = writing->maps.region_learned;
	int region = names_find(writing->names, row->region, strlen(row->region));
	struct limits_learned before, learned;
	struct ecdn_xdp_limits limits;
	int err = region < 0 ? 0 : guard_maps_limits(&writing->maps, region, &limits);

	if (region < 0 || err || !limits_learned_is_auto(&limits, &writing->config.default_limits))
		return err;
	err = limits_learned_read(map, region, &limits, &before);
	if (err)
		return err;
	learned = (struct limits_learned){ .has = true, .row = row->learned };
	memcpy(learned.row.fixed, before.row.fixed, sizeof(learned.row.fixed));
	learned.row.since_ns = before.row.since_ns;
	err = limits_learned_write(map, region, &before, &learned);
	return err ?: set_limits(writing, region, &learned, &limits);
}

/* The generation has every CPU follow, once for all. */
static int set_all(struct writing *writing, const struct pins *pins,
		   const struct learned_row *rows, size_t count)
{
	int err = 0;

	for (size_t i = 0; i < count && !err; i++)
		err = set_region(writing, &rows[i]);
	return err || !writing->changes ? err : config_map_write(pins, &writing->config);
}

static int open_all(struct writing *writing, const struct pins *pins)
{
	int err = guard_maps_open(&writing->maps, pins);

	if (!err && writing->maps.region_learned < 0)
		return -ENOENT;
	err = err ?: config_map_read(pins, &writing->config);
	err = err ?: guard_maps_names(&writing->maps, writing->config.max_regions,
				      &writing->names);
	if (err)
		return err;
	writing->publish = pins_get(pins->dir, PUBLISH_PIN);
	return writing->publish < 0 ? writing->publish : 0;
}

static int set(const struct pins *pins, const struct learned_row *rows, size_t count)
{
	struct writing writing = { .publish = -1 };
	int err;

	guard_maps_init(&writing.maps);
	err = open_all(&writing, pins);
	if (!err) {
		journal_begin();
		err = set_all(&writing, pins, rows, count);
		journal_end(err);
	}
	scoped_close(&writing.publish);
	names_free(writing.names);
	guard_maps_close(&writing.maps);
	return err;
}

int learned_set(const char *pin_dir, const struct learned_row *rows, size_t count)
{
	struct session session;
	int err;

	if (!config_map_has(pin_dir, ECDN_XDP_ABI) || !part_is_loaded(&guard_part, pin_dir))
		return -ENOENT;
	err = session_open(&session, pin_dir);
	err = err ?: set(&session.pins, rows, count);
	session_close(&session, err);
	return err;
}
