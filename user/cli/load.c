// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/cli_change.h"
#include "cli/cli_origin.h"
#include "cli/cli_tell.h"
#include "config/config.h"
#include "control/bring_up.h"
#include "guard/ports.h"
#include "base/words.h"
#include "base/log.h"

enum given {
	GIVEN_MODE = 1 << 0,
	GIVEN_PROTECT = 1 << 1,
	GIVEN_MAX_REGIONS = 1 << 2,
	GIVEN_PING_RATE = 1 << 3,
	GIVEN_PING_BURST = 1 << 4,
	GIVEN_NODE_PPS = 1 << 5,
	GIVEN_NODE_CPS = 1 << 6,
	GIVEN_ALLOW_PPS = 1 << 7,
	GIVEN_ALLOW_CPS = 1 << 8,
};

struct load_words {
	const char *mode, *protect, *config, *mmdb_field, *proxy_group, *stats_group, *nodes;
	const char *shield, *shield_cgroup;
	const char *ping, *tc;  /* ping: "" if no mode is given */
	uint64_t ping_rate, ping_burst;
	struct guard_ceilings ceilings;
	struct option_list regions;
	struct cli_change change;
	struct cli_origin origin;
	unsigned int max_regions;
	bool monitor, enforce, guard, ping_only_nodes, ping_everybody;
};

/* Those of the command line replace those of the configuration. */
static void read_ceilings(const struct load_words *words, unsigned int given,
			  struct guard_ceilings *ceilings)
{
	if (given & GIVEN_NODE_PPS)
		ceilings->node_pps = words->ceilings.node_pps;
	if (given & GIVEN_NODE_CPS)
		ceilings->node_cps = words->ceilings.node_cps;
	if (given & GIVEN_ALLOW_PPS)
		ceilings->allow_pps = words->ceilings.allow_pps;
	if (given & GIVEN_ALLOW_CPS)
		ceilings->allow_cps = words->ceilings.allow_cps;
	ceilings->what |= (given & GIVEN_NODE_PPS ? GUARD_CEILINGS_NODE_PPS : 0) |
			  (given & GIVEN_NODE_CPS ? GUARD_CEILINGS_NODE_CPS : 0) |
			  (given & GIVEN_ALLOW_PPS ? GUARD_CEILINGS_ALLOW_PPS : 0) |
			  (given & GIVEN_ALLOW_CPS ? GUARD_CEILINGS_ALLOW_CPS : 0);
}

static int read_words(const struct load_words *words, unsigned int given,
		      struct guard_request *request)
{
	if (given & GIVEN_MODE && xdp_link_mode_parse(words->mode, &request->mode))
		return log_error(CLI_USAGE, "-m %s: not a mode; use native, skb or auto",
				 words->mode);
	if (given & GIVEN_PROTECT) {
		memset(&request->ports, 0, sizeof(request->ports));
		request->has_ports = true;
		if (ports_parse(words->protect, &request->ports))
			return log_error(CLI_USAGE, "--protect %s: must be PORT[-PORT][/tcp|/udp], "
					 "several joined by commas, or all", words->protect);
	}
	if (given & GIVEN_MAX_REGIONS) {
		if (words->max_regions < 2 || words->max_regions > ECDN_XDP_REGIONS_MAX)
			return log_error(CLI_USAGE, "--max-regions %u: must be from 2 to %d",
					 words->max_regions, ECDN_XDP_REGIONS_MAX);
		request->max_regions = words->max_regions;
	}
	if (words->proxy_group && words_parse_group(words->proxy_group, &request->groups.proxy))
		return log_error(CLI_USAGE, "--proxy-group %s: there is no such group",
				 words->proxy_group);
	if (words->stats_group && words_parse_group(words->stats_group, &request->groups.stats))
		return log_error(CLI_USAGE, "--stats-group %s: there is no such group",
				 words->stats_group);
	if (words->shield && guard_request_shield_parse(words->shield, &request->shield))
		return log_error(CLI_USAGE, "--shield %s: must be on or off", words->shield);
	request->shield_cgroup = words->shield_cgroup ?: request->shield_cgroup;
	if (words->monitor && words->enforce)
		return log_error(CLI_USAGE, "--monitor and --enforce exclude each other");
	if (words->monitor || words->enforce)
		request->monitor = words->monitor;
	read_ceilings(words, given, &request->ceilings);
	return 0;
}

