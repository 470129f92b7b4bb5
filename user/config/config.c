// SPDX-License-Identifier: BSD-2-Clause
#include "config/config.h"

#include <errno.h>
#include <libgen.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "config/config_agent.h"
#include "config/config_cgroup.h"
#include "config/config_layers.h"
#include "config/config_limits.h"
#include "config/config_origin.h"
#include "config/config_ping.h"
#include "config/config_steer.h"
#include "config/interfaces.h"
#include "config/yaml.h"
#include "base/words.h"
#include "base/log.h"
#include "base/quantity.h"
#include "base/scoped.h"
#include "guard/ports.h"

static void take_interfaces(struct reader *reader, const yaml_node_t *value, void *to)
{
	struct guard_request *request = &((struct config *)to)->request.guard;
	struct interfaces_of of = { &request->ifaces, &request->iface_count };

	interfaces_take(reader, value, &of);
}

static void take_mode(struct reader *reader, const yaml_node_t *value, void *to)
{
	struct config *config = to;
	const char *text = yaml_text(value);

	if (!text || xdp_link_mode_parse(text, &config->request.guard.mode))
		yaml_bad(reader, value, "\"%s\" is not a mode; use native, skb or "
			 "auto", text ?: "this");
}

static void take_pin_dir(struct reader *reader, const yaml_node_t *value, void *to)
{
	yaml_take_word(reader, value, &((struct config *)to)->pin_dir);
}

static void take_max_regions(struct reader *reader, const yaml_node_t *value, void *to)
{
	uint64_t number = 0;

	if (!yaml_text(value) || quantity_parse_rate(yaml_text(value), &number) || number < 2 ||
	    number > ECDN_XDP_REGIONS_MAX)
		yaml_bad(reader, value, "must be a number from 2 to %d", ECDN_XDP_REGIONS_MAX);
	else
		((struct config *)to)->request.guard.max_regions = number;
}

/* Returns a path, relative to the directory of the configuration; NULL, logged, if there is
 * none. */
static char *keep_path(struct reader *reader, const yaml_node_t *value, const char *what)
{
	const char *text = yaml_text(value);
	scoped_free char *copy = strdup(reader->path), *joined = NULL;

	if (!text || !*text) {
		yaml_bad(reader, value, "must be the path of a %s file", what);
		return NULL;
	}
	if (*text != '/' && copy && asprintf(&joined, "%s/%s", dirname(copy), text) > 0)
		text = joined;
	return yaml_keep(reader, text);
}

static void take_region_file(struct reader *reader, const yaml_node_t *item, void *to)
{
	char *path = keep_path(reader, item, "region");

	if (path && region_store_add_source(to, path))
		reader->errors++;
}

static void take_regions(struct reader *reader, const yaml_node_t *value, void *to)
{
	yaml_each_item(reader, value, &((struct config *)to)->request.guard.sources,
		       take_region_file);
}

static void take_mmdb_field(struct reader *reader, const yaml_node_t *value, void *to)
{
	yaml_take_word(reader, value, &((struct config *)to)->request.guard.sources.mmdb_field);
}

static void take_keep_largest(struct reader *reader, const yaml_node_t *value, void *to)
{
	struct region_sources *sources = &((struct config *)to)->request.guard.sources;
	const char *text = yaml_text(value);
	uint64_t number;

	if (!text || quantity_parse_rate(text, &number) || !number || number > UINT32_MAX)
		yaml_bad(reader, value, "must be a number of regions");
	else
		sources->keep_largest = number;
}

/* A list, or what --keep takes. */
static void take_keep_name(struct reader *reader, const yaml_node_t *item, void *to)
{
	struct region_sources *sources = to;
	scoped_free char *joined = NULL;
	const char *text = yaml_text(item);

	if (!text || asprintf(&joined, "%s%s%s", sources->keep ?: "", sources->keep ? "," : "",
			      text) < 0)
		yaml_bad(reader, item, "must be the name of a region");
	else
		sources->keep = yaml_keep(reader, joined);
}

static void take_keep(struct reader *reader, const yaml_node_t *value, void *to)
{
	yaml_each_item(reader, value, &((struct config *)to)->request.guard.sources,
		       take_keep_name);
}

static void take_rest(struct reader *reader, const yaml_node_t *value, void *to)
{
	yaml_take_word(reader, value, &((struct config *)to)->request.guard.sources.rest);
}

