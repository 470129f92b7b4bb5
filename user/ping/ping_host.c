// SPDX-License-Identifier: BSD-2-Clause
#include "ping/ping_host.h"

#include <errno.h>

#include "attach/tc_link.h"
#include "attach/tc_note.h"
#include "ping/ping_hook.h"
#include "ping/ping_hop_limits.h"

/* Whether an interface of this network namespace has ping: 1, 0 or a negative errno. */
static int is_here(const char *dir)
{
	unsigned int count;
	bool here = false;
	char **names;
	int err = tc_note_pin_names(&ping_hook, dir, &names, &count);

	for (unsigned int i = 0; i < count && !err && !here; i++) {
		struct tc_link link;

		err = tc_link_read(&link, &ping_hook, dir, names[i]);
		if (err == -ENOENT) {
			err = 0;
			continue;
		}
		here = !err && link.state == TC_HERE;
		tc_link_close(&link);
	}
	pins_free_names(names, count);
	return err ?: here;
}

static int open_maps(const char *dir, struct ping_maps *maps)
{
	struct pins pins;
	int err = pins_init(&pins, dir);

	maps_init(ping_maps_rows, maps);
	return err ?: maps_open(ping_maps_rows, maps, &pins);
}

static int read_config(const struct ping_maps *maps, struct ecdn_xdp_ping_config *config)
{
	return maps_get(maps->ping_config, "ping_config", &(__u32){ 0 }, config);
}

static int has_addresses(const struct ping_maps *maps)
{
	struct ping_addresses addresses;
	int err = ping_addresses_read(&addresses);

	err = err ?: ping_addresses_are_in(&addresses, maps);
	ping_addresses_free(&addresses);
	return err;
}

static int has_hop_limits(const struct ping_maps *maps)
{
	struct ecdn_xdp_ping_config config;
	int err = read_config(maps, &config);

	if (err)
		return err;
	return config.ttl == ping_hop_limits_ipv4() && config.hop_limit == ping_hop_limits_ipv6() ?
	       ping_hop_limits_are_in(maps) : 0;
}

int ping_host_is_known(const char *dir, unsigned int of)
{
	struct ping_maps maps;
	int known = is_here(dir);

	if (known <= 0)
		return known ?: 1;
	known = open_maps(dir, &maps) ?: 1;
	if (known > 0 && of & PING_HOST_ADDRESSES)
		known = has_addresses(&maps);
	if (known > 0 && of & PING_HOST_HOP_LIMITS)
		known = has_hop_limits(&maps);
	maps_close(ping_maps_rows, &maps);
	return known;
}

int ping_host_write(const struct ping_addresses *addresses, const struct ping_maps *maps,
		    struct ecdn_xdp_ping_config *config)
{
	int err;

	config->ttl = ping_hop_limits_ipv4();
	config->hop_limit = ping_hop_limits_ipv6();
	err = ping_hop_limits_write(maps);
	return err ?: ping_addresses_write(addresses, maps);
}

int ping_host_follow(const char *dir)
{
	struct ping_addresses addresses = {};
	struct ecdn_xdp_ping_config config;
	struct ping_maps maps;
	int err = is_here(dir);

	if (err <= 0)
		return err;
	err = open_maps(dir, &maps);
	err = err ?: read_config(&maps, &config);
	err = err ?: ping_addresses_read(&addresses);
	err = err ?: ping_host_write(&addresses, &maps, &config);
	err = err ?: maps_set(maps.ping_config, "ping_config", &(__u32){ 0 }, &config);
	ping_addresses_free(&addresses);
	maps_close(ping_maps_rows, &maps);
	return err;
}