static bool asks_of_ping(const struct load_words *words, unsigned int given)
{
	return given & (GIVEN_PING_RATE | GIVEN_PING_BURST) || words->ping_only_nodes ||
	       words->ping_everybody || words->tc;
}

static int read_ping(const struct load_words *words, unsigned int given,
		     struct ping_request *request)
{
	struct ping_settings *settings = &request->settings;

	if (!words->ping && !words->config && asks_of_ping(words, given))
		return log_error(CLI_USAGE, "--ping-only-nodes, --ping-rate, --ping-burst and --tc "
				 "set ping up: name --ping, too");
	if (words->ping && *words->ping && ping_request_mode_parse(words->ping, &settings->mode))
		return log_error(CLI_USAGE, "--ping=%s: not a mode; use answer or pass",
				 words->ping);
	if (words->tc && tc_link_kind_parse(words->tc, &request->kind))
		return log_error(CLI_USAGE, "--tc %s: must be tcx, clsact or auto", words->tc);
	if (words->ping_only_nodes && words->ping_everybody)
		return log_error(CLI_USAGE, "--ping-only-nodes and --no-ping-only-nodes exclude "
				 "each other");
	if (words->ping_only_nodes || words->ping_everybody)
		settings->only_nodes = words->ping_only_nodes;
	if (given & GIVEN_PING_RATE) {
		settings->has_rate = true;
		settings->rate = words->ping_rate;
	}
	if (given & GIVEN_PING_BURST) {
		settings->has_burst = true;
		settings->burst = words->ping_burst;
	}
	return ping_request_wrong(settings) ?
	       log_error(CLI_USAGE, "%s", ping_request_wrong(settings)) : 0;
}

/* A mode that is meant for --ping, whose value follows a '='. */
static int check_words(const struct load_words *words, char **ifaces, int count)
{
	int mode;

	for (int i = 0; i < count; i++)
		if (words->ping && !*words->ping && !if_nametoindex(ifaces[i]) &&
		    !ping_request_mode_parse(ifaces[i], &mode))
			return log_error(CLI_USAGE, "%s is no interface of this host; write "
					 "--ping=%s for that mode of ping", ifaces[i], ifaces[i]);
	return cli_origin_check_words(&words->origin, ifaces, count);
}

/* The interfaces are for the parts that are named, or for the guard if none is. */
static void read_interfaces(const struct load_words *words, char **ifaces, int count,
			    struct request *request, bool *ping_follows)
{
	bool guard = words->guard || !words->ping;

	if (count && guard) {
		request->guard.ifaces = ifaces;
		request->guard.iface_count = count;
	}
	if (count && words->ping) {
		request->ping.ifaces = ifaces;
		request->ping.iface_count = count;
		*ping_follows = false;
	}
	if (*ping_follows || (words->ping && !request->ping.iface_count)) {
		request->ping.ifaces = request->guard.ifaces;
		request->ping.iface_count = request->guard.iface_count;
	}
}

/* Files that the command line names replace those of the configuration. */
static int read_files(const struct load_words *words, struct request *request)
{
	struct region_sources *sources = &request->guard.sources;
	int err = 0;

	if (words->regions.count)
		sources->count = 0;
	for (unsigned int i = 0; i < words->regions.count && !err; i++)
		err = region_store_add_source(sources, words->regions.value[i]) ? CLI_USAGE : 0;
	if (words->mmdb_field)
		sources->mmdb_field = words->mmdb_field;
	if (!err && words->nodes)
		err = trust_request_nodes(&request->trust, words->nodes);
	return err;
}

/* Connections to origins are observed without an interface. */
static bool is_origin_alone(const struct request *request)
{
	return origin_request_loads(&request->origin) && !guard_request_wanted(&request->guard) &&
	       !ping_request_wanted(&request->ping);
}

