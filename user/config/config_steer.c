// SPDX-License-Identifier: BSD-2-Clause
#include "config/config_steer.h"

#include <errno.h>
#include <sys/socket.h>

#include "steer/steer_rule.h"

struct steering_of {
	struct steer_rules *rules;
	struct steer_rule rule; /* has the port; each listener is filled in */
};

static void take_listener(struct reader *reader, const yaml_node_t *item, void *to)
{
	struct steering_of *of = to;
	const char *text = yaml_text(item);
	int err;

	if (!text || steer_rule_parse_listener(text, &of->rule)) {
		yaml_bad(reader, item, "\"%s\" is not a listener; write it as \"127.0.0.1:513\" "
			 "or \"[::1]:513\"", text ?: "this");
		return;
	}
	if (steer_rule_is_own(&of->rule)) {
		yaml_bad(reader, item, "port %u cannot be steered to itself", of->rule.port);
		return;
	}
	err = steer_rules_add(of->rules, &of->rule);
	if (err == -EEXIST)
		yaml_bad(reader, item, "port %u has two %s listeners", of->rule.port,
			 of->rule.listener.family == AF_INET ? "IPv4" : "IPv6");
	else if (err)
		yaml_bad(reader, item, err == -ENOSPC ? "more than %d listeners" : "out of memory",
			 ECDN_XDP_STEER_MAX);
}

static void take_steered(struct reader *reader, const yaml_node_t *key,
			 const yaml_node_t *value, void *to)
{
	struct steering_of of = { .rules = to };

	if (steer_rule_parse_port(yaml_text(key), &of.rule))
		yaml_bad(reader, key, "\"%s\" is not a port; write it as 443 or 443/udp",
			 yaml_text(key));
	else
		yaml_each_item(reader, value, &of, take_listener);
}

void config_steer_take(struct reader *reader, const yaml_node_t *value, void *to)
{
	yaml_each_pair(reader, value, to, take_steered);
}
