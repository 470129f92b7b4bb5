// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/config_map.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "base/log.h"
#include "base/scoped.h"
#include "kernel/abi2.h"
#include "kernel/maps.h"
#include "kernel/object.h"
#include "kernel/owner.h"
#include "kernel/pin_check.h"

#define NAME "config"

/* Every version has the ABI as its first word, whatever follows, so only that word is read. */
static int read_abi(int fd, __u32 *abi)
{
	struct bpf_map_info info = {};
	__u32 length = sizeof(info), slot = 0;
	union {
		__u32 abi;
		char room[4096];
	} value = {};

	if (bpf_obj_get_info_by_fd(fd, &info, &length))
		return -errno;
	if (info.value_size > sizeof(value) || info.key_size != sizeof(slot))
		return -EPROTO;
	if (bpf_map_lookup_elem(fd, &slot, &value))
		return errno == EPERM || errno == ENOMEM ? -errno : -EPROTO;
	*abi = value.abi;
	return 0;
}

/* The ABI tells of what kind the map is. */
static int check_kind(const char *dir, int fd)
{
	struct bpf_map_info info;
	int err = maps_info(fd, NAME, &info);

	if (err || (info.type == BPF_MAP_TYPE_ARRAY && info.key_size == sizeof(__u32) &&
		    info.value_size == sizeof(struct ecdn_xdp_config) &&
		    !strcmp(info.name, NAME)))
		return err;
	return log_error(-EPROTO, "%s/" NAME " is a map named %s with values of %u bytes, and "
			 "should have %zu: " PIN_CHECK_ADVICE, dir, info.name, info.value_size,
			 sizeof(struct ecdn_xdp_config));
}

static int check_abi(const char *dir, int fd)
{
	int kind = object_kind(fd), err = kind < 0 ? kind : 0;
	__u32 abi = 0;

	if (kind == OBJECT_MAP)
		err = read_abi(fd, &abi);
	if (err && err != -EPROTO)
		return pin_check_unread(dir, NAME, err);
	/* No version is of ABI 0: what has it was never written. */
	if (kind != OBJECT_MAP || err || !abi)
		return log_error(-EPROTO, "%s/" NAME " is not the map of that name: "
				 PIN_CHECK_ADVICE, dir);
	if (abi == ABI2)
		return log_error(-EPROTO, "the maps in %s are of ABI %u, this ecdn-xdp uses ABI "
				 "%u; `ecdn-xdp load` carries them over, with their counters", dir,
				 abi, ECDN_XDP_ABI);
	if (abi != ECDN_XDP_ABI)
		return log_error(-EPROTO, "the maps in %s are of ABI %u, this ecdn-xdp uses ABI "
				 "%u; `ecdn-xdp unload --all` removes them and their counters",
				 dir, abi, ECDN_XDP_ABI);
	return check_kind(dir, fd);
}

bool config_map_has(const char *dir, __u32 abi)
{
	char path[PINS_PATH_SIZE];
	scoped_fd int fd = bpf_obj_get(pins_path(dir, NAME, path));
	__u32 found = 0;

	return fd >= 0 && !read_abi(fd, &found) && found == abi;
}

bool config_map_is_missing(const char *dir)
{
	return !pins_has(dir, NAME) && pins_are_ours(dir) && !pins_are_remnant(dir);
}

int config_map_missing(const char *dir)
{
	return log_error(-EPROTO, "%s/" NAME " is missing: somebody has removed it; `ecdn-xdp "
			 "unload --all` removes the other pins", dir);
}

int config_map_open(const struct pins *pins)
{
	scoped_fd int fd = -1;
	int err;

	if (!pins_has(pins->dir, NAME) && errno == EACCES)
		return log_error(-EACCES, "cannot look into %s: not permitted; run as root, or for "
				 "the group of --stats-group let others search what is above "
				 "(chmod 755 /sys/fs/bpf)", pins->dir);
	if (!pins_has(pins->dir, NAME) && config_map_is_missing(pins->dir))
		return config_map_missing(pins->dir);
	if (!pins_has(pins->dir, NAME))
		return log_error(-ENOENT, "nothing is loaded in %s; `ecdn-xdp load IFACE` loads "
				 "the guard, `ecdn-xdp load --ping IFACE` loads ping, `ecdn-xdp "
				 "load --origin` the observer of origins", pins->dir);
	err = owner_check(pins->dir);
	if (err)
		return err;
	fd = pin_check_open(pins->dir, NAME);
	err = fd < 0 ? fd : check_abi(pins->dir, fd);
	return err ?: take_fd(&fd);
}

int config_map_begin(const struct pins *pins)
{
	struct ecdn_xdp_config config = { .abi = ECDN_XDP_ABI };
	scoped_fd int fd = pins_get(pins->next, NAME);

	return fd < 0 ? fd : maps_set(fd, NAME, &(__u32){ 0 }, &config);
}

int config_map_read(const struct pins *pins, struct ecdn_xdp_config *config)
{
	scoped_fd int fd = pins_open(pins, NAME);

	return fd < 0 ? fd : maps_get(fd, NAME, &(__u32){ 0 }, config);
}

int config_map_write(const struct pins *pins, struct ecdn_xdp_config *config)
{
	scoped_fd int fd = pins_open(pins, NAME);

	config->generation++;
	return fd < 0 ? fd : maps_set(fd, NAME, &(__u32){ 0 }, config);
}

/* A version that could not be switched off has left what is configured in `monitor` alone. */
void config_map_set_monitor(struct ecdn_xdp_config *config, int wanted, int off)
{
	if (!config->off)
		config->monitor_wanted = config->monitor;
	if (wanted >= 0)
		config->monitor_wanted = wanted;
	if (off >= 0)
		config->off = off;
	config->monitor = config->off || config->monitor_wanted;
}

int config_map_add_parts(const struct pins *pins, __u32 bits)
{
	struct ecdn_xdp_config config;
	int err = config_map_read(pins, &config);

	if (err || !(bits & ~config.parts))
		return err;
	config.parts |= bits;
	return config_map_write(pins, &config);
}