/* A load without an interface can else only change what is loaded already. */
static int check_interfaces(const struct verb *verb, const struct load_words *words,
			    const struct request *request, const char *pin_dir)
{
	struct pins pins;
	int err = pins_init(&pins, pin_dir);

	if (err || request->guard.iface_count || request->ping.iface_count)
		return err;
	if (!pins_has(pins.dir, "config") && !is_origin_alone(request))
		return cli_usage(verb, "nothing is loaded yet: name an interface");
	if (words->ping && !ping_part_is_attached(pins.dir))
		return cli_usage(verb, "ping is on no interface yet: name one");
	return 0;
}

static void tell(const struct cli *cli, const struct request *request)
{
	for (unsigned int i = 0; i < request->guard.iface_count; i++)
		cli_tell(cli, "%s: has the guard", request->guard.ifaces[i]);
	for (unsigned int i = 0; i < request->ping.iface_count; i++)
		cli_tell(cli, "%s: has ping", request->ping.ifaces[i]);
	cli_origin_tell(cli, &request->origin);
	if (!request->guard.iface_count && !request->ping.iface_count && !request->origin.depth)
		cli_tell(cli, "loaded again on all interfaces that were");
}

static int load(const struct verb *verb, const struct cli *cli, const struct load_words *words,
		char **ifaces, int count)
{
	struct config config = {};
	struct request *request = &config.request;
	struct region_change change = {};
	const char *pin_dir;
	int err, untaken = 0;

	config_init(&config);
	err = words->config ? config_read(&config, words->config) : 0;
	if (err)
		return err;
	pin_dir = cli->given_pin_dir ?: config.pin_dir ?: cli->pin_dir;
	err = read_words(words, cli->given, &request->guard);
	err = err ?: read_ping(words, cli->given, &request->ping);
	err = err ?: cli_origin_take(&words->origin, words->config, &request->origin);
	err = err ?: check_words(words, ifaces, count);
	err = err ?: read_files(words, request);
	err = err ?: cli_change_take(&words->change, cli, &request->guard);
	request->guard.change = &change;
	request->steer.untaken = &untaken;
	read_interfaces(words, ifaces, count, request, &config.ping_follows);
	err = err ?: check_interfaces(verb, words, request, pin_dir);
	err = err ?: bring_up(pin_dir, request);
	if (!err) {
		tell(cli, request);
		cli_change_print(cli, &change, false);
	}
	config_free(&config);
	/* All is loaded but a listener, as an error has told. That is no failure: else a user who
	 * waits at its port could have the unit fail at boot. */
	return err ?: untaken ? CLI_NO : 0;
}

#define GROUP_ROWS(words) \
	{ "proxy-group", 0, OPTION_TEXT, &(words).proxy_group, "GROUP", \
	  "the group whose processes alone may ask for verdicts, and count their requests", \
	  0 }, \
	{ "stats-group", 0, OPTION_TEXT, &(words).stats_group, "GROUP", \
	  "the group that may run stats, prefix, events and status without root", 0 }

#define CEILING_ROWS(words) \
	{ "node-pps", 0, OPTION_RATE, &(words).ceilings.node_pps, "N", \
	  "packets/s of each node that nothing limits; 0: all (100k)", GIVEN_NODE_PPS }, \
	{ "node-cps", 0, OPTION_RATE, &(words).ceilings.node_cps, "N", \
	  "the same of new connections/s (2k)", GIVEN_NODE_CPS }, \
	{ "allow-pps", 0, OPTION_RATE, &(words).ceilings.allow_pps, "N", \
	  "packets/s of each allowed prefix that nothing limits (100k)", GIVEN_ALLOW_PPS }, \
	{ "allow-cps", 0, OPTION_RATE, &(words).ceilings.allow_cps, "N", \
	  "the same of new connections/s (2k)", GIVEN_ALLOW_CPS }

