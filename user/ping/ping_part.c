// SPDX-License-Identifier: BSD-2-Clause
#include "ping/ping_part.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/scoped.h"
#include "base/words.h"
#include "kernel/carry.h"
#include "kernel/object.h"
#include "attach/tc_find.h"
#include "attach/tc_note.h"
#include "attach/tc_remove.h"
#include "ping.skel.h"
#include "ping/ping_addresses.h"
#include "ping/ping_carry.h"
#include "ping/ping_hook.h"
#include "ping/ping_host.h"
#include "ping/ping_maps.h"
#include "ping/ping_nodes.h"
#include "ping/ping_return.h"
#include "trust/trust_store.h"

static const struct object_names object_names = { "ping", PING_HOOK_PROGRAM_PIN };

/* Ping in a command that is under way. */
struct ping_run {
	struct ping_maps maps;
	int program;            /* fd, or -1 */
	struct ping_addresses addresses;
	struct tc_link *links;
	unsigned int link_count;
	bool elsewhere;         /* attached in another network namespace only */
};

static bool wanted(const void *request)
{
	return ping_request_wanted(request);
}

/* Reading the addresses may fail, so it is done before anything is changed. */
static int prepare(struct part_run *run)
{
	struct ping_run *ping = run->state;

	*ping = (struct ping_run){ .program = -1 };
	maps_init(ping_maps_rows, &ping->maps);
	return run->opens ? ping_addresses_read(&ping->addresses) : 0;
}

static int fits(const struct part_run *run)
{
	return ping_nodes_fits(run->pins, run->rooms->nodes);
}

/* A filter that cannot be reached from here would go on with the old maps. */
static int check_reach(const char *dir)
{
	unsigned int count;
	char **names;
	int err = tc_note_pin_names(&ping_hook, dir, &names, &count);

	for (unsigned int i = 0; i < count && !err; i++) {
		struct tc_link link;

		err = tc_link_read(&link, &ping_hook, dir, names[i]);
		if (!err && link.state == TC_ELSEWHERE && link.kind == TC_CLSACT)
			err = log_error(-EXDEV, "%s: maps of ping are replaced by others of "
					"another size, and its filter there is in another network "
					"namespace, out of reach: run this command in that one",
					names[i]);
		tc_link_close(&link);
	}
	pins_free_names(names, count);
	return err;
}

static int make(struct part_run *run)
{
	int fit;

	if (!run->resizes)
		return 0;
	fit = fits(run);
	if (fit < 0 || fit == PART_FITS)
		return fit < 0 ? fit : 0;
	return ping_nodes_make(run->pins, run->rooms->nodes);
}

static int load_program(const struct part_run *run)
{
	struct ping_bpf *skeleton = ping_bpf__open();
	int err;

	if (!skeleton)
		return object_load_error(object_names.label, -errno);
	err = ping_nodes_size(skeleton, run->rooms->nodes);
	err = err ?: carry_share(skeleton->obj, run->pins, ping_carry_shared);
	err = err ?: object_share(skeleton->obj, run->pins);
	err = err ?: object_load(skeleton->skeleton, &object_names, run->pins);
	ping_bpf__destroy(skeleton);
	return err;
}

/* Whether a run makes maps of ping anew, by which it would count in others than before. */
static bool remakes_maps(const struct part_run *run)
{
	return run->resizes && (pins_has(run->pins->next, "node_stats") ||
				pins_has(run->pins->next, "trusted_table"));
}

static int open_program(struct part_run *run)
{
	struct ping_run *ping = run->state;
	int err = remakes_maps(run) ? check_reach(run->pins->dir) : 0;

	if (err)
		return err;
	ping->program = object_loaded(&object_names, run->pins);
	if (ping->program == -ENOENT)
		ping->program = load_program(run);
	return ping->program < 0 ? ping->program :
	       maps_open(ping_maps_rows, &ping->maps, run->pins);
}

