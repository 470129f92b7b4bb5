// SPDX-License-Identifier: BSD-2-Clause
#include "steer/steer_maps.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#include "base/log.h"
#include "base/scoped.h"
#include "kernel/journal.h"
#include "kernel/percpu.h"
#include "net/netns.h"

const struct map_row steer_maps_rows[] = {
	MAP_ROW(struct steer_maps, steer_listeners,
		MAP_IS(HASH, struct ecdn_xdp_steer_key, struct ecdn_xdp_steer)),
	MAP_ROW(struct steer_maps, steer_sockets, MAP_IS(SOCKMAP, __u32, __u64)),
	MAP_ROW(struct steer_maps, steer_stats,
		MAP_IS(PERCPU_HASH, struct ecdn_xdp_steer_key, struct ecdn_xdp_steer_stats)),
	MAP_ROW(struct steer_maps, steer_rules,
		MAP_IS(ARRAY, __u32, struct ecdn_xdp_steer_rule), MAP_OPTIONAL,
		MAP_ENTRIES(ECDN_XDP_STEER_MAX)),
	MAP_ROW(struct steer_maps, steer_marks,
		MAP_IS(SK_STORAGE, int, struct ecdn_xdp_steer_mark), MAP_OPTIONAL),
	MAP_ROW_LINK(steer, BPF_LINK_TYPE_NETNS),
	MAP_ROW_PROGRAM(listen),
	MAP_ROW_LINK(listen, BPF_LINK_TYPE_CGROUP),
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

static __u32 row_of(const struct ecdn_xdp_steer *value)
{
	return value->first_socket / ECDN_XDP_STEER_SOCKETS % ECDN_XDP_STEER_MAX;
}

/* Zeros, which allow root alone, where an earlier version has written the entry. */
static int read_rule(const struct steer_maps *maps, struct steer_entry *entry)
{
	__u32 row = row_of(&entry->value);

	memset(&entry->rule, 0, sizeof(entry->rule));
	return maps->steer_rules < 0 ? 0 :
	       maps_get(maps->steer_rules, "steer_rules", &row, &entry->rule);
}

static int read_rules(const struct steer_maps *maps, struct steer_table *table)
{
	int err = 0;

	for (unsigned int i = 0; i < table->count && !err; i++)
		err = read_rule(maps, &table->entry[i]);
	return err;
}

int steer_maps_read(const struct steer_maps *maps, struct steer_table *table)
{
	struct ecdn_xdp_steer_key key, *last = NULL;

	int err = 0;

	table->count = 0;
	if (maps->steer_listeners < 0)
		return 0;
	while (table->count < ECDN_XDP_STEER_MAX &&
	       (err = maps_next(maps->steer_listeners, "steer_listeners", last, &key)) > 0) {
		struct steer_entry *entry = &table->entry[table->count];

		last = &key;
		entry->key = key;
		if (!bpf_map_lookup_elem(maps->steer_listeners, &key, &entry->value))
			table->count++;
		else if (errno != ENOENT) /* a reader holds no lock, so the entry may be gone */
			return log_error(-errno, "cannot read map steer_listeners: %s",
					 strerror(errno));
	}
	if (err < 0)
		return err;
	qsort(table->entry, table->count, sizeof(*table->entry), by_order);
	return read_rules(maps, table);
}

const struct steer_entry *steer_maps_find(const struct steer_table *table,
					   const struct ecdn_xdp_steer_key *key)
{
	for (unsigned int i = 0; i < table->count; i++)
		if (order(&table->entry[i].key) == order(key))
			return &table->entry[i];
	return NULL;
}

/* The cookie of the open socket in a place; 0 if it is free. */
static int read_place(const struct steer_maps *maps, uint32_t place, uint64_t *cookie)
{
	*cookie = 0;
	if (!bpf_map_lookup_elem(maps->steer_sockets, &place, cookie) || errno == ENOENT)
		return 0;
	return log_error(-errno, "cannot read map steer_sockets: %s", strerror(errno));
}

bool steer_maps_elsewhere(const struct steer_table *table)
{
	for (unsigned int i = 0; i < table->count; i++)
		if (table->entry[i].rule.netns && table->entry[i].rule.netns != netns_own())
			return true;
	return false;
}

int steer_maps_read_row(const struct steer_maps *maps, uint32_t first,
		   uint64_t cookies[ECDN_XDP_STEER_SOCKETS])
{
	int err = 0;

	for (uint32_t i = 0; i < ECDN_XDP_STEER_SOCKETS && !err; i++)
		err = read_place(maps, first + i, &cookies[i]);
	return err;
}

static bool has_cookie(const struct steer_socket *sockets, unsigned int count, uint64_t cookie)
{
	for (unsigned int i = 0; i < count; i++)
		if (sockets[i].cookie == cookie)
			return true;
	return false;
}

bool steer_maps_row_has(const uint64_t cookies[ECDN_XDP_STEER_SOCKETS], uint64_t cookie)
{
	for (int i = 0; i < ECDN_XDP_STEER_SOCKETS; i++)
		if (cookies[i] == cookie)
			return true;
	return false;
}

bool steer_maps_row_repeats(const uint64_t cookies[ECDN_XDP_STEER_SOCKETS], uint32_t at)
{
	uint32_t first = 0;

	while (cookies[first] != cookies[at])
		first++;
	return cookies[at] && first < at;
}

static int delete_socket(const struct steer_maps *maps, uint32_t place)
{
	if (!bpf_map_delete_elem(maps->steer_sockets, &place) ||
	    errno == EINVAL || errno == ENOENT) /* the socket was closed, and left by itself */
		return 0;
	return log_error(-errno, "cannot take a socket out of map steer_sockets: %s",
			 strerror(errno));
}

/* What a row had, and what it is to have of that and besides. */
struct change {
	uint32_t first;
	const uint64_t *before;
	const struct steer_socket *sockets;
	unsigned int count;
};

/* Whether a socket was in the row and is to be there no more. What has come since is another's
 * to judge: the program listen has put it there, maybe in the place of one that was closed. */
static bool leaves(const struct change *change, uint64_t cookie)
{
	return cookie && steer_maps_row_has(change->before, cookie) &&
	       !has_cookie(change->sockets, change->count, cookie);
}

/* Puts a socket into the first place of a row that is free or has a socket which leaves, as it is
 * now; where there is none, the row is full. */
static int put_in_row(const struct steer_maps *maps, const struct change *change,
		      const struct steer_socket *socket)
{
	const struct steer_take_maps to = { maps->steer_sockets, maps->steer_marks };
	int err = -EEXIST;

	for (uint32_t i = 0; i < ECDN_XDP_STEER_SOCKETS && err == -EEXIST; i++) {
		uint64_t cookie;
		int unread = read_place(maps, change->first + i, &cookie);

		if (unread)
			return unread;
		if (!cookie || leaves(change, cookie))
			err = steer_take_put(&to, socket, change->first + i, !cookie);
	}
	return err == -EEXIST ? 0 : err;
}

/*
 * A socket that has a place keeps it: put over itself, it would before Linux 6.13 lose its
 * tie to the map and stay in its place after it is closed. New sockets are put over those
 * that leave, so that a listener is never without a socket.
 */
static int fill_row(const struct steer_maps *maps, const struct change *change)
{
	const struct steer_take_maps to = { maps->steer_sockets, maps->steer_marks };
	uint64_t now[ECDN_XDP_STEER_SOCKETS];
	int err = steer_maps_read_row(maps, change->first, now);

	for (unsigned int i = 0; i < change->count && !err; i++) {
		const struct steer_socket *socket = &change->sockets[i];

		steer_take_mark(&to, socket);
		if ((socket->fd >= 0 || socket->by_cookie) &&
		    !steer_maps_row_has(now, socket->cookie))
			err = put_in_row(maps, change, socket);
	}
	err = err ?: steer_maps_read_row(maps, change->first, now);
	for (uint32_t i = 0; i < ECDN_XDP_STEER_SOCKETS && !err; i++)
		if (leaves(change, now[i]) || steer_maps_row_repeats(now, i))
			err = delete_socket(maps, change->first + i);
	return err;
}

int steer_maps_sweep(const struct steer_maps *maps, const struct steer_table *table)
{
	bool taken[ECDN_XDP_STEER_MAX] = {};
	int err = 0;

	for (unsigned int i = 0; i < table->count; i++)
		taken[row_of(&table->entry[i].value)] = true;
	for (uint32_t i = 0; i < ECDN_XDP_STEER_MAX * ECDN_XDP_STEER_SOCKETS; i++)
		if (!taken[i / ECDN_XDP_STEER_SOCKETS])
			err = delete_socket(maps, i) ?: err;
	return err;
}

int steer_maps_take_out(const struct steer_maps *maps, uint32_t first, uint64_t cookie)
{
	const uint64_t before[ECDN_XDP_STEER_SOCKETS] = { cookie };
	const struct change change = { first, before, NULL, 0 };

	return fill_row(maps, &change);
}

static int free_row(const struct steer_table *table, uint32_t *first)
{
	bool taken[ECDN_XDP_STEER_MAX] = {};

	for (unsigned int i = 0; i < table->count; i++)
		taken[row_of(&table->entry[i].value)] = true;
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
	int cpus = percpu_cpus(), err = 0;
	scoped_free struct ecdn_xdp_steer_stats *zeros = NULL;

	if (cpus < 0)
		return cpus;
	zeros = calloc(cpus, sizeof(*zeros));
	if (!zeros)
		return log_error(-ENOMEM, "out of memory");
	for (key.family = 4; key.family <= 6 && !err; key.family += 2) {
		err = journal_save_absent(maps->steer_stats, "steer_stats", &key);
		if (!err && bpf_map_update_elem(maps->steer_stats, &key, zeros, BPF_NOEXIST) &&
		    errno != EEXIST)
			err = log_error(-errno, "cannot write map steer_stats: %s",
					strerror(errno));
	}
	return err;
}

static int write_rule(const struct steer_maps *maps, const struct steer_entry *entry)
{
	struct ecdn_xdp_steer_rule rule = {
		.listener_port = entry->value.listener_port,
		.port = entry->key.port,
		.protocol = entry->key.protocol,
		.family = entry->key.family,
		.netns = entry->rule.netns,
		.user = entry->rule.user,
		.port_user = entry->rule.port_user,
	};

	if (maps->steer_rules < 0 && rule.user)
		return log_error(-EPROTO, "an earlier version has loaded steer, which does not "
				 "remember users; `ecdn-xdp load` loads this one");
	if (maps->steer_rules < 0)
		return 0;
	memcpy(rule.listener_addr, entry->value.listener_addr, sizeof(rule.listener_addr));
	return maps_set(maps->steer_rules, "steer_rules", &(__u32){ row_of(&entry->value) }, &rule);
}

static int clear_rule(const struct steer_maps *maps, const struct ecdn_xdp_steer *value)
{
	const struct ecdn_xdp_steer_rule none = {};

	return maps->steer_rules < 0 ? 0 :
	       maps_set(maps->steer_rules, "steer_rules", &(__u32){ row_of(value) }, &none);
}

int steer_maps_prepare(const struct steer_maps *maps, struct steer_entry *entry)
{
	const struct steer_entry *old;
	struct steer_table table;
	int err = steer_maps_read(maps, &table);

	if (err)
		return err;
	old = steer_maps_find(&table, &entry->key);
	if (!old)
		err = free_row(&table, &entry->value.first_socket);
	else
		entry->value.first_socket = old->value.first_socket;
	/* Until it is looked up again. */
	if (old)
		entry->rule.port_user = old->rule.port_user;
	err = err ?: write_rule(maps, entry);
	return err ?: maps_set(maps->steer_listeners, "steer_listeners", &entry->key,
			       &entry->value);
}

/* The counters are made last: for a connection whose counters are not there no entry is
 * looked up. */
int steer_maps_put(const struct steer_maps *maps, const struct steer_entry *entry,
		   const uint64_t before[ECDN_XDP_STEER_SOCKETS],
		   const struct steer_socket *sockets, unsigned int count)
{
	const struct change change = { entry->value.first_socket, before, sockets, count };
	int err = write_rule(maps, entry);

	err = err ?: fill_row(maps, &change);
	return err ?: make_stats(maps, entry->key);
}

int steer_maps_keep(const struct steer_maps *maps, const struct steer_entry *entry)
{
	int err = write_rule(maps, entry);

	return err ?: make_stats(maps, entry->key);
}

/* The row's rule goes first, so that no socket comes into it that nobody would take out. */
static int clear_row(const struct steer_maps *maps, const struct ecdn_xdp_steer *value)
{
	uint64_t cookies[ECDN_XDP_STEER_SOCKETS];
	const struct change change = { value->first_socket, cookies, NULL, 0 };
	int err = clear_rule(maps, value);

	err = err ?: steer_maps_read_row(maps, value->first_socket, cookies);
	return err ?: fill_row(maps, &change);
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
	err = err ?: clear_row(maps, &entry->value);
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
