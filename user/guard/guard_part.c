// SPDX-License-Identifier: BSD-2-Clause
#include "guard/guard_part.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/log.h"
#include "base/scoped.h"
#include "base/words.h"
#include "guard/guard_carry.h"
#include "guard/guard_ceilings.h"
#include "guard/guard_links.h"
#include "guard/guard_program.h"
#include "guard/guard_regions.h"
#include "guard/guard_return.h"
#include "guard/iterator.h"
#include "guard/limits_apply.h"
#include "guard/limits_clock.h"
#include "guard/publish.h"
#include "guard/shield.h"
#include "guard/shield_ifaces.h"
#include "guard/ssh.h"
#include "kernel/carry.h"
#include "kernel/config_map.h"

#define PROTECT_DEFAULT "80,443"

/* The guard in a command that is under way. */
struct guard_run {
	struct guard_maps maps;
	struct guard_regions regions;
	int program, old_program, publish; /* fds, or -1 */
	struct guard_links links;
	struct shield shield;
	unsigned int moved;     /* ends, as the clock was set */
	bool upgrades;          /* what is loaded knows neither ceilings nor the newer limits */
};

static bool wanted(const void *request)
{
	return guard_request_wanted(request);
}

static int read_ahead(const char *dir, void *request)
{
	return guard_regions_read(dir, request);
}

static int refuse_room(uint32_t max_regions)
{
	return log_error(-EINVAL, "the maps have room for %u regions, which cannot change in "
			 "place; `ecdn-xdp unload --all` removes them and their counters",
			 max_regions);
}

static int read_loaded(const struct part_run *run, uint64_t *generation)
{
	const struct guard_request *request = run->request;
	struct guard_run *guard = run->state;
	struct ecdn_xdp_config config;
	int err = guard_maps_open(&guard->maps, run->pins);

	err = err ?: config_map_read(run->pins, &config);
	err = err ?: slot_settle(&region_store_slot, guard->maps.region_table, run->pins->dir);
	if (err)
		return err;
	if (request->max_regions && request->max_regions != config.max_regions)
		return refuse_room(config.max_regions);
	guard->regions.max_regions = config.max_regions;
	err = region_store_used(&guard->maps, generation, &run->rooms->region_lines);
	if (!err && (run->opens || request->sources.count || request->changes.count ||
		     request->forget))
		err = guard_maps_names(&guard->maps, config.max_regions, &guard->regions.names);
	return err;
}

/* Opens the programs of the version that is loaded: to be run, or to be put back after an
 * error. */
static int open_loaded_programs(const struct part_run *run)
{
	struct guard_run *guard = run->state;

	if (run->opens) {
		guard->old_program = pins_get(run->pins->dir, GUARD_PROGRAM_PIN);
		return guard->old_program < 0 ? guard->old_program : 0;
	}
	guard->publish = pins_get(run->pins->dir, PUBLISH_PIN);
	return guard->publish < 0 ? guard->publish : 0;
}

/* The same of a guard that an earlier version has loaded. */
static int read_carried(const struct part_run *run, uint64_t *generation)
{
	const struct guard_request *request = run->request;
	struct guard_run *guard = run->state;
	int err = guard_carry_read(run->pins->dir, &guard->regions.max_regions, generation,
				   &guard->regions.names);

	if (err)
		return err;
	if (request->max_regions && request->max_regions != guard->regions.max_regions)
		return refuse_room(guard->regions.max_regions);
	guard->old_program = pins_get(run->pins->dir, GUARD_PROGRAM_PIN);
	return guard->old_program < 0 ? guard->old_program : 0;
}

static int begin_new(const struct part_run *run)
{
	const struct guard_request *request = run->request;
	struct guard_run *guard = run->state;

	guard->regions.max_regions = request->max_regions ?: ECDN_XDP_REGIONS_DEFAULT;
	guard->regions.names = names_new(guard->regions.max_regions);
	return guard->regions.names ? 0 : log_error(-ENOMEM, "out of memory");
}

