// SPDX-License-Identifier: BSD-2-Clause
#include "guard/shield_ifaces.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "attach/xdp_link.h"
#include "base/scoped.h"
#include "kernel/config_map.h"
#include "kernel/maps.h"
#include "net/netns.h"

#define IFACES "shield_ifaces"

/* The interfaces that have the guard by the pins in dir. */
struct guarded {
	struct link_stack here; /* in this network namespace */
	bool elsewhere;         /* there are some in another one */
};

static int read_guarded_one(const char *dir, const char *iface, struct guarded *guarded)
{
	struct xdp_link link;
	int err = xdp_link_read(&link, dir, iface);

	if (!err && link.ifindex && link.mode == XDP_MODE_AUTO)
		guarded->elsewhere = true;
	else if (!err && link.ifindex)
		err = link_stack_add(&guarded->here, link.ifindex);
	xdp_link_close(&link);
	return err == -ENOENT ? 0 : err;
}

/* All but one interface, which may be NULL. The owner frees guarded->here.index, after an error
 * too. */
static int read_guarded(const char *dir, const char *but, struct guarded *guarded)
{
	unsigned int count;
	char **ifaces;
	int err = xdp_link_names(dir, &ifaces, &count);

	memset(guarded, 0, sizeof(*guarded));
	if (err)
		return err;
	for (unsigned int i = 0; i < count && !err; i++)
		if (!but || strcmp(ifaces[i], but))
			err = read_guarded_one(dir, ifaces[i], guarded);
	pins_free_names(ifaces, count);
	return err;
}

/* The same, and those above them. */
static int read_stack(const char *dir, const char *but, struct link_stack *stack)
{
	struct guarded guarded;
	int err = read_guarded(dir, but, &guarded);

	*stack = guarded.here;
	return err ?: link_stack_complete(stack);
}

bool shield_ifaces_are_elsewhere(const struct ecdn_xdp_config *config)
{
	return config->shield == ECDN_XDP_SHIELD_ON && config->netns != netns_own();
}

int shield_ifaces_elsewhere(const char *dir)
{
	struct guarded guarded;
	int err = read_guarded(dir, NULL, &guarded);

	free(guarded.here.index);
	return err ?: guarded.elsewhere;
}

static bool is_in(__u32 index, void *stack)
{
	return link_stack_has(stack, index);
}

static int write_stack(int map, struct link_stack *stack)
{
	int err = map < 0 ? map : 0;

	for (unsigned int i = 0; i < stack->count && !err; i++)
		err = maps_set(map, IFACES, &stack->index[i], &(__u32){ 1 });
	return err ?: maps_filter(map, IFACES, is_in, stack);
}

int shield_ifaces_write(const char *dir, const struct link_stack *stack)
{
	scoped_fd int map = pins_get(dir, IFACES);
	struct link_stack writes = *stack;

	return write_stack(map, &writes);
}

/* Of an interface elsewhere only its own index is known; those above it are not looked for. */
static int forget(int map, const char *dir, const char *iface)
{
	struct xdp_link link;
	int err = xdp_link_read(&link, dir, iface);

	if (!err && link.ifindex)
		err = maps_delete(map, IFACES, &link.ifindex);
	xdp_link_close(&link);
	return err == -ENOENT ? 0 : err;
}

static int keep_others(int map, const char *dir, const char *iface)
{
	struct link_stack stack;
	int err = read_stack(dir, iface, &stack);

	err = err ?: write_stack(map, &stack);
	free(stack.index);
	return err;
}

/* The map, or -ENOENT, silent, if what is loaded has none. */
static int open_map(const char *dir, struct ecdn_xdp_config *config)
{
	scoped_fd int map = -1;
	struct pins pins;
	int err;

	if (!pins_has(dir, IFACES))
		return -ENOENT;
	map = pins_get(dir, IFACES);
	err = map < 0 ? map : pins_init(&pins, dir);
	err = err ?: config_map_read(&pins, config);
	return err ?: take_fd(&map);
}

int shield_ifaces_detach(const char *dir, const char *iface)
{
	struct ecdn_xdp_config config = {};
	scoped_fd int map = open_map(dir, &config);

	if (map < 0)
		return map == -ENOENT ? 0 : map;
	return shield_ifaces_are_elsewhere(&config) ? forget(map, dir, iface) :
						      keep_others(map, dir, iface);
}

/* The map, or -ENOENT, silent, where it does not follow this host's interfaces. */
static int open_followed(const char *dir)
{
	struct ecdn_xdp_config config = {};
	scoped_fd int map = open_map(dir, &config);

	if (map >= 0 && (config.shield != ECDN_XDP_SHIELD_ON ||
			 shield_ifaces_are_elsewhere(&config)))
		return -ENOENT;
	return take_fd(&map);
}

/* Keeps all, and counts those that belong there. */
struct comparison {
	const struct link_stack *stack;
	unsigned int held, strange;
};

static bool compare(__u32 index, void *context)
{
	struct comparison *comparison = context;

	if (link_stack_has(comparison->stack, index))
		comparison->held++;
	else
		comparison->strange++;
	return true;
}

int shield_ifaces_are_behind(const char *dir)
{
	scoped_fd int map = open_followed(dir);
	struct link_stack stack;
	struct comparison comparison = { .stack = &stack };
	int err;

	if (map < 0)
		return map == -ENOENT ? 0 : map;
	err = read_stack(dir, NULL, &stack);
	err = err ?: maps_filter(map, IFACES, compare, &comparison);
	free(stack.index);
	return err ?: comparison.strange || comparison.held < stack.count;
}

int shield_ifaces_follow(const char *dir)
{
	scoped_fd int map = open_followed(dir);

	if (map < 0)
		return map == -ENOENT ? 0 : map;
	return keep_others(map, dir, NULL);
}
