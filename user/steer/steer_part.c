// SPDX-License-Identifier: BSD-2-Clause
#include "steer/steer_part.h"

#include <errno.h>
#include <netinet/in.h>

#include "base/log.h"
#include "base/scoped.h"
#include "attach/netns_link.h"
#include "attach/xdp_link.h"
#include "kernel/carry.h"
#include "kernel/config_map.h"
#include "kernel/journal.h"
#include "kernel/object.h"
#include "steer/listen_hook.h"
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
	int program;            /* fd, or -1 */
	struct pinned_link link;
	struct listen_hook_run hook;
	bool hooked;            /* listeners which start later are found by themselves */
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
	struct steer_table table = {};
	int err = steer->maps.steer_listeners < 0 ? 0 : steer_maps_read(&steer->maps, &table);

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

	*steer = (struct steer_run){
		.program = -1, .link = PINNED_LINK_NONE, .hook = LISTEN_HOOK_NONE,
	};
	maps_init(steer_maps_rows, &steer->maps);
	if (run->loaded)
		err = maps_open(steer_maps_rows, &steer->maps, run->pins);
	if (!err && request->remove)
		err = check_port(steer, request);
	if (!err && request->rules.count)
		err = netns_link_check(&steer_part_hook, run->pins->dir);
	if (err >= 0 && request->must_listen)
		err = steer_sockets_check(&request->rules.rule[0]);
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
	const struct steer_request *request = run->request;
	struct steer_run *steer = run->state;
	int err;

	steer->program = object_loaded(&object_names, run->pins);
	if (steer->program == -ENOENT)
		steer->program = load_program(run);
	if (steer->program < 0)
		return steer->program;
	err = listen_hook_open(&steer->hook, run, request->cgroup);
	if (err)
		return err;
	maps_close(steer_maps_rows, &steer->maps);
	return maps_open(steer_maps_rows, &steer->maps, run->pins);
}

/*
 * Whether an interface has the guard, or is to have it: then its link is new, as the guard comes
 * before. *returns: none had it before this command.
 */
static int is_guarded(const struct part_run *run, bool *guarded, bool *returns)
{
	struct ecdn_xdp_config config;
	unsigned int count;
	char **names;
	int err = config_map_read(run->pins, &config);

	err = err ?: xdp_link_names(run->pins->next, &names, &count);
	if (err)
		return err;
	pins_free_names(names, count);
	*guarded = !config.unguarded || count;
	*returns = config.unguarded && count;
	return 0;
}

/* Whether there are rules in the maps, or the request has some. */
static int has_rules(const struct part_run *run)
{
	const struct steer_request *request = run->request;
	const struct steer_run *steer = run->state;
	struct steer_table table = {};
	int err = request->rules.count ? 0 : steer_maps_read(&steer->maps, &table);

	return err ?: request->rules.count || table.count;
}

