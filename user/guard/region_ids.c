// SPDX-License-Identifier: BSD-2-Clause
#include "guard/region_ids.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include <bpf/bpf.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/scoped.h"
#include "guard/clear_sources.h"
#include "guard/fold_counts.h"
#include "guard/limits.h"
#include "guard/publish.h"
#include "guard/region_store.h"
#include "regions/table.h"
#include "kernel/config_map.h"
#include "kernel/mapped.h"

bool region_ids_idle(const struct ecdn_xdp_region_cpu *row, uint32_t entries, uint32_t stride,
		     uint32_t region, uint64_t now_ns)
{
	uint64_t last_ns = 0, counted = 0;

	for (uint32_t i = region; i < entries; i += stride) {
		counted |= row[i].packets | row[i].connections | row[i].proven_connections;
		last_ns = row[i].measured_ns > last_ns ? row[i].measured_ns : last_ns;
		last_ns = row[i].proven_ns > last_ns ? row[i].proven_ns : last_ns;
	}
	if (!counted)
		return true;
	return last_ns && now_ns > last_ns && now_ns - last_ns >= REGION_IDS_IDLE_NS;
}

bool region_ids_has_own(const struct ecdn_xdp_limits *limits, uint64_t now_ns)
{
	return limits->own || limits->blocked || limits->exempt_until_ns > now_ns;
}

/* Regions while it is looked for those that nobody has use for. */
struct search {
	const struct guard_maps *maps;
	struct mapped rows;
	uint32_t max_regions;
	uint64_t now_ns;
};

/* 1: the region can go; 0: it stays; or a negative errno. */
static int can_go(const struct search *search, uint32_t id)
{
	struct ecdn_xdp_limits limits;
	int err;

	if (!region_ids_idle(search->rows.at, search->rows.entries, search->max_regions, id,
			     search->now_ns))
		return 0;
	err = guard_maps_limits(search->maps, id, &limits);
	return err ?: !region_ids_has_own(&limits, search->now_ns);
}

int region_ids_free(const struct guard_maps *maps, struct names *names, uint32_t wanted,
		    const bool *stays, const struct coverage *used)
{
	struct search search = { .maps = maps, .max_regions = names_capacity(names),
				 .now_ns = clock_monotonic_ns() };
	int result = mapped_open(&search.rows, maps->region_cpu, "region_cpu",
				 sizeof(struct ecdn_xdp_region_cpu));
	uint32_t freed = 0;

	for (uint32_t id = 1; id < search.max_regions && freed < wanted && result >= 0; id++) {
		if (!names_of(names, id) || stays[id] || !coverage_is_none(&used[id]))
			continue;
		result = can_go(&search, id);
		if (result <= 0)
			continue;
		names_forget(names, id);
		freed++;
	}
	mapped_close(&search.rows);
	return result < 0 ? result : (int)freed;
}

/* A command that was killed may not have told proxies of the table. */
static int told_generation(const struct region_ids *ids, uint64_t *generation)
{
	struct ecdn_xdp_public_config public;
	scoped_fd int fd = pins_open(ids->pins, "public_config");
	int err = fd < 0 ? fd : maps_get(fd, "public_config", &(__u32){ 0 }, &public);

	if (!err)
		*generation = public.table_generation;
	return err;
}

/* When the table was loaded is known to the second. */
static int wait_for_readers(const struct region_ids *ids)
{
	const struct ecdn_xdp_table_line *lines;
	const struct ecdn_xdp_table_header *header;
	uint64_t told, since, now;
	int err = told_generation(ids, &told);

	err = err ?: region_store_map(ids->maps, &lines);
	if (err)
		return err;
	header = table_header((struct ecdn_xdp_table_line *)lines);
	now = clock_ns(CLOCK_REALTIME);
	since = (header->loaded_at + 1) * NS_PER_SECOND;
	if (told != header->generation || since > now + NS_PER_SECOND) {
		err = publish_config(ids->publish);
		since = now;
	}
	slot_unmap(lines);
	if (!err && since + REGION_IDS_WAIT_NS > now) {
		uint64_t left = since + REGION_IDS_WAIT_NS - now;

		nanosleep(&(struct timespec){ left / NS_PER_SECOND, left % NS_PER_SECOND }, NULL);
	}
	return err;
}

/* Maps that other parts of the tool may have made. */
static int clear_row(const struct region_ids *ids, const char *map, uint32_t id, size_t size)
{
	static const char zeros[512];
	scoped_fd int fd = pins_exist(ids->pins, map) ? pins_open(ids->pins, map) : -ENOENT;

	if (fd == -ENOENT)
		return 0;
	if (fd < 0 || size > sizeof(zeros))
		return fd < 0 ? fd : -E2BIG;
	return maps_set(fd, map, &id, zeros);
}

/* Of both layers, in a map by struct ecdn_xdp_note_key. */
static int clear_layers(const struct region_ids *ids, const char *map, uint32_t id)
{
	scoped_fd int fd = pins_exist(ids->pins, map) ? pins_open(ids->pins, map) : -ENOENT;
	int err = fd == -ENOENT ? 0 : fd < 0 ? fd : 0;

	for (__u32 kind = ECDN_XDP_NOTE_EXEMPT; kind <= ECDN_XDP_NOTE_BLOCK && fd >= 0 && !err;
	     kind++)
		err = maps_delete(fd, map, &(struct ecdn_xdp_note_key){ id, kind });
	return err;
}

static int clear_learned(const struct region_ids *ids, uint32_t id)
{
	const char *map = "region_learned";
	scoped_fd int fd = pins_exist(ids->pins, map) ? pins_open(ids->pins, map) : -ENOENT;

	return fd == -ENOENT ? 0 : fd < 0 ? fd : maps_delete(fd, map, &id);
}

/* The limits come last: the state follows from them and from the rates. */
static int clear(const struct region_ids *ids, const struct ecdn_xdp_config *config, uint32_t id)
{
	const struct ecdn_xdp_region_rate none = {};
	struct ecdn_xdp_limits limits = {};
	int err = fold_counts(ids->pins, ids->maps, ids->max_regions, id);

	err = err ?: maps_set(ids->maps->region_rate, "region_rate", &id, &none);
	err = err ?: clear_row(ids, "region_history", id, sizeof(struct ecdn_xdp_region_history));
	err = err ?: clear_layers(ids, "region_notes", id);
	err = err ?: clear_layers(ids, "region_until", id);
	err = err ?: clear_learned(ids, id);
	err = err ?: clear_sources(ids->pins, id);
	limits_follow(&limits, &config->default_limits, NULL);
	return err ?: publish_limits(ids->publish, id, &limits);
}

/* Whether the maps have a name for an id that is not its name any more. 1, 0, or a negative
 * errno. */
static int is_given_back(const struct region_ids *ids, const struct names *names, uint32_t id)
{
	struct ecdn_xdp_region_name name;
	const char *now = names_of(names, id) ?: "";
	int err = maps_get(ids->maps->region_name, "region_name", &id, &name);

	return err ?: name.name[0] && strncmp(name.name, now, sizeof(name.name));
}

int region_ids_clear(const struct region_ids *ids, const struct names *names)
{
	struct ecdn_xdp_config config;
	bool waited = false;
	int err = config_map_read(ids->pins, &config);

	for (uint32_t id = 1; id < ids->max_regions && err >= 0; id++) {
		if (!names_changed(names, id))
			continue;
		err = is_given_back(ids, names, id);
		if (err <= 0)
			continue;
		err = waited ? 0 : wait_for_readers(ids);
		waited = true;
		err = err ?: clear(ids, &config, id);
	}
	return err;
}
