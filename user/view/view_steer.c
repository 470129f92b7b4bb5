// SPDX-License-Identifier: BSD-2-Clause
#include "view/view_steer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "guard/ports.h"
#include "steer/steer_part.h"

struct reading {
	struct maps maps;
	struct steer_table table;
	struct protection protection;
	struct listeners listeners;
};

static int by_pid(const void *one, const void *other)
{
	return ((const struct holder *)one)->pid - ((const struct holder *)other)->pid;
}

/* Workers of one proxy have all of its sockets open. */
static int add_holders(struct steer_listener_view *view, const struct listener *listener)
{
	struct holder *all = reallocarray(view->holders, view->holder_count +
					  listener->holder_count + 1, sizeof(*all));
	unsigned int kept = 0;

	if (!all)
		return log_error(-ENOMEM, "out of memory");
	view->holders = all;
	for (unsigned int i = 0; i < listener->holder_count; i++)
		all[view->holder_count++] = listener->holders[i];
	qsort(all, view->holder_count, sizeof(*all), by_pid);
	for (unsigned int i = 0; i < view->holder_count; i++)
		if (!kept || all[kept - 1].pid != all[i].pid)
			all[kept++] = all[i];
	view->holder_count = kept;
	return 0;
}

static bool row_has(const uint64_t cookies[ECDN_XDP_STEER_SOCKETS], uint64_t cookie)
{
	for (int i = 0; i < ECDN_XDP_STEER_SOCKETS; i++)
		if (cookies[i] == cookie)
			return true;
	return false;
}

/* The first socket decides which families are served, as it does in the kernel. */
static int read_sockets(const struct reading *reading, const struct steer_entry *entry,
			struct steer_listener_view *view)
{
	uint64_t cookies[ECDN_XDP_STEER_SOCKETS];
	int err = 0;

	steer_row_read(&reading->maps, entry->value.first_socket, cookies);
	for (int i = 0; i < ECDN_XDP_STEER_SOCKETS && !err; i++) {
		const struct listener *listener = cookies[i] ?
			listeners_by_cookie(&reading->listeners, cookies[i]) : NULL;

		if (!cookies[i])
			continue;
		if (listener && !view->sockets) {
			view->v4.served = listener->serves_v4;
			view->v6.served = listener->serves_v6;
		}
		view->sockets++;
		if (listener)
			err = add_holders(view, listener);
	}
	if (!err) {
		const struct listener *found;

		view->waits = steer_rule_find(&view->rule, &reading->listeners, &found, 1) &&
			      !row_has(cookies, found->cookie);
	}
	return err;
}

static int read_stats(const struct reading *reading, struct ecdn_xdp_steer_key key,
		      struct steer_family_view *view, uint8_t family)
{
	struct ecdn_xdp_steer_key other = key;
	bool mine = key.family == family;

	other.family = family;
	view->own = mine || !steer_table_find(&reading->table, &other);
	return steer_stats_read(&reading->maps, &other, &view->stats);
}

static int read_listener(const struct reading *reading, const struct steer_entry *entry,
			 struct steer_listener_view *view)
{
	int err;

	steer_rule_from(&view->rule, &entry->key, &entry->value);
	err = read_sockets(reading, entry, view);
	err = err ?: read_stats(reading, entry->key, &view->v4, 4);
	err = err ?: read_stats(reading, entry->key, &view->v6, 6);
	if (!protection_covers(&reading->protection, view->rule.port, view->rule.protocol))
		view->state = STEER_UNPROTECTED;
	else
		view->state = view->sockets ? STEER_READY : STEER_GONE;
	return err;
}

static struct steer_listener_view *sibling(const struct steer_view *view, unsigned int i)
{
	const struct steer_rule *rule = &view->listener[i].rule;

	for (unsigned int j = 0; j < view->count; j++)
		if (j != i && view->listener[j].rule.port == rule->port &&
		    view->listener[j].rule.protocol == rule->protocol)
			return &view->listener[j];
	return NULL;
}

/* A family goes to the other's listener where its own has no socket. */
static void settle_families(struct steer_view *view)
{
	for (unsigned int i = 0; i < view->count; i++) {
		struct steer_listener_view *one = &view->listener[i], *other = sibling(view, i);

		if (!other || !other->sockets)
			continue;
		one->v4.served &= one->v4.own;
		one->v6.served &= one->v6.own;
	}
}

static int read_all(struct steer_view *view, struct reading *reading)
{
	int err = steer_table_read(&reading->maps, &reading->table);

	err = err ?: protection_read(&reading->maps, &reading->protection);
	err = err ?: listeners_read(&reading->listeners);
	if (err)
		return err;
	view->listener = calloc(reading->table.count + 1, sizeof(*view->listener));
	if (!view->listener)
		err = log_error(-ENOMEM, "out of memory");
	while (!err && view->count < reading->table.count) {
		err = read_listener(reading, &reading->table.entry[view->count],
				    &view->listener[view->count]);
		view->count++;
	}
	settle_families(view);
	listeners_free(&reading->listeners);
	return err;
}

int steer_view_read(struct steer_view *view, const char *pin_dir)
{
	struct reading reading;
	int err = maps_open(&reading.maps, pin_dir);

	memset(view, 0, sizeof(*view));
	err = err ?: steering_read(pin_dir, &view->attached, &view->here);
	err = err ?: read_all(view, &reading);
	maps_close(&reading.maps);
	if (err)
		steer_view_free(view);
	return err;
}

void steer_view_free(struct steer_view *view)
{
	for (unsigned int i = 0; i < view->count; i++)
		free(view->listener[i].holders);
	free(view->listener);
	memset(view, 0, sizeof(*view));
}

const char *steer_state_name(enum steer_state state)
{
	static const char *const names[] = {
		[STEER_READY] = "ready",
		[STEER_GONE] = "gone",
		[STEER_UNPROTECTED] = "unprotected",
	};

	return names[state];
}