static int run(const struct verb *verb, int argc, char **argv)
{
	struct load_words words = {};
	const struct option_row rows[] = {
		{ "mode", 'm', OPTION_TEXT, &words.mode, "MODE",
		  "XDP mode: native, skb, or auto, which tries both (auto)", GIVEN_MODE },
		{ "regions", 'r', OPTION_LIST, &words.regions, "FILE",
		  "range CSV, CIDR lines or MMDB; later files override earlier ones", 0 },
		{ "mmdb-field", 0, OPTION_TEXT, &words.mmdb_field, "PATH",
		  "the field of an MMDB that names the region (country.iso_code)", 0 },
		CLI_CHANGE_ROWS(words.change),
		{ "max-regions", 0, OPTION_COUNT, &words.max_regions, "N",
		  "how many regions the maps have room for (4096)", GIVEN_MAX_REGIONS },
		{ "protect", 'p', OPTION_TEXT, &words.protect, "PORTS",
		  "ports whose packets may be dropped: PORT[-PORT][/tcp|/udp],... or all (80,443)",
		  GIVEN_PROTECT },
		GROUP_ROWS(words),
		{ "monitor", 0, OPTION_FLAG, &words.monitor, NULL,
		  "count the packets that would be dropped, and drop none", 0 },
		{ "enforce", 0, OPTION_FLAG, &words.enforce, NULL,
		  "end monitor mode: drop packets", 0 },
		{ "shield", 0, OPTION_TEXT, &words.shield, "on|off",
		  "on: what can be forged limits no region; off: what arrives does (on)", 0 },
		{ "shield-cgroup", 0, OPTION_TEXT, &words.shield_cgroup, "PATH",
		  "the cgroup whose sockets prove connections (the root of cgroup v2)", 0 },
		CEILING_ROWS(words),
		{ "guard", 0, OPTION_FLAG, &words.guard, NULL,
		  "with --ping: attach the guard as well, to the same interfaces", 0 },
		{ "ping", 0, OPTION_OPTIONAL_TEXT, &words.ping, "MODE",
		  "attach ping, not the guard; answer pings of nodes, or pass them on with a mark "
		  "(answer, or as it was)", 0 },
		{ "nodes", 0, OPTION_TEXT, &words.nodes, "FILE",
		  "replace the nodes by those of this file, as `node load` does", 0 },
		{ "ping-only-nodes", 0, OPTION_FLAG, &words.ping_only_nodes, NULL,
		  "drop pings from hosts that are not nodes", 0 },
		{ "no-ping-only-nodes", 0, OPTION_FLAG, &words.ping_everybody, NULL,
		  "leave pings from hosts that are not nodes to the host's policy", 0 },
		{ "ping-rate", 0, OPTION_RATE, &words.ping_rate, "N",
		  "how many pings of a node are answered per second; 0: all (100)",
		  GIVEN_PING_RATE },
		{ "ping-burst", 0, OPTION_RATE, &words.ping_burst, "N",
		  "how many pings of a node may come at once (200)", GIVEN_PING_BURST },
		{ "tc", 0, OPTION_TEXT, &words.tc, "HOW",
		  "how ping is attached: tcx, clsact, or auto, which is clsact before "
		  "Linux 6.6 (auto)", 0 },
		CLI_ORIGIN_ROWS(words.origin),
		{ "config", 'c', OPTION_TEXT, &words.config, "FILE",
		  "a YAML file that sets all of this, and limits", 0 },
	};
	struct cli cli = {};
	int count = cli_read(&cli, verb, argc, argv, false, rows, sizeof(rows) / sizeof(*rows));

	return count < 0 ? count : load(verb, &cli, &words, argv, count);
}

const struct verb load_verbs[] = {
	{ "load", run,
	  "[-m MODE] [--regions FILE]... [--protect PORTS] [--monitor|--enforce] [--guard] "
	  "[--ping[=answer|pass]] [--nodes FILE] [--origin[=sockets]|--no-origin] "
	  "[--config FILE] [IFACE...]",
	  "Attach the guard or ping to interfaces, observe origins, or upgrade what is loaded",
	  { "load --regions regions.csv --monitor eth0", "load --ping --nodes nodes.txt eth0" } },
	{},
};
