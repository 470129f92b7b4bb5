// SPDX-License-Identifier: BSD-2-Clause
#include "ping/ping_addresses.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <bpf/bpf.h>

#include "base/log.h"
#include "net/netlink.h"

#define FAMILY_BITS 32          /* what precedes the address in a key */
#define LOOPBACK_V4 127

static int append(struct addresses *addresses, const struct ecdn_xdp_local_key *key)
{
	struct ecdn_xdp_local_key *grown = reallocarray(addresses->key, addresses->count + 1,
							sizeof(*key));

	if (!grown)
		return -ENOMEM;
	addresses->key = grown;
	grown[addresses->count++] = *key;
	return 0;
}

static bool is_loopback(const struct ecdn_xdp_local_key *key)
{
	static const uint8_t one[16] = { [15] = 1 };

	return key->family == 4 ? key->addr[0] == LOOPBACK_V4 :
	       !memcmp(key->addr, one, sizeof(one));
}

/*
 * Table local has what this host answers for, and the table of a VRF the kernel's own
 * entries for the addresses in it. Local routes of other tables are for some packets only,
 * as a transparent proxy's for those it has marked; and a local default route anywhere
 * would make every address in the world this host's.
 */
static bool is_own(const struct rtmsg *route)
{
	return route->rtm_type == RTN_LOCAL && route->rtm_dst_len &&
	       !(route->rtm_flags & RTM_F_CLONED) &&
	       (route->rtm_table == RT_TABLE_LOCAL || route->rtm_protocol == RTPROT_KERNEL);
}

static int take_route(const struct nlmsghdr *header, void *context)
{
	const struct rtmsg *route = mnl_nlmsg_get_payload(header);
	struct ecdn_xdp_local_key key = {};
	const struct nlattr *attribute;

	if (mnl_nlmsg_get_payload_len(header) < sizeof(*route) || !is_own(route))
		return MNL_CB_OK;
	key.prefix_len = FAMILY_BITS + route->rtm_dst_len;
	key.family = route->rtm_family == AF_INET ? 4 : 6;
	mnl_attr_for_each(attribute, header, sizeof(*route))
		if (mnl_attr_get_type(attribute) == RTA_DST &&
		    mnl_attr_get_payload_len(attribute) <= sizeof(key.addr))
			memcpy(key.addr, mnl_attr_get_payload(attribute),
			       mnl_attr_get_payload_len(attribute));
	if (is_loopback(&key) || !append(context, &key))
		return MNL_CB_OK;
	errno = ENOMEM;
	return MNL_CB_ERROR;
}

static void forget(void *context)
{
	addresses_free(context);
}

static int read_family(struct addresses *addresses, uint8_t family)
{
	/* By type: routers have a million routes of others. */
	const struct rtmsg request = { .rtm_family = family, .rtm_type = RTN_LOCAL };
	const struct netlink_dump dump = {
		.bus = NETLINK_ROUTE, .type = RTM_GETROUTE,
		.request = &request, .request_size = sizeof(request), .strict = true,
		.take = take_route, .begin = forget, .context = addresses,
	};

	return netlink_dump(&dump);
}

int addresses_read(struct addresses *addresses)
{
	struct addresses v6 = {};
	int err;

	memset(addresses, 0, sizeof(*addresses));
	err = read_family(addresses, AF_INET);
	err = err ?: read_family(&v6, AF_INET6);
	for (unsigned int i = 0; i < v6.count && !err; i++)
		err = append(addresses, &v6.key[i]);
	addresses_free(&v6);
	if (err) {
		addresses_free(addresses);
		return log_error(err, "cannot ask the kernel for this host's addresses: %s",
				 strerror(-err));
	}
	return 0;
}

void addresses_free(struct addresses *addresses)
{
	free(addresses->key);
	memset(addresses, 0, sizeof(*addresses));
}

static bool holds(const struct addresses *addresses, const struct ecdn_xdp_local_key *key)
{
	for (unsigned int i = 0; i < addresses->count; i++)
		if (!memcmp(&addresses->key[i], key, sizeof(*key)))
			return true;
	return false;
}

