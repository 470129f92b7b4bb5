// SPDX-License-Identifier: BSD-2-Clause
#include "plane/maps.h"

#include <errno.h>
#include <stddef.h>
#include <sys/socket.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "core/log.h"

static const struct {
	const char *name;
	size_t offset;
} members[] = {
	{ "config", offsetof(struct maps, config) },
	{ "protected_ports", offsetof(struct maps, protected_ports) },
	{ "allow", offsetof(struct maps, allow) },
	{ "region_table", offsetof(struct maps, region_table) },
	{ "region_name", offsetof(struct maps, region_name) },
	{ "region_limits", offsetof(struct maps, region_limits) },
	{ "region_state", offsetof(struct maps, region_state) },
	{ "region_stats", offsetof(struct maps, region_stats) },
	{ "region_rate", offsetof(struct maps, region_rate) },
	{ "prefixes", offsetof(struct maps, prefixes) },
	{ "events", offsetof(struct maps, events) },
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

int maps_open(struct maps *maps, const char *dir)
{
	char path[PINS_PATH_SIZE];
	int err;

	maps_init(maps);
	if (access(pins_path(dir, "config", path), F_OK)) {
		if (errno == EACCES)
			return log_error(-EACCES, "cannot look into %s: not permitted; run as root",
					 dir);
		return log_error(-ENOENT, "no guard is loaded in %s; load it: "
				 "ecdn-xdp load IFACE", dir);
	}
	for (size_t i = 0; i < MEMBERS; i++) {
		err = *member(maps, i) = pins_get(dir, members[i].name);
		if (err >= 0 && !i)
			err = check_abi(dir, maps->config);
		if (err < 0) {
			maps_close(maps);
			return err;
		}
	}
	return 0;
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

int maps_each_allowed(const struct maps *maps,
		      int (*visit)(const struct cidr *cidr, void *context), void *context)
{
	struct ecdn_xdp_allow_key key, *last = NULL;
	struct cidr cidr;
	int err = 0;

	while (!err && !bpf_map_get_next_key(maps->allow, last, &key)) {
		cidr_from_allow_key(&cidr, &key);
		err = visit(&cidr, context);
		last = &key;
	}
	return err;
}

/* A lookup finds the longest prefix; the value tells whether it is this one. */
static bool listed(const struct maps *maps, const struct ecdn_xdp_allow_key *key)
{
	__u32 prefix_len;

	return !bpf_map_lookup_elem(maps->allow, key, &prefix_len) &&
	       prefix_len == key->prefix_len;
}

bool maps_lists(const struct maps *maps, const struct cidr *cidr)
{
	struct ecdn_xdp_allow_key key;

	cidr_to_allow_key(cidr, &key);
	return listed(maps, &key);
}

int maps_allow(const struct maps *maps, const struct cidr *cidr)
{
	struct ecdn_xdp_allow_key key;

	cidr_to_allow_key(cidr, &key);
	if (listed(maps, &key))
		return -EEXIST;
	return bpf_map_update_elem(maps->allow, &key, &key.prefix_len, BPF_ANY) ? -errno : 0;
}

int maps_disallow(const struct maps *maps, const struct cidr *cidr)
{
	struct ecdn_xdp_allow_key key;

	cidr_to_allow_key(cidr, &key);
	return bpf_map_delete_elem(maps->allow, &key) ? -errno : 0;
}

bool maps_allowed(const struct maps *maps, const struct address *address)
{
	struct cidr cidr = { *address, address->family == AF_INET ? 32 : 128 };
	struct ecdn_xdp_allow_key key;
	__u32 prefix_len;

	cidr_to_allow_key(&cidr, &key);
	return !bpf_map_lookup_elem(maps->allow, &key, &prefix_len);
}

static int count_one(const struct cidr *cidr, void *count)
{
	(void)cidr;
	++*(uint32_t *)count;
	return 0;
}

uint32_t maps_count_allowed(const struct maps *maps)
{
	uint32_t count = 0;

	maps_each_allowed(maps, count_one, &count);
	return count;
}
