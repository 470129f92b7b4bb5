// SPDX-License-Identifier: BSD-2-Clause
#include "steer/steer_maps.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#include "base/log.h"
#include "base/scoped.h"
#include "kernel/percpu.h"

const struct map_row steer_maps_rows[] = {
	MAP_ROW(struct steer_maps, steer_listeners,
		MAP_IS(HASH, struct ecdn_xdp_steer_key, struct ecdn_xdp_steer)),
	MAP_ROW(struct steer_maps, steer_sockets, MAP_IS(SOCKMAP, __u32, __u64)),
	MAP_ROW(struct steer_maps, steer_stats,
		MAP_IS(PERCPU_HASH, struct ecdn_xdp_steer_key, struct ecdn_xdp_steer_stats)),
	MAP_ROW_END,
};

static unsigned long order(const struct ecdn_xdp_steer_key *key)
{
	return (unsigned long)key->port << 16 | key->protocol << 8 | key->family;
}

static int by_order(const void *one, const void *other)
{
	unsigned long a = order(&((const struct steer_entry *)one)->key);
	unsigned long b = order(&((const struct steer_entry *)other)->key);

	return a < b ? -1 : a > b;
}

int steer_maps_read(const struct steer_maps *maps, struct steer_table *table)
{
	struct ecdn_xdp_steer_key key, *last = NULL;

	table->count = 0;
	while (table->count < ECDN_XDP_STEER_MAX &&
	       !bpf_map_get_next_key(maps->steer_listeners, last, &key)) {
		struct steer_entry *entry = &table->entry[table->count];

		last = &key;
		entry->key = key;
		if (!bpf_map_lookup_elem(maps->steer_listeners, &key, &entry->value))
			table->count++;
		else if (errno != ENOENT) /* a reader holds no lock, so the entry may be gone */
			return log_error(-errno, "cannot read map steer_listeners: %s",
					 strerror(errno));
	}
	qsort(table->entry, table->count, sizeof(*table->entry), by_order);
	return 0;
}

const struct steer_entry *steer_maps_find(const struct steer_table *table,
					   const struct ecdn_xdp_steer_key *key)
{
	for (unsigned int i = 0; i < table->count; i++)
		if (order(&table->entry[i].key) == order(key))
			return &table->entry[i];
	return NULL;
}

void steer_maps_read_row(const struct steer_maps *maps, uint32_t first,
		    uint64_t cookies[ECDN_XDP_STEER_SOCKETS])
{
	for (uint32_t i = 0; i < ECDN_XDP_STEER_SOCKETS; i++)
		if (bpf_map_lookup_elem(maps->steer_sockets, &(__u32){ first + i }, &cookies[i]))
			cookies[i] = 0;
}

static bool has_cookie(const struct steer_socket *sockets, unsigned int count, uint64_t cookie)
{
	for (unsigned int i = 0; i < count; i++)
		if (sockets[i].cookie == cookie)
			return true;
	return false;
}

static bool row_has(const uint64_t cookies[ECDN_XDP_STEER_SOCKETS], uint64_t cookie)
{
	for (int i = 0; i < ECDN_XDP_STEER_SOCKETS; i++)
		if (cookies[i] == cookie)
			return true;
	return false;
}

static int put_socket(const struct steer_maps *maps, uint32_t place, int fd)
{
	__u64 value = fd;

	if (!bpf_map_update_elem(maps->steer_sockets, &place, &value, BPF_ANY))
		return 0;
	return log_error(-errno, "cannot put a listener's socket into map steer_sockets: %s%s",
			 strerror(errno), errno == EOPNOTSUPP ? "; is it an MPTCP socket? It must "
			 "be a TCP socket that listens, or a UDP socket without a peer" : "");
}

/*
 * A socket that has a place keeps it: put over itself, it would before Linux 6.13 lose its
 * tie to the map and stay in its place after it is closed. New sockets are put over those
 * that leave, so that a listener is never without a socket.
 */