/* Those that the map holds. */
static int read_map(int map, struct addresses *held)
{
	struct ecdn_xdp_local_key key, *before = NULL;
	int err = 0;

	while (!err && !bpf_map_get_next_key(map, before, &key)) {
		err = append(held, &key);
		before = &held->key[held->count - 1];
	}
	return err ? log_error(err, "out of memory") : 0;
}

static int remove_old(int map, const struct addresses *held, const struct addresses *wanted)
{
	for (unsigned int i = 0; i < held->count; i++)
		if (!holds(wanted, &held->key[i]) && bpf_map_delete_elem(map, &held->key[i]) &&
		    errno != ENOENT)
			return log_error(-errno, "cannot write map local_addresses: %s",
					 strerror(errno));
	return 0;
}

/* -ENOSPC is not said. */
static int add_new(int map, const struct addresses *wanted)
{
	const __u32 here = 1;

	for (unsigned int i = 0; i < wanted->count; i++) {
		if (!bpf_map_update_elem(map, &wanted->key[i], &here, BPF_ANY))
			continue;
		if (errno == ENOSPC)
			return -ENOSPC;
		return log_error(-errno, "cannot write map local_addresses: %s", strerror(errno));
	}
	return 0;
}

/* New ones first, so that an address that stays is always there. */
int addresses_write(const struct addresses *addresses, const struct ping_maps *maps)
{
	struct addresses held = {};
	int err = read_map(maps->local_addresses, &held), full = 0;

	if (!err)
		err = full = add_new(maps->local_addresses, addresses);
	if (!err || full == -ENOSPC)
		err = remove_old(maps->local_addresses, &held, addresses);
	if (!err && full == -ENOSPC)
		err = add_new(maps->local_addresses, addresses);
	addresses_free(&held);
	if (err != -ENOSPC)
		return err;
	log_warning("this host has more than %d addresses: ping leaves requests to some of them "
		    "to the host's stack", ECDN_XDP_LOCAL_MAX);
	return 0;
}

/* Interfaces that come and go bring theirs with them, and no node asks for one. */
static bool is_link_local(const struct ecdn_xdp_local_key *key)
{
	return key->family == 6 && key->addr[0] == 0xfe && (key->addr[1] & 0xc0) == 0x80;
}

/* 1: the map holds the address, or a prefix around it; 0: it does not. */
static int is_known(int map, const struct ecdn_xdp_local_key *key)
{
	__u32 here;

	if (!bpf_map_lookup_elem(map, key, &here))
		return 1;
	return errno == ENOENT ? 0 : log_error(-errno, "cannot read map local_addresses: %s",
					       strerror(errno));
}

static int find_missing(int map, const struct addresses *all, struct addresses *missing)
{
	for (unsigned int i = 0; i < all->count; i++) {
		int known = 1;

		if (!is_link_local(&all->key[i]) && !holds(missing, &all->key[i]))
			known = is_known(map, &all->key[i]);
		if (known < 0)
			return known;
		if (!known && append(missing, &all->key[i]))
			return log_error(-ENOMEM, "out of memory");
	}
	return 0;
}

static int find_stale(int map, const struct addresses *all, struct addresses *stale)
{
	struct addresses held = {};
	int err = read_map(map, &held);

	for (unsigned int i = 0; i < held.count && !err; i++)
		if (!is_link_local(&held.key[i]) && !holds(all, &held.key[i]) &&
		    append(stale, &held.key[i]))
			err = log_error(-ENOMEM, "out of memory");
	addresses_free(&held);
	return err;
}

int addresses_compare(struct addresses *missing, struct addresses *stale,
		      const struct ping_maps *maps)
{
	struct addresses all;
	int err = addresses_read(&all);

	memset(missing, 0, sizeof(*missing));
	memset(stale, 0, sizeof(*stale));
	err = err ?: find_missing(maps->local_addresses, &all, missing);
	err = err ?: find_stale(maps->local_addresses, &all, stale);
	addresses_free(&all);
	if (err) {
		addresses_free(missing);
		addresses_free(stale);
	}
	return err;
}

int addresses_count(const struct ping_maps *maps)
{
	struct addresses held = {};
	int err = read_map(maps->local_addresses, &held);
	int count = held.count;

	addresses_free(&held);
	return err ?: count;
}