static int prepare(struct part_run *run)
{
	const struct guard_request *request = run->request;
	struct guard_run *guard = run->state;
	uint64_t generation = 0;
	int err;

	*guard = (struct guard_run){
		.regions = GUARD_REGIONS_NONE, .program = -1, .old_program = -1, .publish = -1,
		.shield = SHIELD_NONE,
	};
	guard_maps_init(&guard->maps);
	if (run->loaded)
		err = read_loaded(run, &generation) ?: open_loaded_programs(run);
	else
		err = run->carried ? read_carried(run, &generation) : begin_new(run);
	err = err ?: guard_regions_prepare(&guard->regions, run, &guard->maps, generation);
	err = err ?: limits_check(&request->changes, guard->regions.names);
	if (!err && !run->opens)
		err = limits_check_earlier(&request->changes, &guard->maps, guard->regions.names);
	return err ?: shield_check(request);
}

static int table_fits(const struct part_run *run)
{
	const struct guard_run *guard = run->state;

	return region_store_fits(guard->maps.region_table, run->rooms->region_lines);
}

static int fits(const struct part_run *run)
{
	return guard_ceilings_fit(table_fits(run), run);
}

static int make(struct part_run *run)
{
	const struct guard_run *guard = run->state;
	int fit = guard_ceilings_make(run);

	fit = fit ?: run->loaded ? table_fits(run) : PART_FULL;
	if (fit < 0 || fit == PART_FITS || (run->loaded && !run->resizes))
		return fit < 0 ? fit : 0;
	return region_store_make(run->pins, run->rooms->region_lines,
				 run->loaded ? guard->maps.region_table : -1);
}

/* What prepare() opened may have been replaced since, to make room. */
static int reopen(const struct part_run *run)
{
	struct guard_run *guard = run->state;
	int err;

	guard_maps_close(&guard->maps);
	scoped_close(&guard->old_program);
	scoped_close(&guard->publish);
	guard->old_program = guard->publish = -1;
	err = guard_maps_open(&guard->maps, run->pins);
	return err ?: open_loaded_programs(run);
}

static int build(struct part_run *run)
{
	struct guard_run *guard = run->state;
	int err = 0;

	if (run->loaded)
		err = reopen(run);
	else
		guard->maps.region_table = pins_open(run->pins, region_store_slot.map);
	return err < 0 ? err : guard_regions_build(&guard->regions, run, &guard->maps);
}

static int open_programs(struct part_run *run)
{
	struct guard_run *guard = run->state;
	int err;

	guard->program = guard_program_make(run, guard->regions.max_regions);
	if (guard->program < 0)
		return guard->program;
	err = guard->publish = publish_open(run->pins, guard->regions.max_regions);
	if (err < 0)
		return err;
	err = run->loaded || run->carried ? 0 : publish_freeze(run->pins->next);
	guard_maps_close(&guard->maps);
	err = err ?: guard_maps_open(&guard->maps, run->pins);
	if (!err)
		iterator_pin(&guard->maps, guard->regions.max_regions, run->pins);
	return err ?: shield_open(&guard->shield, run->pins, run->request,
				  guard->regions.max_regions);
}

static int attach(struct part_run *run)
{
	struct guard_run *guard = run->state;

	int err = guard_links_attach(&guard->links, run->pins, run->request, guard->program);

	return err ?: shield_attach(&guard->shield, run->pins, run->request, &guard->links);
}

static int fill_config(const struct guard_run *guard, struct ecdn_xdp_config *config)
{
	struct protected_ports ports = {};
	uint64_t seed;

	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		return log_error(-errno, "cannot get random bytes: %s", strerror(errno));
	limits_first_config(config, guard->regions.max_regions, seed);
	guard_ceilings_first(config);
	ports_parse(PROTECT_DEFAULT, &ports);
	config->protect = ports.protect;
	return ports_write(&guard->maps, &ports);
}

static int put_regions(const struct part_run *run)
{
	const struct guard_run *guard = run->state;

	return guard_regions_put(&guard->regions, run, &guard->maps, guard->publish);
}

static int fill(struct part_run *run)
{
	const struct guard_run *guard = run->state;
	struct ecdn_xdp_config config;
	int err = config_map_read(run->pins, &config);

	err = err ?: fill_config(guard, &config);
	for (uint32_t region = 0; region < guard->regions.max_regions && !err; region++)
		err = guard_maps_set_limits(&guard->maps, region, &config.default_limits);
	err = err ?: put_regions(run);
	return err ?: config_map_write(run->pins, &config);
}

/* The table is the one that ABI 2 had in use, or that of the request, if it names files. */
static int fill_carried(struct part_run *run)
{
	return guard_carry_fill(run->pins) ?: put_regions(run);
}