static int fill_row(const struct steer_maps *maps, uint32_t first,
		    const struct steer_socket *sockets, unsigned int count)
{
	uint64_t cookies[ECDN_XDP_STEER_SOCKETS];
	uint32_t place = 0;
	int err = 0;

	steer_maps_read_row(maps, first, cookies);
	for (unsigned int i = 0; i < count && !err; i++) {
		if (row_has(cookies, sockets[i].cookie))
			continue;
		while (has_cookie(sockets, count, cookies[place]))
			place++;
		err = put_socket(maps, first + place, sockets[i].fd);
		cookies[place] = sockets[i].cookie;
	}
	for (uint32_t i = 0; i < ECDN_XDP_STEER_SOCKETS && !err; i++) {
		if (!cookies[i] || has_cookie(sockets, count, cookies[i]))
			continue;
		if (bpf_map_delete_elem(maps->steer_sockets, &(__u32){ first + i }) &&
		    errno != EINVAL && errno != ENOENT) /* the socket was closed, and left by
							   itself */
			err = log_error(-errno, "cannot take a socket out of map steer_sockets: %s",
					strerror(errno));
	}
	return err;
}

static int free_row(const struct steer_table *table, uint32_t *first)
{
	bool taken[ECDN_XDP_STEER_MAX] = {};

	for (unsigned int i = 0; i < table->count; i++)
		taken[table->entry[i].value.first_socket / ECDN_XDP_STEER_SOCKETS %
		      ECDN_XDP_STEER_MAX] = true;
	for (uint32_t row = 0; row < ECDN_XDP_STEER_MAX; row++) {
		if (taken[row])
			continue;
		*first = row * ECDN_XDP_STEER_SOCKETS;
		return 0;
	}
	return log_error(-ENOSPC, "cannot steer to one more listener: there is room for %d; "
			 "`ecdn-xdp steer del` makes room", ECDN_XDP_STEER_MAX);
}

/* Counters that are there already keep their values. */
static int make_stats(const struct steer_maps *maps, struct ecdn_xdp_steer_key key)
{
	int cpus = percpu_cpus();
	scoped_free struct ecdn_xdp_steer_stats *zeros = NULL;

	if (cpus < 0)
		return cpus;
	zeros = calloc(cpus, sizeof(*zeros));
	if (!zeros)
		return log_error(-ENOMEM, "out of memory");
	for (key.family = 4; key.family <= 6; key.family += 2)
		if (bpf_map_update_elem(maps->steer_stats, &key, zeros, BPF_NOEXIST) &&
		    errno != EEXIST)
			return log_error(-errno, "cannot write map steer_stats: %s",
					 strerror(errno));
	return 0;
}

/* The counters are made last: for a connection whose counters are not there no entry is
 * looked up. */
int steer_maps_put(const struct steer_maps *maps, const struct ecdn_xdp_steer_key *key,
		    struct ecdn_xdp_steer *value, const struct steer_socket *sockets,
		    unsigned int count)
{
	const struct steer_entry *old;
	struct steer_table table;
	int err = steer_maps_read(maps, &table);

	if (err)
		return err;
	old = steer_maps_find(&table, key);
	if (old)
		value->first_socket = old->value.first_socket;
	else
		err = free_row(&table, &value->first_socket);
	err = err ?: fill_row(maps, value->first_socket, sockets, count);
	err = err ?: maps_set(maps->steer_listeners, "steer_listeners", key, value);
	return err ?: make_stats(maps, *key);
}

int steer_maps_remove(const struct steer_maps *maps, const struct ecdn_xdp_steer_key *key)
{
	struct ecdn_xdp_steer_key other = *key;
	const struct steer_entry *entry;
	struct steer_table table;
	int err = steer_maps_read(maps, &table);

	entry = steer_maps_find(&table, key);
	if (err || !entry)
		return err;
	err = maps_delete(maps->steer_listeners, "steer_listeners", key);
	err = err ?: fill_row(maps, entry->value.first_socket, NULL, 0);
	other.family = key->family == 4 ? 6 : 4;
	if (err || steer_maps_find(&table, &other))
		return err;
	err = maps_delete(maps->steer_stats, "steer_stats", key);
	return err ?: maps_delete(maps->steer_stats, "steer_stats", &other);
}

int steer_maps_read_stats(const struct steer_maps *maps, const struct ecdn_xdp_steer_key *key,
			 struct ecdn_xdp_steer_stats *sum)
{
	int err = percpu_sum(maps->steer_stats, "steer_stats", key, sum, sizeof(*sum));

	return err == -ENOENT ? 0 : err;
}