static int take_over(struct part_run *run)
{
	return ping_nodes_take_over(run->pins);
}

/* Interfaces of an earlier load get the new program too. */
static int attach_again(const struct part_run *run, char **old, unsigned int old_count)
{
	const struct ping_request *request = run->request;
	struct ping_run *ping = run->state;
	int err = 0;

	for (unsigned int i = 0; i < old_count && err >= 0; i++) {
		err = tc_find_among(&ping_hook, run->pins->dir, request->ifaces,
				    request->iface_count, old[i]);
		if (err)
			continue;
		err = tc_link_attach_again(&ping->links[ping->link_count], &ping_hook,
					   run->pins, old[i], ping->program);
		ping->link_count += !err;
	}
	return err < 0 ? err : 0;
}

static int attach_wanted(const struct part_run *run)
{
	const struct ping_request *request = run->request;
	struct ping_run *ping = run->state;
	int err = 0;

	for (unsigned int i = 0; i < request->iface_count && !err; i++) {
		struct tc_link *to = &ping->links[ping->link_count];
		const char *iface = request->ifaces[i];
		char pin[IF_NAMESIZE];

		if (words_have(request->ifaces, i, iface))
			continue;
		err = tc_find_new(&ping_hook, run->pins->dir, iface, pin);
		err = err ?: tc_link_attach(to, &ping_hook, run->pins, pin, iface,
					    request->kind, ping->program);
		ping->link_count += !err;
		if (!err)
			log_info("%s: ping %s through %s", to->place.now,
				 to->created ? "attached" : "upgraded",
				 tc_link_kind_name(to->kind));
	}
	return err;
}

static unsigned int count_state(const struct ping_run *ping, enum tc_state state)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < ping->link_count; i++)
		count += ping->links[i].state == state;
	return count;
}

/* The maps have room for the addresses of one network namespace: they get those of this
 * one, if ping is attached here at all. */
static void find_place(struct ping_run *ping)
{
	bool here = count_state(ping, TC_HERE);

	ping->elsewhere = !here && count_state(ping, TC_ELSEWHERE);
	for (unsigned int i = 0; i < ping->link_count && here; i++)
		if (ping->links[i].state == TC_ELSEWHERE)
			log_warning("%s: this interface is in another network namespace, for whose "
				    "addresses ping does not answer any more; use another "
				    "--pin-dir for one of the two", ping->links[i].iface);
}

static int attach(struct part_run *run)
{
	const struct ping_request *request = run->request;
	struct ping_run *ping = run->state;
	unsigned int old_count;
	char **old;
	int err = tc_note_pin_names(&ping_hook, run->pins->dir, &old, &old_count);

	if (err)
		return err;
	ping->links = calloc(old_count + request->iface_count + 1, sizeof(*ping->links));
	if (!ping->links)
		err = log_error(-ENOMEM, "out of memory");
	err = err ?: attach_again(run, old, old_count);
	err = err ?: attach_wanted(run);
	pins_free_names(old, old_count);
	if (!err && !run->resizes)
		find_place(ping);
	return err;
}

static void warn_of_nobody(const struct part_run *run)
{
	struct trust_maps maps;
	struct trust_list list = {};
	bool nodes = maps_open(trust_store_rows, &maps, run->pins) ||
		     trust_store_read(&maps, &list);

	for (size_t i = 0; i < list.count && !nodes; i++)
		nodes = trust_list_is_node(&list.row[i]);
	if (!nodes)
		log_warning("there are no nodes: nobody can ping this host until `ecdn-xdp node "
			    "load`");
	trust_list_free(&list);
	maps_close(trust_store_rows, &maps);
}

static void apply(const struct ping_settings *settings, struct ecdn_xdp_ping_config *config)
{
	if (settings->mode >= 0)
		config->mode = settings->mode;
	if (settings->only_nodes >= 0)
		config->only_nodes = settings->only_nodes;
	if (settings->has_rate)
		config->rate = settings->rate;
	if (settings->has_burst)
		config->burst = settings->burst;
}