/* What a load does to what it finds, before its own request. */
static int follow_loaded(struct guard_run *guard, struct ecdn_xdp_config *config)
{
	const struct clock_moment now = clock_now();
	int err = limits_upgrade(&guard->maps, config, guard->publish);

	return err ?: limits_clock_follow(&guard->maps, config->max_regions, &now, guard->publish,
					  &guard->moved);
}

static int apply_settings(const struct part_run *run, struct ecdn_xdp_config *config)
{
	const struct guard_request *request = run->request;
	struct guard_run *guard = run->state;
	int err = run->opens ? follow_loaded(guard, config) : 0;

	err = err ?: limits_apply(&request->changes, &guard->maps, guard->regions.names, config,
				  guard->publish);
	if (!err && request->has_ports) {
		config->protect = request->ports.protect;
		err = ports_write(&guard->maps, &request->ports);
	}
	config_map_set_monitor(config, request->monitor, -1);
	if (!err && run->opens)
		err = guard_links_tell(run->pins->dir, request->iface_count, config);
	guard->upgrades = run->opens && !config->ceiling_from_ns;
	guard_ceilings_apply(&request->ceilings, run->opens, config);
	return err;
}

static int configure(struct part_run *run)
{
	const struct guard_request *request = run->request;
	const struct guard_run *guard = run->state;
	struct ecdn_xdp_config config;
	int err;

	err = run->opens ? 0 : shield_repair(run->pins);
	if (err || (!run->opens && !wanted(request)))
		return err;
	err = config_map_read(run->pins, &config);
	if (!err && run->loaded && !run->carried)
		err = put_regions(run);
	if (!err)
		ssh_warn(request, &guard->maps, config.protect, run->pins);
	err = err ?: apply_settings(run, &config);
	run->same = !err && guard_request_only_changes(request) &&
		    !limits_apply_changed_any(&request->changes);
	return err ?: config_map_write(run->pins, &config);
}

static int announce(struct part_run *run)
{
	const struct guard_run *guard = run->state;

	return publish_config(guard->publish);
}

static int settle(struct part_run *run)
{
	const struct guard_run *guard = run->state;

	if (guard->upgrades) {
		limits_tell_upgrade();
		guard_ceilings_tell_upgrade();
	}
	if (guard->moved)
		limits_clock_tell(guard->moved);
	return shield_settle(&guard->shield, run->pins);
}

static void end(struct part_run *run, int err)
{
	struct guard_run *guard = run->state;

	shield_end(&guard->shield, run->pins, err);
	guard_links_end(&guard->links, err, guard->old_program);
	guard_maps_close(&guard->maps);
	scoped_close(&guard->publish);
	scoped_close(&guard->program);
	scoped_close(&guard->old_program);
	guard_regions_end(&guard->regions);
}

static int detach(const char *dir, const char *iface)
{
	char pin[IF_NAMESIZE];
	int err = guard_links_find(dir, iface, pin);

	err = err ?: shield_ifaces_detach(dir, pin);
	return err ?: xdp_link_remove(dir, pin);
}

static int stop(const char *dir)
{
	return guard_links_stop(dir) ?: shield_stop(dir);
}

static const struct part_carry carry = {
	.fill = fill_carried,
	.relink = guard_carry_relink,
	.adopt = guard_carry_adopt,
	.finish = guard_carry_finish,
};

const struct part guard_part = {
	.name = "guard",
	.helper = PUBLISH_PIN,
	.label = "the guard",
	.load = "ecdn-xdp load IFACE",
	.bit = ECDN_XDP_PART_GUARD,
	.maps = guard_maps_rows,
	.state_size = sizeof(struct guard_run),
	.carry = &carry,
	.wanted = wanted,
	.read = read_ahead,
	.prepare = prepare,
	.fits = fits,
	.make = make,
	.build = build,
	.open = open_programs,
	.fill = fill,
	.attach = attach,
	.configure = configure,
	.take_over = guard_ceilings_take_over,
	.announce = announce,
	.settle = settle,
	.end = end,
	.lost = guard_return_find,
	.restore = guard_return_attach,
	.links_behind = shield_ifaces_are_behind,
	.follow_links = shield_ifaces_follow,
	.check = guard_links_check,
	.detach = detach,
	.follow = guard_links_follow,
	.stop = stop,
	.retire = publish_retire,
};