static void take_port(struct reader *reader, const yaml_node_t *item, void *to)
{
	const char *text = yaml_text(item);

	if (!text || ports_parse(text, to))
		yaml_bad(reader, item, "\"%s\" is not PORT[-PORT][/tcp|/udp] or "
			 "all", text ?: "this");
}

static void take_protect(struct reader *reader, const yaml_node_t *value, void *to)
{
	struct guard_request *request = &((struct config *)to)->request.guard;

	request->has_ports = true;
	yaml_each_item(reader, value, &request->ports, take_port);
}

static void take_monitor(struct reader *reader, const yaml_node_t *value, void *to)
{
	const char *text = yaml_text(value);

	if (text && (!strcmp(text, "true") || !strcmp(text, "false")))
		((struct config *)to)->request.guard.monitor = !strcmp(text, "true");
	else
		yaml_bad(reader, value, "must be true or false");
}

static void take_proxy_group(struct reader *reader, const yaml_node_t *value, void *to)
{
	const char *text = yaml_text(value);

	if (!text || words_parse_group(text, &((struct config *)to)->request.guard.groups.proxy))
		yaml_bad(reader, value, "there is no group \"%s\"", text ?: "this");
}

static void take_stats_group(struct reader *reader, const yaml_node_t *value, void *to)
{
	const char *text = yaml_text(value);

	if (!text || words_parse_group(text, &((struct config *)to)->request.guard.groups.stats))
		yaml_bad(reader, value, "there is no group \"%s\"", text ?: "this");
}

static void take_shield_cgroup(struct reader *reader, const yaml_node_t *value, void *to)
{
	config_cgroup_take(reader, value, &((struct config *)to)->request.guard.shield_cgroup);
}

/* on, off, or on with settings. */
static void take_shield(struct reader *reader, const yaml_node_t *value, void *to)
{
	static const struct yaml_key keys[] = { { "cgroup", take_shield_cgroup }, { NULL, NULL } };
	struct guard_request *guard = &((struct config *)to)->request.guard;

	if (value->type == YAML_MAPPING_NODE) {
		guard->shield = 1;
		yaml_take_keys(reader, value, keys, to);
	} else if (!yaml_text(value) ||
		   guard_request_shield_parse(yaml_text(value), &guard->shield)) {
		yaml_bad(reader, value, "shield must be on, off, or a map with the key cgroup");
	}
}

static void take_limits(struct reader *reader, const yaml_node_t *value, void *to)
{
	config_limits_take(reader, value, &((struct config *)to)->request.guard.changes);
}

static void take_exempt(struct reader *reader, const yaml_node_t *value, void *to)
{
	config_layers_take_exempt(reader, value, &((struct config *)to)->request.guard.changes);
}

static void take_block(struct reader *reader, const yaml_node_t *value, void *to)
{
	config_layers_take_block(reader, value, &((struct config *)to)->request.guard.changes);
}

static void take_allowed(struct reader *reader, const yaml_node_t *item, void *to)
{
	const char *text = yaml_text(item);
	struct cidr cidr;
	int err = text ? cidr_parse(text, &cidr) : -EINVAL;

	if (err)
		yaml_bad(reader, item, "\"%s\" %s", text ?: "this", err == -ERANGE ?
		    "has bits set beyond its length" : "is not an address or CIDR");
	else if (trust_request_allow(to, &cidr))
		reader->errors++;
}

static void take_allow(struct reader *reader, const yaml_node_t *value, void *to)
{
	yaml_each_item(reader, value, &((struct config *)to)->request.trust, take_allowed);
}

/* Takes a ceiling of nodes or of allowed prefixes. */
static void take_ceiling(struct reader *reader, const yaml_node_t *value, void *to,
			 unsigned int what, uint64_t *rate)
{
	((struct config *)to)->request.guard.ceilings.what |= what;
	yaml_take_rate(reader, value, rate);
}

static void take_node_pps(struct reader *reader, const yaml_node_t *value, void *to)
{
	take_ceiling(reader, value, to, GUARD_CEILINGS_NODE_PPS,
		     &((struct config *)to)->request.guard.ceilings.node_pps);
}

static void take_node_cps(struct reader *reader, const yaml_node_t *value, void *to)
{
	take_ceiling(reader, value, to, GUARD_CEILINGS_NODE_CPS,
		     &((struct config *)to)->request.guard.ceilings.node_cps);
}

