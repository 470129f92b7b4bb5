// SPDX-License-Identifier: BSD-2-Clause
#include "steer/steer_part.h"

#include <errno.h>
#include <netinet/in.h>

#include "base/log.h"
#include "base/scoped.h"
#include "attach/netns_link.h"
#include "kernel/carry.h"
#include "kernel/object.h"
#include "steer/steer_carry.h"
#include "steer/steer_maps.h"
#include "steer/steer_sockets.h"
#include "steer.skel.h"

#define PROGRAM_PIN "prog/steer"

const struct pinned_link_hook steer_part_hook = {
	.program = "steer",
	.target = "this network namespace",
	.pin = "steer",
	.program_pin = PROGRAM_PIN,
	.type = BPF_SK_LOOKUP,
};

static const struct object_names object_names = { "steer", PROGRAM_PIN };

/* Steer in a command that is under way. */
struct steer_run {
	struct steer_maps maps;
	struct steer_taken taken; /* the sockets of the one rule of a request that has
				     must_listen */
	int program;            /* fd, or -1 */
	struct pinned_link link;
};

static bool wanted(const void *request)
{
	const struct steer_request *steer = request;

	return steer->rules.count || steer->refresh || steer->remove;
}

static int check_port(const struct steer_run *steer, const struct steer_request *request)
{
	struct ecdn_xdp_steer_key v4 = { request->port, request->protocol, 4 };
	struct ecdn_xdp_steer_key v6 = { request->port, request->protocol, 6 };
	char text[STEER_PORT_TEXT_SIZE];
	struct steer_table table;
	int err = steer_maps_read(&steer->maps, &table);

	if (err || steer_maps_find(&table, &v4) || steer_maps_find(&table, &v6))
		return err;
	return log_error(-ENOENT, "port %s has no listener; `ecdn-xdp steer` lists the ports "
			 "that have one",
			 steer_rule_format_port(request->port, request->protocol, text));
}

static int prepare(struct part_run *run)
{
	const struct steer_request *request = run->request;
	struct steer_run *steer = run->state;
	int err = 0;

	*steer = (struct steer_run){ .program = -1, .link = PINNED_LINK_NONE };
	maps_init(steer_maps_rows, &steer->maps);
	if (run->loaded)
		err = maps_open(steer_maps_rows, &steer->maps, run->pins);
	if (!err && request->remove)
		err = check_port(steer, request);
	if (!err && request->rules.count)
		err = netns_link_check(&steer_part_hook, run->pins->dir);
	if (err >= 0 && request->must_listen)
		err = steer_sockets_take(&request->rules.rule[0], &steer->taken);
	return err < 0 ? err : 0;
}

static int load_program(const struct part_run *run)
{
	struct steer_bpf *skeleton = steer_bpf__open();
	int err;

	if (!skeleton)
		return object_load_error(object_names.label, -errno);
	err = carry_share(skeleton->obj, run->pins, steer_carry_shared);
	err = err ?: object_share(skeleton->obj, run->pins);
	err = err ?: object_load(skeleton->skeleton, &object_names, run->pins);
	steer_bpf__destroy(skeleton);
	return err;
}

static int open_program(struct part_run *run)
{
	struct steer_run *steer = run->state;

	steer->program = object_loaded(&object_names, run->pins);
	if (steer->program == -ENOENT)
		steer->program = load_program(run);
	if (steer->program < 0)
		return steer->program;
	maps_close(steer_maps_rows, &steer->maps);
	return maps_open(steer_maps_rows, &steer->maps, run->pins);
}

static int attach(struct part_run *run)
{
	const struct steer_request *request = run->request;
	struct steer_run *steer = run->state;
	int err;

	if (request->rules.count)
		return netns_link_attach(&steer->link, &steer_part_hook, run->pins,
					 steer->program);
	err = pinned_link_replace(&steer->link, &steer_part_hook, run->pins->dir, steer->program);
	return err == -ENOENT ? 0 : err;
}

/* A TCP connection answers from the port that the client asked, a datagram from the port of
 * the socket that sends it. */
