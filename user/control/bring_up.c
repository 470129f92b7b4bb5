// SPDX-License-Identifier: BSD-2-Clause
#include "control/load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/log.h"
#include "base/scoped.h"
#include "base/words.h"
#include "kernel/slot.h"
#include "guard/guard_part.h"
#include "guard/ports.h"
#include "guard/publish.h"
#include "steer/steer_sockets.h"
#include "steer/steer_part.h"
#include "trust/trust_store.h"

#define PROTECT_DEFAULT "80,443"

/* A load on its way: everything that has to be let go, or taken back. */
struct load {
	const struct load_request *request;
	struct pins pins;
	bool fresh;             /* nothing was loaded before */
	uint32_t max_regions;
	struct names *names;
	uint32_t known_names;   /* of names, those that the maps hold already */
	struct trusted_list trusted; /* as it is */
	int table;              /* new generation, or -1 */
	int old_program;
	struct guard_bpf *guard;
	const char *map_dir;    /* where the maps are pinned: pins.next if fresh */
	struct maps maps;
	int publish;
	struct steering steering;
	struct ping ping;
	struct attachment *attachments;
	unsigned int attachment_count;
};

/* What an upgrade goes on with: names and room of the maps that are pinned. */
static int read_old(struct load *load, uint64_t *generation)
{
	struct ecdn_xdp_config config;
	struct maps maps;
	int err = maps_open(&maps, load->pins.dir);

	if (err)
		return err;
	err = maps_config(&maps, &config);
	err = err ?: lines_pin(&maps, load->pins.dir);
	err = err ?: maps_names(&maps, &load->names);
	err = err ?: generation_number(&maps, generation);
	err = err ?: trusted_read(&maps, &load->trusted);
	maps_close(&maps);
	if (err)
		return err;
	if (load->request->max_regions && load->request->max_regions != config.max_regions)
		return log_error(-EINVAL, "the maps have room for %u regions, which cannot change "
				 "in place; `ecdn-xdp unload --all` removes them and their counters",
				 config.max_regions);
	load->max_regions = config.max_regions;
	load->known_names = names_count(load->names);
	load->old_program = pins_get(load->pins.dir, PINS_PROGRAM);
	return load->old_program < 0 ? load->old_program : 0;
}

static int prepare(struct load *load)
{
	const struct load_request *request = load->request;
	uint64_t generation = 0;
	int err = 0;

	load->fresh = !pins_exist(&load->pins);
	if (load->fresh) {
		load->max_regions = request->max_regions ?: ECDN_XDP_REGIONS_DEFAULT;
		load->names = names_new(load->max_regions);
		err = load->names ? 0 : log_error(-ENOMEM, "out of memory");
	} else {
		err = read_old(load, &generation);
	}
	if (!err && (load->fresh || request->sources.count))
		err = load->table = generation_make(&request->sources, load->names,
						    generation + 1);
	if (err >= 0 && request->steer.count)
		err = steering_check(load->pins.dir);
	if (err < 0)
		return err;
	return settings_check(&request->settings, load->names, &load->trusted);
}

static int write_first_config(const struct load *load)
{
	struct ecdn_xdp_protected_ports ports = {};
	struct ecdn_xdp_config config;
	uint64_t seed;
	int err;

	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		return log_error(-errno, "cannot get random bytes: %s", strerror(errno));
	settings_first_config(&config, load->max_regions, seed);
	ports_parse(PROTECT_DEFAULT, &ports, &config.protect);
	err = maps_set(load->maps.protected_ports, "protected_ports", &(__u32){ 0 }, &ports);
	for (uint32_t region = 0; region < load->max_regions && !err; region++)
		err = maps_set_limits(&load->maps, region, &config.default_limits);
	return err ?: maps_set_config(&load->maps, &config);
}

/* Names before the table that uses them, so that no reader meets an id without. */
static int configure(const struct load *load)
{
	const struct settings *settings = &load->request->settings;
	int err = load->fresh ? write_first_config(load) : 0;

	err = err ?: maps_set_names(&load->maps, load->names, load->known_names);
	if (!err && load->table >= 0)
		err = lines_put(&lines_region, &load->maps, load->map_dir, load->table);
	if (!err && load->request->proxy_group != (gid_t)-1)
		err = publish_group(load->map_dir, load->request->proxy_group);
	if (!err)
		settings_warn_ssh(settings, &load->maps);
	err = err ?: settings_apply(settings, &load->maps, load->names, load->map_dir);
	err = err ?: ping_configure(&load->ping, &load->request->ping.settings, &load->maps,
				    load->fresh);
	err = err ?: settings_publish(settings, load->names, load->publish);
	return err ?: steer_apply(&load->maps, &load->request->steer);
}

static int pin_link(const struct load *load, const struct attachment *of)
{
	char name[PINS_NAME_SIZE];

	if (!of->created)
		return 0;
	return pins_put(load->pins.next, pins_interface(PINS_LINKS, of->iface, name), of->link);
}