static void take_allow_pps(struct reader *reader, const yaml_node_t *value, void *to)
{
	take_ceiling(reader, value, to, GUARD_CEILINGS_ALLOW_PPS,
		     &((struct config *)to)->request.guard.ceilings.allow_pps);
}

static void take_allow_cps(struct reader *reader, const yaml_node_t *value, void *to)
{
	take_ceiling(reader, value, to, GUARD_CEILINGS_ALLOW_CPS,
		     &((struct config *)to)->request.guard.ceilings.allow_cps);
}

static void take_nodes(struct reader *reader, const yaml_node_t *value, void *to)
{
	char *path = keep_path(reader, value, "node");

	((struct config *)to)->nodes = path;
	if (path && trust_request_nodes(&((struct config *)to)->request.trust, path))
		reader->errors++;
}

static void take_steer(struct reader *reader, const yaml_node_t *value, void *to)
{
	config_steer_take(reader, value, &((struct config *)to)->request.steer.rules);
}

static void take_steer_user(struct reader *reader, const yaml_node_t *value, void *to)
{
	const char *text = yaml_text(value);

	if (!text || words_parse_user(text, &((struct config *)to)->request.steer.user))
		yaml_bad(reader, value, "there is no user \"%s\"", text ?: "");
}

static void take_steer_cgroup(struct reader *reader, const yaml_node_t *value, void *to)
{
	config_cgroup_take(reader, value, &((struct config *)to)->request.steer.cgroup);
}

static void take_ping(struct reader *reader, const yaml_node_t *value, void *to)
{
	struct config *config = to;
	struct config_ping ping = { &config->request.ping, &config->ping_follows };

	config_ping_take(reader, value, &ping);
}

static void take_origin(struct reader *reader, const yaml_node_t *value, void *to)
{
	config_origin_take(reader, value, &((struct config *)to)->request.origin);
}

static void take_agent(struct reader *reader, const yaml_node_t *value, void *to)
{
	config_agent_take(reader, value, &((struct config *)to)->agent);
}

static void take_document(struct reader *reader, const yaml_node_t *root, void *to)
{
	static const struct yaml_key keys[] = {
		{ "interfaces", take_interfaces }, { "mode", take_mode },
		{ "pin_dir", take_pin_dir }, { "max_regions", take_max_regions },
		{ "regions", take_regions }, { "mmdb_field", take_mmdb_field },
		{ "keep_largest", take_keep_largest }, { "keep", take_keep },
		{ "rest", take_rest },
		{ "protect", take_protect }, { "monitor", take_monitor },
		{ "limits", take_limits }, { "exempt", take_exempt },
		{ "block", take_block }, { "allow", take_allow },
		{ "proxy_group", take_proxy_group },
		{ "stats_group", take_stats_group }, { "steer", take_steer },
		{ "shield", take_shield },
		{ "steer_user", take_steer_user }, { "steer_cgroup", take_steer_cgroup },
		{ "node_pps", take_node_pps }, { "node_cps", take_node_cps },
		{ "allow_pps", take_allow_pps }, { "allow_cps", take_allow_cps },
		{ "nodes", take_nodes }, { "ping", take_ping },
		{ "origin", take_origin }, { "agent", take_agent }, { NULL, NULL },
	};

	yaml_take_keys(reader, root, keys, to);
}

void config_init(struct config *config)
{
	memset(config, 0, sizeof(*config));
	request_init(&config->request);
	agent_settings_init(&config->agent);
}

int config_read(struct config *config, const char *path)
{
	struct reader reader = { .path = path, .words = &config->words };
	FILE *file = fopen(path, "re");
	int err;

	config_init(config);
	if (!file)
		return log_error(-errno, "cannot open the configuration %s: %s", path,
				 strerror(errno));
	config->request.guard.changes.from_file = true;
	err = yaml_read(&reader, file, take_document, config);
	fclose(file);
	config->ifaces = config->request.guard.ifaces;
	config->ping_ifaces = config->request.ping.ifaces;
	for (unsigned int i = 0; i < config->request.steer.rules.count; i++)
		config->request.steer.rules.rule[i].user = config->request.steer.user;
	if (err)
		config_free(config);
	return err;
}

void config_free(struct config *config)
{
	yaml_forget(&config->words);
	free(config->ifaces);
	free(config->ping_ifaces);
	request_free(&config->request);
}
