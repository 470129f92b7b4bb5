// SPDX-License-Identifier: BSD-2-Clause
#include "ping/ping_hop_limits.h"

#include <errno.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <bpf/bpf.h>

#include "base/kernel_file.h"
#include "base/log.h"
#include "kernel/journal.h"

#define TTL "/proc/sys/net/ipv4/ip_default_ttl"
#define HOP_LIMIT "/proc/sys/net/ipv6/conf/%s/hop_limit"
#define DEFAULT 64

/* A host without IPv6 or without /proc gets the value that hosts have by default. */
static uint8_t read_file(const char *path)
{
	uint32_t value = kernel_file_number(path, DEFAULT);

	return value && value <= 255 ? value : DEFAULT;
}

static uint8_t of_interface(const char *name)
{
	char path[sizeof(HOP_LIMIT) + IF_NAMESIZE];

	snprintf(path, sizeof(path), HOP_LIMIT, name);
	return read_file(path);
}

uint8_t ping_hop_limits_ipv4(void)
{
	return read_file(TTL);
}

uint8_t ping_hop_limits_ipv6(void)
{
	return of_interface("default");
}

static bool is_there(__u32 ifindex, void *context)
{
	char name[IF_NAMESIZE];

	(void)context;
	return if_indextoname(ifindex, name);
}

static int add(int map, const struct if_nameindex *interface)
{
	const struct ecdn_xdp_ping_interface value = { of_interface(interface->if_name), {} };

	int err = journal_save(map, "ping_interfaces", &interface->if_index);

	if (err)
		return err;
	if (!bpf_map_update_elem(map, &interface->if_index, &value, BPF_ANY) || errno == E2BIG)
		return 0;
	return log_error(-errno, "cannot write map ping_interfaces: %s", strerror(errno));
}

/* One that is not there may have found no room, which is no news. */
static bool is_in(int map, const struct if_nameindex *interface)
{
	struct ecdn_xdp_ping_interface value;
	uint8_t now = of_interface(interface->if_name);

	return bpf_map_lookup_elem(map, &interface->if_index, &value) ?
	       now == ping_hop_limits_ipv6() : value.hop_limit == now;
}

int ping_hop_limits_are_in(const struct ping_maps *maps)
{
	struct if_nameindex *all = if_nameindex();
	bool in = true;

	if (!all)
		return log_error(-errno, "cannot list the interfaces: %s", strerror(errno));
	for (struct if_nameindex *one = all; one->if_index && in; one++)
		in = is_in(maps->ping_interfaces, one);
	if_freenameindex(all);
	return in;
}

int ping_hop_limits_write(const struct ping_maps *maps)
{
	struct if_nameindex *all = if_nameindex();
	int err;

	if (!all)
		return log_error(-errno, "cannot list the interfaces: %s", strerror(errno));
	err = maps_filter(maps->ping_interfaces, "ping_interfaces", is_there, NULL);
	for (struct if_nameindex *one = all; one->if_index && !err; one++)
		err = add(maps->ping_interfaces, one);
	if_freenameindex(all);
	return err;
}