static void warn_answers(const struct steer_rule *rule)
{
	if (rule->protocol == IPPROTO_UDP && rule->port != rule->listener_port)
		log_warning("port %u/udp: the listener answers from its own port %u, and clients "
			    "of port %u do not accept that; have it wait on port %u of 127.0.0.1 "
			    "or [::1], and answer from the address that was asked", rule->port,
			    rule->listener_port, rule->port, rule->port);
}

static int add_one(const struct part_run *run)
{
	const struct steer_request *request = run->request;
	const struct steer_run *steer = run->state;
	int err = run->opens ? 0 : netns_link_start(&steer_part_hook, run->pins->dir);

	return err ?: steer_sockets_put(&steer->maps, &request->rules.rule[0], &steer->taken);
}

/* A listener that is missing must not keep the guard from being loaded. */
static int add_all(const struct part_run *run)
{
	const struct steer_request *request = run->request;
	const struct steer_run *steer = run->state;
	int untaken, err = steer_sockets_put_all(&steer->maps, &request->rules, &untaken);

	if (!err && untaken)
		log_warning("loaded all the same; `ecdn-xdp steer` shows which ports have no "
			    "listener, `ecdn-xdp steer refresh` looks for them again");
	return err;
}

static int add(const struct part_run *run)
{
	const struct steer_request *request = run->request;
	int err = request->must_listen ? add_one(run) : add_all(run);

	for (unsigned int i = 0; i < request->rules.count && !err; i++)
		warn_answers(&request->rules.rule[i]);
	return err;
}

static int remove_port(const struct part_run *run)
{
	const struct steer_request *request = run->request;
	const struct steer_run *steer = run->state;
	struct ecdn_xdp_steer_key key = { request->port, request->protocol, 4 };
	int err = steer_maps_remove(&steer->maps, &key);

	key.family = 6;
	return err ?: steer_maps_remove(&steer->maps, &key);
}

static int rules_of(const struct steer_table *table, struct steer_rules *rules)
{
	int err = 0;

	for (unsigned int i = 0; i < table->count && !err; i++) {
		struct steer_rule rule;

		steer_rule_from(&rule, &table->entry[i].key, &table->entry[i].value);
		err = steer_rules_add(rules, &rule);
	}
	return err ? log_error(err, "out of memory") : 0;
}

static int refresh(const struct part_run *run)
{
	const struct steer_run *steer = run->state;
	struct steer_rules rules = {};
	struct steer_table table;
	int err = steer_maps_read(&steer->maps, &table), untaken = 0;

	err = err ?: rules_of(&table, &rules);
	if (!err && rules.count)
		err = netns_link_start(&steer_part_hook, run->pins->dir);
	if (!err && rules.count)
		err = steer_sockets_put_all(&steer->maps, &rules, &untaken);
	steer_rules_free(&rules);
	return err ?: untaken;
}

static int configure(struct part_run *run)
{
	const struct steer_request *request = run->request;
	int err = request->rules.count ? add(run) : 0;

	if (!err && request->remove)
		err = remove_port(run);
	if (!err && request->refresh)
		err = refresh(run);
	return err;
}

static void end(struct part_run *run, int err)
{
	struct steer_run *steer = run->state;

	if (err)
		pinned_link_undo(&steer->link, &steer_part_hook, run->pins->dir);
	else
		pinned_link_close(&steer->link);
	steer_sockets_release(&steer->taken);
	scoped_close(&steer->program);
	maps_close(steer_maps_rows, &steer->maps);
}

static int stop(const char *dir)
{
	return pinned_link_stop(&steer_part_hook, dir);
}

static int relink(const struct pins *pins)
{
	return steer_carry_relink(&steer_part_hook, pins);
}

static int adopt(const struct pins *pins)
{
	return steer_carry_adopt(&steer_part_hook, pins);
}

static const struct part_carry carry = {
	.relink = relink,
	.adopt = adopt,
};

const struct part steer_part = {
	.name = "steer",
	.label = "steer",
	.load = "ecdn-xdp steer add PORT LISTENER",
	.by_change = true,
	.bit = ECDN_XDP_PART_STEER,
	.maps = steer_maps_rows,
	.state_size = sizeof(struct steer_run),
	.carry = &carry,
	.wanted = wanted,
	.prepare = prepare,
	.open = open_program,
	.attach = attach,
	.configure = configure,
	.end = end,
	.stop = stop,
};