/* Writes how answers look, and which addresses are this host's. */
static int write_host(const struct ping_run *ping, struct ecdn_xdp_ping_config *config)
{
	return ping->elsewhere ? 0 : ping_host_write(&ping->addresses, &ping->maps, config);
}

static int write_maps(struct part_run *run)
{
	struct ecdn_xdp_ping_config config = { .rate = PING_RATE, .burst = PING_BURST };
	const struct ping_request *request = run->request;
	const struct ping_run *ping = run->state;
	int err = 0;

	if (run->loaded)
		err = maps_get(ping->maps.ping_config, "ping_config", &(__u32){ 0 }, &config);
	if (err)
		return err;
	apply(&request->settings, &config);
	err = write_host(ping, &config);
	if (!err && config.only_nodes)
		warn_of_nobody(run);
	return err ?: maps_set(ping->maps.ping_config, "ping_config", &(__u32){ 0 }, &config);
}

static int configure(struct part_run *run)
{
	return run->opens && run->loaded ? write_maps(run) : 0;
}

static int settle(struct part_run *run)
{
	const struct ping_run *ping = run->state;
	int err = 0;

	for (unsigned int i = 0; i < ping->link_count && !err; i++)
		err = tc_link_settle(&ping->links[i], run->pins);
	return err;
}

static void undo(const struct part_run *run)
{
	struct ping_run *ping = run->state;
	bool replaced = false;
	scoped_fd int old = -1;

	for (unsigned int i = 0; i < ping->link_count; i++)
		replaced |= ping->links[i].replaced;
	old = replaced ? pins_get(run->pins->dir, PING_HOOK_PROGRAM_PIN) : -1;
	for (unsigned int i = 0; i < ping->link_count; i++)
		tc_link_undo(&ping->links[i], old);
}

static void end(struct part_run *run, int err)
{
	struct ping_run *ping = run->state;

	if (err)
		undo(run);
	for (unsigned int i = 0; i < ping->link_count; i++)
		tc_link_close(&ping->links[i]);
	free(ping->links);
	ping_addresses_free(&ping->addresses);
	scoped_close(&ping->program);
	maps_close(ping_maps_rows, &ping->maps);
}

static int recover(const struct pins *pins)
{
	return tc_remove_recover(&ping_hook, pins);
}

static int check(const char *dir, const char *iface)
{
	return tc_remove_check(&ping_hook, dir, iface);
}

static int detach(const char *dir, const char *iface)
{
	return tc_remove(&ping_hook, dir, iface);
}

static int stop(const char *dir)
{
	return tc_remove_all(&ping_hook, dir);
}

bool ping_part_is_attached(const char *dir)
{
	unsigned int count;
	char **names;

	if (tc_note_pin_names(&ping_hook, dir, &names, &count))
		return false;
	pins_free_names(names, count);
	return count;
}

static int relink(const struct pins *pins)
{
	return ping_carry_relink(&ping_hook, pins);
}

static int adopt(const struct pins *pins)
{
	return ping_carry_adopt(&ping_hook, pins);
}

static const struct part_carry carry = {
	.relink = relink,
	.adopt = adopt,
};

const struct part ping_part = {
	.name = "ping",
	.label = "ping",
	.load = "ecdn-xdp load --ping IFACE",
	.bit = ECDN_XDP_PART_PING,
	.maps = ping_maps_rows,
	.state_size = sizeof(struct ping_run),
	.carry = &carry,
	.wanted = wanted,
	.prepare = prepare,
	.fits = fits,
	.make = make,
	.open = open_program,
	.fill = write_maps,
	.attach = attach,
	.configure = configure,
	.take_over = take_over,
	.settle = settle,
	.end = end,
	.recover = recover,
	.lost = ping_return_find,
	.restore = ping_return_attach,
	.check = check,
	.detach = detach,
	.stop = stop,
};
