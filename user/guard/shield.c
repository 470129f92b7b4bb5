// SPDX-License-Identifier: BSD-2-Clause
#include "guard/shield.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "attach/cgroup_link.h"
#include "attach/cgroup_open.h"
#include "base/log.h"
#include "base/scoped.h"
#include "guard/shield_ifaces.h"
#include "kernel/config_map.h"
#include "kernel/journal.h"
#include "kernel/object.h"
#include "net/netns.h"
#include "proven.skel.h"

#define LINK_PIN "proven"

#define CONSEQUENCE "regions are limited by what arrives, which can be forged"

static const struct object_names names = {
	"the program that sees which connections are proven", SHIELD_PROGRAM_PIN,
};

static const struct pinned_link_hook hook = {
	.program = "proven",
	.target = "the cgroup",
	.pin = LINK_PIN,
	.program_pin = SHIELD_PROGRAM_PIN,
	.without = CONSEQUENCE,
	.type = BPF_CGROUP_SOCK_OPS,
};

int shield_check(const struct guard_request *request)
{
	char why[CGROUP_WHY_SIZE];
	scoped_fd int cgroup = -1;

	if (!request->shield_cgroup)
		return 0;
	cgroup = cgroup_open(request->shield_cgroup, why);
	if (cgroup == -ENOENT)
		return log_error(cgroup, "%s; start first what makes it (a slice: `systemctl "
				 "start`), or name none, and the root's sockets prove connections",
				 why);
	return cgroup < 0 ? log_error(cgroup, "%s", why) : 0;
}

static int load(const struct pins *pins, uint32_t max_regions)
{
	struct proven_bpf *proven = proven_bpf__open();
	int err;

	if (!proven)
		return object_load_error(names.label, -errno);
	proven->rodata->max_regions = max_regions;
	err = object_share(proven->obj, pins);
	err = err ?: object_load_or(proven->skeleton, &names, CONSEQUENCE, pins);
	proven_bpf__destroy(proven);
	return err;
}

static bool is_wanted(const struct guard_request *request, const struct ecdn_xdp_config *config)
{
	return request->shield >= 0 ? request->shield : config->shield != ECDN_XDP_SHIELD_OFF;
}

int shield_open(struct shield *shield, const struct pins *pins,
		const struct guard_request *request, uint32_t max_regions)
{
	struct ecdn_xdp_config config = {};
	int err = pins_exist(pins, "config") ? config_map_read(pins, &config) : 0;

	if (err)
		return err;
	if (!is_wanted(request, &config)) {
		shield->state = ECDN_XDP_SHIELD_OFF;
		return 0;
	}
	shield->state = ECDN_XDP_SHIELD_ON;
	shield->elsewhere = shield_ifaces_are_elsewhere(&config);
	shield->program = object_loaded(&names, pins);
	if (shield->program == -ENOENT)
		shield->program = load(pins, max_regions);
	if (shield->program == -EOPNOTSUPP)
		shield->state = ECDN_XDP_SHIELD_REFUSED;
	return shield->program < 0 && shield->program != -EOPNOTSUPP ? shield->program : 0;
}

static int make_stack(struct shield *shield, const struct guard_links *links)
{
	int err = 0;

	for (unsigned int i = 0; i < links->count && !err; i++)
		if (links->at[i].ifindex)
			err = link_stack_add(&shield->stack, links->at[i].ifindex);
	return err ?: link_stack_complete(&shield->stack);
}

static int attach_here(struct shield *shield, const struct pins *pins,
		       const struct guard_request *request, const struct guard_links *links)
{
	int elsewhere = shield_ifaces_elsewhere(pins->dir);
	int err = elsewhere < 0 ? elsewhere : make_stack(shield, links);

	if (err)
		return err;
	if (elsewhere) {
		shield->state = ECDN_XDP_SHIELD_NETNS;
		log_warning("interfaces of several network namespaces have this guard, and it can "
			    "tell sockets of one alone, so " CONSEQUENCE "; a --pin-dir for each "
			    "namespace ends that");
		return 0;
	}
	err = cgroup_link_attach(&shield->link, &hook, pins, request->shield_cgroup,
				 shield->program);
	if (err == -ENODEV)
		shield->state = ECDN_XDP_SHIELD_NO_CGROUP;
	else if (err == -EOPNOTSUPP)
		shield->state = ECDN_XDP_SHIELD_REFUSED;
	else
		return err;
	return 0;
}

