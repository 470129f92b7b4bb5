// SPDX-License-Identifier: BSD-2-Clause
#include "control/advice.h"

#include "base/log.h"
#include "kernel/config_map.h"

static int read_ports(const struct pins *pins, struct protected_ports *ports)
{
	struct ecdn_xdp_config config;
	struct guard_maps maps;
	int err = guard_maps_open(&maps, pins);

	err = err ?: config_map_read(pins, &config);
	err = err ?: ports_read(&maps, config.protect, ports);
	guard_maps_close(&maps);
	return err;
}

/* Only connections to protected ports are steered. */
static void warn_unprotected(const struct steer_rules *rules, const struct protected_ports *ports)
{
	char port[STEER_PORT_TEXT_SIZE];

	for (unsigned int i = 0; i < rules->count; i++) {
		const struct steer_rule *rule = &rules->rule[i];

		if (ports_cover(ports, rule->port, rule->protocol))
			continue;
		log_warning("port %s is not protected, so none of its connections is steered; "
			    "`ecdn-xdp load --protect` sets the protected ports",
			    steer_rule_format_port(rule->port, rule->protocol, port));
	}
}

void advice_log(const struct request *request, const struct pins *pins)
{
	struct protected_ports ports;

	if (request->steer.rules.count && !read_ports(pins, &ports))
		warn_unprotected(&request->steer.rules, &ports);
}
