// SPDX-License-Identifier: BSD-2-Clause
#include "ping/ping_addresses.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#include "base/array.h"
#include "base/log.h"
#include "kernel/journal.h"
#include "kernel/maps.h"
#include "net/routes.h"

#define MAP "local_addresses"
#define FAMILY_BITS 32          /* bits before the address in a key */

static int append(struct ping_addresses *addresses, const struct ecdn_xdp_local_key *key)
{
	return array_append(addresses->key, addresses->count, key);
}

static int append_prefix(struct ping_addresses *addresses, const struct cidr *prefix)
{
	struct ecdn_xdp_local_key key = {
		.prefix_len = FAMILY_BITS + prefix->length,
		.family = address_version(prefix->addr.family),
	};

	address_to_bytes(&prefix->addr, key.addr);
	return append(addresses, &key);
}

int ping_addresses_read(struct ping_addresses *addresses)
{
	struct routes routes;
	int err;

	memset(addresses, 0, sizeof(*addresses));
	err = routes_read_local(&routes);
	if (err)
		return err;
	for (size_t i = 0; i < routes.count && !err; i++)
		err = append_prefix(addresses, &routes.prefix[i]);
	routes_free(&routes);
	if (!err)
		return 0;
	ping_addresses_free(addresses);
	return log_error(err, "out of memory for this host's addresses");
}

void ping_addresses_free(struct ping_addresses *addresses)
{
	free(addresses->key);
	memset(addresses, 0, sizeof(*addresses));
}

static bool holds(const struct ping_addresses *addresses, const struct ecdn_xdp_local_key *key)
{
	for (unsigned int i = 0; i < addresses->count; i++)
		if (!memcmp(&addresses->key[i], key, sizeof(*key)))
			return true;
	return false;
}

/* Reads the addresses that the map holds. */
static int read_map(int map, struct ping_addresses *held)
{
	struct ecdn_xdp_local_key key, *before = NULL;
	int err;

	while ((err = maps_next(map, MAP, before, &key)) > 0) {
		if (append(held, &key))
			return log_error(-ENOMEM, "out of memory");
		before = &held->key[held->count - 1];
	}
	return err;
}

static int remove_old(int map, const struct ping_addresses *held,
		      const struct ping_addresses *wanted)
{
	int err = 0;

	for (unsigned int i = 0; i < held->count && !err; i++)
		if (!holds(wanted, &held->key[i]))
			err = maps_delete(map, MAP, &held->key[i]);
	return err;
}

/* Adds the addresses that the map lacks. -ENOSPC is silent. */
static int add_new(int map, const struct ping_addresses *wanted)
{
	const __u32 here = 1;

	for (unsigned int i = 0; i < wanted->count; i++) {
		int err = journal_save(map, MAP, &wanted->key[i]);

		if (err)
			return err;
		if (!bpf_map_update_elem(map, &wanted->key[i], &here, BPF_ANY))
			continue;
		if (errno == ENOSPC)
			return -ENOSPC;
		return log_error(-errno, "cannot write map local_addresses: %s", strerror(errno));
	}
	return 0;
}

/* New addresses are added before others are removed, so that the map has an address that
 * stays at all times. */
int ping_addresses_write(const struct ping_addresses *addresses, const struct ping_maps *maps)
{
	struct ping_addresses held = {};
	int err = read_map(maps->local_addresses, &held), full = 0;

	if (!err)
		err = full = add_new(maps->local_addresses, addresses);
	if (!err || full == -ENOSPC)
		err = remove_old(maps->local_addresses, &held, addresses);
	if (!err && full == -ENOSPC)
		err = add_new(maps->local_addresses, addresses);
	ping_addresses_free(&held);
	if (err != -ENOSPC)
		return err;
	log_warning("this host has more than %d addresses: ping leaves requests to some of them "
		    "to the host's stack", ECDN_XDP_LOCAL_MAX);
	return 0;
}

/* Through a set that is sorted, as a host may have thousands. */
static int by_bytes(const void *one, const void *other)
{
	return memcmp(one, other, sizeof(struct ecdn_xdp_local_key));
}

/* Sorts them; the same address can be that of several interfaces. */
static unsigned int sort(const struct ping_addresses *addresses)
{
	struct ecdn_xdp_local_key *key = addresses->key;
	unsigned int kept = 0;

	if (addresses->count)
		qsort(key, addresses->count, sizeof(*key), by_bytes);
	for (unsigned int i = 0; i < addresses->count; i++)
		if (!kept || memcmp(&key[kept - 1], &key[i], sizeof(*key)))
			key[kept++] = key[i];
	return kept;
}

static bool are_same(const struct ping_addresses *wanted, const struct ping_addresses *held)
{
	unsigned int count = sort(wanted), held_count = sort(held);

	for (unsigned int i = 0; i < held_count; i++)
		if (!bsearch(&held->key[i], wanted->key, count, sizeof(*held->key), by_bytes))
			return false;
	return held_count == count || (count > held_count && held_count == ECDN_XDP_LOCAL_MAX);
}

int ping_addresses_are_in(const struct ping_addresses *addresses, const struct ping_maps *maps)
{
	struct ping_addresses held = {};
	int err = read_map(maps->local_addresses, &held);
	int same = err ?: are_same(addresses, &held);

	ping_addresses_free(&held);
	return same;
}

/* Link-local addresses come and go with their interfaces, and no node pings one. */
static bool is_link_local(const struct ecdn_xdp_local_key *key)
{
	return key->family == 6 && key->addr[0] == 0xfe && (key->addr[1] & 0xc0) == 0x80;
}

/* Returns 1 if the map holds the address or a prefix around it, else 0. */
static int is_known(int map, const struct ecdn_xdp_local_key *key)
{
	__u32 here;

	if (!bpf_map_lookup_elem(map, key, &here))
		return 1;
	return errno == ENOENT ? 0 : log_error(-errno, "cannot read map local_addresses: %s",
					       strerror(errno));
}

static int find_missing(int map, const struct ping_addresses *all, struct ping_addresses *missing)
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

static int find_stale(int map, const struct ping_addresses *all, struct ping_addresses *stale)
{
	struct ping_addresses held = {};
	int err = read_map(map, &held);

	for (unsigned int i = 0; i < held.count && !err; i++)
		if (!is_link_local(&held.key[i]) && !holds(all, &held.key[i]) &&
		    append(stale, &held.key[i]))
			err = log_error(-ENOMEM, "out of memory");
	ping_addresses_free(&held);
	return err;
}

int ping_addresses_compare(struct ping_addresses *missing, struct ping_addresses *stale,
		      const struct ping_maps *maps)
{
	struct ping_addresses all;
	int err = ping_addresses_read(&all);

	memset(missing, 0, sizeof(*missing));
	memset(stale, 0, sizeof(*stale));
	err = err ?: find_missing(maps->local_addresses, &all, missing);
	err = err ?: find_stale(maps->local_addresses, &all, stale);
	ping_addresses_free(&all);
	if (err) {
		ping_addresses_free(missing);
		ping_addresses_free(stale);
	}
	return err;
}

int ping_addresses_count(const struct ping_maps *maps)
{
	struct ping_addresses held = {};
	int err = read_map(maps->local_addresses, &held);
	int count = held.count;

	ping_addresses_free(&held);
	return err ?: count;
}