/* A command in another network namespace that adds no interface there leaves all as it is. */
int shield_attach(struct shield *shield, const struct pins *pins,
		  const struct guard_request *request, const struct guard_links *links)
{
	int err;

	if (shield->program < 0)
		return 0;
	if (!shield->elsewhere || request->iface_count)
		return attach_here(shield, pins, request, links);
	err = pinned_link_replace(&shield->link, &hook, pins->dir, shield->program);
	if (err == -ENOENT)
		shield->state = ECDN_XDP_SHIELD_REFUSED;
	return err == -ENOENT ? 0 : err;
}

static int write_state(const struct pins *pins, __u32 state, __u32 netns)
{
	struct ecdn_xdp_config config;
	int err = config_map_read(pins, &config);

	if (err || (config.shield == state && config.netns == netns))
		return err;
	config.shield = state;
	config.netns = netns;
	return config_map_write(pins, &config);
}

static int switch_on(const struct shield *shield, const struct pins *pins)
{
	int err = shield_ifaces_write(pins->dir, &shield->stack);

	return err ?: write_state(pins, ECDN_XDP_SHIELD_ON, netns_own());
}

/* What is detached cannot be put back. */
static void stop_at_end(void *saved, bool undo)
{
	if (undo)
		return;
	shield_stop(saved);
	pins_drop(saved, SHIELD_PROGRAM_PIN);
}

static int switch_off(const struct shield *shield, const struct pins *pins)
{
	int err = write_state(pins, shield->state, netns_own());

	return err ?: journal_add(stop_at_end, pins->dir, strlen(pins->dir) + 1);
}

int shield_settle(const struct shield *shield, const struct pins *pins)
{
	if (!shield->state)
		return 0;
	if (shield->state != ECDN_XDP_SHIELD_ON)
		return switch_off(shield, pins);
	return shield->elsewhere && shield->link.replaced && !shield->stack.count ? 0 :
	       switch_on(shield, pins);
}

int shield_repair(const struct pins *pins)
{
	struct ecdn_xdp_config config;
	uint64_t cgroup = 0;
	int err = config_map_read(pins, &config);

	if (err || config.shield != ECDN_XDP_SHIELD_ON)
		return err;
	err = shield_cgroup(pins->dir, &cgroup);
	if (err || cgroup)
		return err;
	log_warning("somebody has removed the link of the program that sees which connections are "
		    "proven, so " CONSEQUENCE "; `ecdn-xdp load` makes it again");
	return write_state(pins, ECDN_XDP_SHIELD_REFUSED, config.netns);
}

void shield_end(struct shield *shield, const struct pins *pins, int err)
{
	if (err)
		pinned_link_undo(&shield->link, &hook, pins->dir);
	else
		pinned_link_close(&shield->link);
	scoped_close(&shield->program);
	free(shield->stack.index);
}

int shield_stop(const char *dir)
{
	return pinned_link_stop(&hook, dir);
}

int shield_cgroup(const char *dir, uint64_t *cgroup)
{
	return cgroup_link_read(&hook, dir, cgroup);
}

const char *shield_why(__u32 state, bool attached)
{
	static const char *const why[] = {
		[ECDN_XDP_SHIELD_UNSET] = "the guard is an earlier version's until the next load",
		[ECDN_XDP_SHIELD_OFF] = "switched off by `load --shield off`",
		[ECDN_XDP_SHIELD_ON] = NULL,
		[ECDN_XDP_SHIELD_NO_CGROUP] = "this host has no cgroup of version 2",
		[ECDN_XDP_SHIELD_REFUSED] = "the kernel did not attach the program",
		[ECDN_XDP_SHIELD_NETNS] = "interfaces of several network namespaces have the guard",
	};

	if (state == ECDN_XDP_SHIELD_ON && !attached)
		return "its link is gone, and no region can become limited until the next load";
	return state < ECDN_XDP_SHIELD_MAX ? why[state] : "unknown";
}