static int attach(struct part_run *run)
{
	const struct steer_request *request = run->request;
	struct steer_run *steer = run->state;
	bool guarded, returns;
	int err = is_guarded(run, &guarded, &returns), rules = 0;

	err = err ?: listen_hook_attach(&steer->hook, run, request->cgroup);
	if (!err && guarded)
		rules = returns ? has_rules(run) : request->rules.count > 0;
	if (err || rules < 0)
		return err ?: rules;
	if (rules)
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

/* Attaches the program of an earlier command, unless no interface has the guard. */
static int start(const struct part_run *run)
{
	struct ecdn_xdp_config config;
	int err = config_map_read(run->pins, &config);

	return err || config.unguarded ? err : netns_link_start(&steer_part_hook, run->pins->dir);
}

/* A listener that is missing must not keep the guard from being loaded. */
static int add(const struct part_run *run)
{
	const struct steer_request *request = run->request;
	const struct steer_run *steer = run->state;
	int err = run->opens ? 0 : start(run), untaken = 0;

	err = err ?: steer_sockets_put_all(&steer->maps, &request->rules, steer->hooked, &untaken);
	if (!err && untaken && !request->must_listen)
		log_warning("loaded all the same; `ecdn-xdp steer` shows which ports have no "
			    "listener, `ecdn-xdp steer refresh` looks for them again");
	if (request->untaken)
		*request->untaken = untaken;
	for (unsigned int i = 0; i < request->rules.count && !err; i++)
		warn_answers(&request->rules.rule[i]);
	return err ?: request->must_listen ? untaken : 0;
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

/* The table's rules but for those whose port and family is in done as well. */
static int rules_of(const struct steer_table *table, const struct steer_rules *done,
		    struct steer_rules *rules)
{
	int err = 0;

	for (unsigned int i = 0; i < table->count && !err; i++) {
		struct steer_rule rule;

		if (steer_rules_have(done, &table->entry[i].key))
			continue;
		steer_rule_from(&rule, &table->entry[i].key, &table->entry[i].value,
				table->entry[i].rule.user);
		err = steer_rules_add(rules, &rule);
	}
	return err ? log_error(err, "out of memory") : 0;
}

/* All but what this command has just put there. */
static int refresh(const struct part_run *run, const struct steer_rules *done, int *untaken)
{
	const struct steer_request *request = run->request;
	const struct steer_run *steer = run->state;
	struct steer_rules rules = {};
	struct steer_table table;
	int err = steer_maps_read(&steer->maps, &table);

	/* While it is attached nowhere, `load` on an interface moves it to that one's namespace. */
	if (!err && request->refresh && steer_maps_elsewhere(&table))
		err = log_error(-EBUSY, "steer has listeners of another network namespace; run "
				"this there, or use another --pin-dir");
	err = err ?: rules_of(&table, done, &rules);
	if (!err && rules.count)
		err = start(run);
	if (!err && rules.count)
		err = steer_sockets_put_all(&steer->maps, &rules, steer->hooked, untaken);
	steer_rules_free(&rules);
	return err;
}

/* Nobody is steered while no interface has the guard. */
static int stand_aside(const struct pins *pins)
{
	struct ecdn_xdp_config config;
	int err = config_map_read(pins, &config);

	return err || !config.unguarded ? err : pinned_link_stop(&steer_part_hook, pins->dir);
}

/* What an earlier version has put into the maps is neither marked, nor known to belong to whom
 * it may. From another network namespace it cannot be seen. */
static int look_again(const struct part_run *run, const struct steer_rules *done, int *untaken)
{
	bool attached, here;
	int err = netns_link_read(&steer_part_hook, run->pins->dir, &attached, &here);

	if (err || !here)
		return err;
	return refresh(run, done, untaken);
}

/* Programs count by it where a connection counts. */
static int set_hook(const struct part_run *run, __u32 hooked)
{
	struct ecdn_xdp_config config;
	int err = config_map_read(run->pins, &config);

	if (err || config.listen_hook == hooked)
		return err;
	config.listen_hook = hooked;
	return config_map_write(run->pins, &config);
}

/* Sockets cannot be noted: when the rules are as they were, their listeners are looked for, and
 * what else is in the rows goes. */
static void find_sockets_again(void *saved, bool undo)
{
	const struct part_run *run = *(struct part_run **)saved;
	const struct steer_run *steer = run->state;
	const struct steer_rules none = {};
	struct steer_table table;
	int err;

	if (!undo)
		return;
	err = steer_maps_read(&steer->maps, &table);
	err = err ?: steer_maps_sweep(&steer->maps, &table);
	if (err || look_again(run, &none, NULL))
		log_warning("listeners may be missing: `ecdn-xdp steer refresh` looks for them");
}

static int configure(struct part_run *run)
{
	const struct steer_request *request = run->request;
	struct steer_run *steer = run->state;
	const struct steer_rules none = {};
	int hooked = listen_hook_is_on(&steer->hook, run->pins->dir);
	int err = hooked < 0 ? hooked : 0, untaken = 0, ignored;

	steer->hooked = hooked > 0;
	if (!err && (wanted(request) || run->opens))
		err = journal_add(find_sockets_again, &run, sizeof(run));
	/* The hook may be gone, with its cgroup: then nobody counts, whatever else fails here. */
	if (!err && !hooked)
		err = set_hook(run, 0);
	if (!err && request->rules.count)
		err = add(run);
	if (!err && request->remove)
		err = remove_port(run);
	if (!err && request->refresh)
		err = refresh(run, &none, &untaken);
	else if (!err && run->opens && run->loaded)
		err = look_again(run, &request->rules, &ignored);
	err = err ?: set_hook(run, hooked);
	return err ?: untaken;
}

static int settle(struct part_run *run)
{
	return stand_aside(run->pins);
}

static int follow(const char *dir)
{
	struct pins pins;

	return pins_init(&pins, dir) ?: stand_aside(&pins);
}

static void end(struct part_run *run, int err)
{
	struct steer_run *steer = run->state;

	if (err)
		pinned_link_undo(&steer->link, &steer_part_hook, run->pins->dir);
	else
		pinned_link_close(&steer->link);
	listen_hook_end(&steer->hook, err, run->pins->dir);
	scoped_close(&steer->program);
	maps_close(steer_maps_rows, &steer->maps);
}

static int stop(const char *dir)
{
	int err = pinned_link_stop(&listen_hook, dir);
	int other = pinned_link_stop(&steer_part_hook, dir);

	return err ?: other;
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
	.settle = settle,
	.end = end,
	.follow = follow,
	.stop = stop,
};
