// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/maps.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "base/log.h"
#include "kernel/owner.h"

#define MAP(name, added) { #name, offsetof(struct maps, name), added }

static const struct {
	const char *name;
	size_t offset;
	bool added;             /* to an ABI that was there: the next load makes it */
} members[] = {
	MAP(config, false),
	MAP(protected_ports, false),
	MAP(region_table, false),
	MAP(region_name, false),
	MAP(region_limits, false),
	MAP(region_state, false),
	MAP(region_stats, false),
	MAP(region_rate, false),
	MAP(prefixes, false),
	MAP(events, false),
	MAP(trusted_table, false),
	MAP(steer_listeners, false),
	MAP(steer_sockets, false),
	MAP(steer_stats, false),
	MAP(request_stats, false),
	MAP(ping_config, false),
	MAP(local_addresses, false),
	MAP(node_stats, false),
	MAP(node_buckets, false),
	MAP(ping_events, false),
	MAP(ping_interfaces, true),
};

#define MEMBERS (sizeof(members) / sizeof(*members))

static int *member(struct maps *maps, size_t i)
{
	return (int *)((char *)maps + members[i].offset);
}

void maps_init(struct maps *maps)
{
	for (size_t i = 0; i < MEMBERS; i++)
		*member(maps, i) = -1;
}

void maps_close(struct maps *maps)
{
	for (size_t i = 0; i < MEMBERS; i++)
		if (*member(maps, i) >= 0)
			close(*member(maps, i));
	maps_init(maps);
}

/* The ABI is the first word whatever the rest has become, so it is read alone. */
static int check_abi(const char *dir, int fd)
{
	struct bpf_map_info info = {};
	__u32 length = sizeof(info), slot = 0;
	union {
		__u32 abi;
		char room[4096];
	} value = {};

	if (bpf_obj_get_info_by_fd(fd, &info, &length) || info.value_size > sizeof(value) ||
	    bpf_map_lookup_elem(fd, &slot, &value))
		return log_error(-EPROTO, "%s/config is not a map of ecdn-xdp", dir);
	if (value.abi != ECDN_XDP_ABI)
		return log_error(-EPROTO, "the maps in %s are of ABI %u, this ecdn-xdp speaks ABI %u; "
				 "`ecdn-xdp unload --all` removes them and their counters",
				 dir, value.abi, ECDN_XDP_ABI);
	return 0;
}

static bool is_there(const char *dir, const char *name)
{
	char path[PINS_PATH_SIZE];

	return !access(pins_path(dir, name, path), F_OK);
}

static int open_all(struct maps *maps, const char *dir, int (*check)(const char *dir, int config))
{
	int err;

	maps_init(maps);
	for (size_t i = 0; i < MEMBERS; i++) {
		if (check && members[i].added && !is_there(dir, members[i].name))
			continue;
		err = *member(maps, i) = pins_get(dir, members[i].name);
		if (err >= 0 && !i && check)
			err = check(dir, maps->config);
		if (err < 0) {
			maps_close(maps);
			return err;
		}
	}
	return 0;
}

int maps_open(struct maps *maps, const char *dir)
{
	maps_init(maps);
	if (is_there(dir, "config"))
		return owner_check(dir) ?: open_all(maps, dir, check_abi);
	if (errno == EACCES)
		return log_error(-EACCES, "cannot look into %s: not permitted; run as root", dir);
	return log_error(-ENOENT, "nothing is loaded in %s; `ecdn-xdp load IFACE` loads the guard, "
			 "`ecdn-xdp load --ping IFACE` ping", dir);
}

int maps_open_new(struct maps *maps, const char *dir)
{
	return open_all(maps, dir, NULL);
}

int maps_get(int fd, const char *map, const void *key, void *value)
{
	if (bpf_map_lookup_elem(fd, key, value))
		return log_error(-errno, "cannot read map %s: %s", map, strerror(errno));
	return 0;
}

int maps_set(int fd, const char *map, const void *key, const void *value)
{
	if (bpf_map_update_elem(fd, key, value, BPF_ANY))
		return log_error(-errno, "cannot write map %s: %s", map, strerror(errno));
	return 0;
}

int maps_config(const struct maps *maps, struct ecdn_xdp_config *config)
{
	return maps_get(maps->config, "config", &(__u32){ 0 }, config);
}

int maps_set_config(const struct maps *maps, const struct ecdn_xdp_config *config)
{
	return maps_set(maps->config, "config", &(__u32){ 0 }, config);
}

int maps_limits(const struct maps *maps, uint32_t region, struct ecdn_xdp_limits *limits)
{
	return maps_get(maps->region_limits, "region_limits", &region, limits);
}

int maps_set_limits(const struct maps *maps, uint32_t region,
		    const struct ecdn_xdp_limits *limits)
{
	return maps_set(maps->region_limits, "region_limits", &region, limits);
}

int maps_names(const struct maps *maps, struct names **names)
{
	struct ecdn_xdp_config config;
	int err = maps_config(maps, &config);
	struct names *found;

	if (err)
		return err;
	found = names_new(config.max_regions);
	if (!found)
		return log_error(-ENOMEM, "out of memory");
	for (uint32_t id = 1; id < config.max_regions; id++) {
		struct ecdn_xdp_region_name name;

		err = maps_get(maps->region_name, "region_name", &id, &name);
		if (err || !name.name[0])
			break;
		name.name[sizeof(name.name) - 1] = 0;
		err = names_set(found, id, name.name);
		if (err)
			log_error(err, "map region_name holds %s twice", name.name);
	}
	if (err) {
		names_free(found);
		return err;
	}
	*names = found;
	return 0;
}

int maps_set_names(const struct maps *maps, const struct names *names, uint32_t first)
{
	int err = 0;

	for (uint32_t id = first; id < names_count(names) && !err; id++) {
		struct ecdn_xdp_region_name name = {};

		memcpy(name.name, names_of(names, id), strlen(names_of(names, id)));
		err = maps_set(maps->region_name, "region_name", &id, &name);
	}
	return err;
}
