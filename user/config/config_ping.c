// SPDX-License-Identifier: BSD-2-Clause
#include "config/config_ping.h"

#include <string.h>

#include "config/interfaces.h"

static struct ping_settings *settings_of(void *to)
{
	return &((struct config_ping *)to)->request->settings;
}

static void take_interfaces(struct reader *reader, const yaml_node_t *value, void *to)
{
	const struct config_ping *ping = to;
	struct interfaces_of of = { &ping->request->ifaces, &ping->request->iface_count };

	*ping->follows = false;
	interfaces_take(reader, value, &of);
}

static void take_mode(struct reader *reader, const yaml_node_t *value, void *to)
{
	const char *text = yaml_text(value);

	if (!text || ping_request_mode_parse(text, &settings_of(to)->mode))
		yaml_bad(reader, value, "\"%s\" is not a mode; use answer or "
			 "pass", text ?: "this");
}

static void take_only_nodes(struct reader *reader, const yaml_node_t *value, void *to)
{
	const char *text = yaml_text(value);

	if (text && (!strcmp(text, "true") || !strcmp(text, "false")))
		settings_of(to)->only_nodes = !strcmp(text, "true");
	else
		yaml_bad(reader, value, "must be true or false");
}

static void check(struct reader *reader, const yaml_node_t *value, void *to)
{
	const char *wrong = ping_request_wrong(settings_of(to));

	if (wrong)
		yaml_bad(reader, value, "%s", wrong);
}

static void take_rate(struct reader *reader, const yaml_node_t *value, void *to)
{
	yaml_take_rate(reader, value, &settings_of(to)->rate);
	settings_of(to)->has_rate = true;
	check(reader, value, to);
}

static void take_burst(struct reader *reader, const yaml_node_t *value, void *to)
{
	unsigned int errors = reader->errors;

	yaml_take_rate(reader, value, &settings_of(to)->burst);
	settings_of(to)->has_burst = errors == reader->errors;
	check(reader, value, to);
}

static void take_tc(struct reader *reader, const yaml_node_t *value, void *to)
{
	const char *text = yaml_text(value);

	if (!text || tc_link_kind_parse(text, &((struct config_ping *)to)->request->kind))
		yaml_bad(reader, value, "\"%s\" must be tcx, clsact or auto", text ?: "this");
}

void config_ping_take(struct reader *reader, const yaml_node_t *value, void *to)
{
	static const struct yaml_key keys[] = {
		{ "interfaces", take_interfaces }, { "mode", take_mode },
		{ "only_nodes", take_only_nodes }, { "rate", take_rate },
		{ "burst", take_burst }, { "tc", take_tc }, { NULL, NULL },
	};

	*((const struct config_ping *)to)->follows = true;
	yaml_take_keys(reader, value, keys, to);
}