/* One program everywhere: interfaces of an earlier load get the new one too. */
static int attach_all(struct load *load, char **old, unsigned int old_count)
{
	const struct load_request *request = load->request;
	int program = program_fd(load->guard), err = 0;

	for (unsigned int i = 0; i < old_count && !err; i++) {
		if (words_have(request->ifaces, request->iface_count, old[i]))
			continue;
		err = attach_again(&load->attachments[load->attachment_count], load->pins.dir,
				   old[i], program);
		load->attachment_count += !err;
	}
	for (unsigned int i = 0; i < request->iface_count && !err; i++) {
		struct attachment *to = &load->attachments[load->attachment_count];

		if (words_have(request->ifaces, i, request->ifaces[i]))
			continue;
		err = attach(to, load->pins.dir, request->ifaces[i], request->mode, program);
		load->attachment_count += !err;
		if (!err)
			log_info("%s: %s in %s mode", to->iface,
				 to->created ? "attached" : "upgraded", attach_mode_name(to->mode));
		err = err ?: pin_link(load, to);
	}
	return err;
}

static int attach_interfaces(struct load *load)
{
	unsigned int old_count;
	char **old;
	int err = attach_names(load->pins.dir, &old, &old_count);

	if (err)
		return err;
	load->attachments = calloc(old_count + load->request->iface_count + 1,
				   sizeof(*load->attachments));
	err = load->attachments ? attach_all(load, old, old_count) :
	      log_error(-ENOMEM, "out of memory");
	pins_free_names(old, old_count);
	return err;
}

static int move_link(const struct load *load, const struct attachment *of)
{
	char name[PINS_NAME_SIZE];

	if (!of->created)
		return 0;
	return pins_move(&load->pins, pins_interface(PINS_LINKS, of->iface, name));
}

/* What an upgrade has made anew, in the place of what it replaces. */
static int move_all(const struct load *load, bool has_iterator)
{
	int err = pins_move(&load->pins, PINS_PROGRAM);

	err = err ?: pins_move(&load->pins, PINS_STEER_PROGRAM);
	err = err ?: pins_move(&load->pins, PINS_PING_PROGRAM);
	err = err ?: pins_move(&load->pins, PINS_PUBLISH_PROGRAM);
	if (!err && load->steering.created)
		err = pins_move(&load->pins, PINS_STEER);
	if (!err && has_iterator)
		err = pins_move(&load->pins, PINS_ITERATOR);
	for (unsigned int i = 0; i < load->attachment_count && !err; i++)
		err = move_link(load, &load->attachments[i]);
	err = err ?: ping_move(&load->ping, &load->pins);
	return err ?: pins_remove(load->pins.next);
}

static int show(const struct load *load, bool has_iterator)
{
	if (!load->fresh)
		return move_all(load, has_iterator);
	if (rename(load->pins.next, load->pins.dir))
		return log_error(-errno, "cannot rename %s to %s: %s", load->pins.next,
				 load->pins.dir, strerror(errno));
	return 0;
}

/* New maps become pins of pins.next here, and are shared by name from then on. */
static int open_programs(struct load *load)
{
	int err = program_open(&load->guard, load->fresh ? NULL : load->map_dir,
			       load->max_regions);

	err = err ?: pins_make(load->pins.next);
	err = err ?: program_pin(load->guard, load->map_dir, load->pins.next);
	if (err)
		return err;
	err = load->publish = publish_open(load->map_dir, load->pins.next, load->max_regions);
	if (err < 0)
		return err;
	err = load->fresh ? publish_permit(load->map_dir) : 0;
	err = err ?: steering_open(&load->steering, load->map_dir, load->pins.next);
	err = err ?: ping_open(&load->ping, load->map_dir, load->pins.next);
	return err ?: maps_open_new(&load->maps, load->map_dir);
}

static int attach_programs(struct load *load)
{
	bool steer = load->request->settings.has_ports || load->request->steer.count;
	int err = attach_interfaces(load);

	err = err ?: steering_attach(&load->steering, load->pins.dir, load->pins.next, steer);
	return err ?: ping_attach(&load->ping, &load->pins, &load->request->ping);
}

static int bring_up(struct load *load)
{
	bool has_iterator;
	int err;

	load->map_dir = load->fresh ? load->pins.next : load->pins.dir;
	err = open_programs(load);
	if (err)
		return err;
	has_iterator = !program_pin_iterator(load->guard, load->map_dir, load->pins.next);

	/* New maps are filled before a packet reads them; maps in use change last. */
	if (load->fresh)
		err = configure(load);
	err = err ?: attach_programs(load);
	if (!load->fresh)
		err = err ?: configure(load);
	return err ?: show(load, has_iterator);
}

static void finish(struct load *load, int err)
{
	for (unsigned int i = 0; i < load->attachment_count; i++) {
		if (err)
			attach_undo(&load->attachments[i], load->old_program);
		else
			attach_close(&load->attachments[i]);
	}
	if (err) {
		steering_undo(&load->steering, load->pins.dir);
		ping_undo(&load->ping, load->pins.dir);
	} else {
		steering_close(&load->steering);
		ping_close(&load->ping);
	}
	if (err && load->pins.lock >= 0)
		pins_remove(load->pins.next);
	free(load->attachments);
	if (load->guard)
		program_close(load->guard);
	maps_close(&load->maps);
	scoped_close(&load->publish);
	scoped_close(&load->table);
	scoped_close(&load->old_program);
	trusted_free(&load->trusted);
	names_free(load->names);
	pins_unlock(&load->pins);
}

int guard_load(const char *pin_dir, const struct load_request *request)
{
	struct load load = { .request = request, .table = -1, .old_program = -1, .publish = -1,
			     .steering = STEERING_NONE, .ping = PING_NONE };
	int err = pins_init(&load.pins, pin_dir);

	maps_init(&load.maps);
	err = err ?: pins_lock(&load.pins);
	err = err ?: prepare(&load);
	err = err ?: bring_up(&load);
	finish(&load, err);
	return err;
}
