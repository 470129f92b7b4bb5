// SPDX-License-Identifier: BSD-2-Clause
#include "view/view_steer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/scoped.h"
#include "base/words.h"
#include "guard/ports.h"
#include "attach/netns_link.h"
#include "steer/listen_hook.h"
#include "steer/steer_owner.h"
#include "steer/steer_part.h"
#include "view/view_pins.h"

struct reading {
	struct steer_maps maps;
	struct steer_table table;
	struct protected_ports ports;
	struct listeners listeners;
	bool again;             /* they were read once more */
	bool elsewhere;         /* the listeners are of another network namespace than ours */
};

static int by_pid(const void *one, const void *other)
{
	return ((const struct holder *)one)->pid - ((const struct holder *)other)->pid;
}

/* Each process is kept once, since all workers of a proxy have all of its sockets open. */
static int add_holders(struct view_listener *view, const struct listener *listener)
{
	struct holder *all = reallocarray(view->holders, view->holder_count +
					  listener->holder_count + 1, sizeof(*all));
	unsigned int kept = 0;

	if (!all)
		return log_error(-ENOMEM, "out of memory for the processes");
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

/* Looks at the sockets that listen there and are not in the row: `steer refresh` puts them there,
 * unless the row is full, or they are another user's, who has the place while nobody else does. */
static int read_waiting(const struct reading *reading,
			const uint64_t cookies[ECDN_XDP_STEER_SOCKETS], struct view_listener *view)
{
	unsigned int all = reading->listeners.count, count;
	scoped_free const struct listener **found = calloc(all + 1, sizeof(*found));
	uint32_t port_user = steer_owner_of_port(&view->rule, &reading->listeners);
	bool has_room = steer_maps_row_has(cookies, 0);
	const struct listener *foreign;

	if (!found)
		return log_error(-ENOMEM, "out of memory for the listeners");
	count = steer_owner_find(&view->rule, port_user, &reading->listeners, found, all);
	for (unsigned int i = 0; i < count; i++)
		view->waits |= has_room && !steer_maps_row_has(cookies, found[i]->cookie);
	foreign = count ? NULL : steer_owner_foreign(&view->rule, &reading->listeners);
	view->foreign = foreign && !steer_maps_row_has(cookies, foreign->cookie);
	return 0;
}

/* One that has come into a row since the listeners were read has them read again, once. */
static int find_listener(struct reading *reading, uint64_t cookie, const struct listener **found)
{
	int err;

	*found = listeners_by_cookie(&reading->listeners, cookie);
	if (*found || reading->again)
		return 0;
	reading->again = true;
	listeners_free(&reading->listeners);
	err = listeners_read(&reading->listeners);
	if (!err)
		*found = listeners_by_cookie(&reading->listeners, cookie);
	return err;
}

/* The first socket decides which families the listener serves, as it does in the kernel. */
static int add_socket(struct view_listener *view, const struct listener *listener)
{
	if (!view->sockets) {
		view->v4.served = listener->serves_v4;
		view->v6.served = listener->serves_v6;
	}
	view->sockets++;
	return add_holders(view, listener);
}

/* What is in a row and listens no more gets no connection: it is shut down, or will be closed. Of
 * another network namespace nobody knows. */
static int read_sockets(struct reading *reading, const struct steer_entry *entry,
			struct view_listener *view)
{
	uint64_t cookies[ECDN_XDP_STEER_SOCKETS];
	int err = steer_maps_read_row(&reading->maps, entry->value.first_socket, cookies);

	for (int i = 0; i < ECDN_XDP_STEER_SOCKETS && !err; i++) {
		const struct listener *listener = NULL;

		if (!cookies[i] || steer_maps_row_repeats(cookies, i))
			continue;
		if (!reading->elsewhere)
			err = find_listener(reading, cookies[i], &listener);
		else
			view->sockets++;
		if (!err && listener)
			err = add_socket(view, listener);
	}
	return err || reading->elsewhere ? err : read_waiting(reading, cookies, view);
}

static int read_stats(const struct reading *reading, struct ecdn_xdp_steer_key key,
		      struct view_family *view, uint8_t family)
{
	struct ecdn_xdp_steer_key other = key;
	bool mine = key.family == family;

	other.family = family;
	view->own = mine || !steer_maps_find(&reading->table, &other);
	return steer_maps_read_stats(&reading->maps, &other, &view->stats);
}

static int read_listener(struct reading *reading, const struct steer_entry *entry,
			 struct view_listener *view)
{
	int err;

	steer_rule_from(&view->rule, &entry->key, &entry->value, entry->rule.user);
	err = read_sockets(reading, entry, view);
	err = err ?: read_stats(reading, entry->key, &view->v4, 4);
	err = err ?: read_stats(reading, entry->key, &view->v6, 6);
	if (!ports_cover(&reading->ports, view->rule.port, view->rule.protocol))
		view->state = VIEW_STEER_UNPROTECTED;
	else if (view->sockets)
		view->state = VIEW_STEER_READY;
	else
		view->state = view->foreign ? VIEW_STEER_FOREIGN : VIEW_STEER_GONE;
	return err;
}

static struct view_listener *sibling(const struct view_steer *view, unsigned int i)
{
	const struct steer_rule *rule = &view->listener[i].rule;

	for (unsigned int j = 0; j < view->count; j++)
		/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): counted where it is. */
		if (j != i && view->listener[j].rule.port == rule->port &&
		    view->listener[j].rule.protocol == rule->protocol)
			return &view->listener[j];
	return NULL;
}

/* While the port's other listener has an open socket, a listener serves none of that one's
 * family, even if its own sockets could. */
static void settle_families(struct view_steer *view)
{
	for (unsigned int i = 0; i < view->count; i++) {
		struct view_listener *one = &view->listener[i], *other = sibling(view, i);

		if (!other || !other->sockets)
			continue;
		/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): counted where it is. */
		one->v4.served &= one->v4.own;
		one->v6.served &= one->v6.own;
	}
}

static int read_all(struct view_steer *view, struct reading *reading)
{
	int err = steer_maps_read(&reading->maps, &reading->table);

	err = err ?: listeners_read(&reading->listeners);
	if (err)
		return err;
	view->listener = calloc(reading->table.count + 1, sizeof(*view->listener));
	if (!view->listener)
		err = log_error(-ENOMEM, "out of memory for the listeners");
	while (!err && view->count < reading->table.count) {
		err = read_listener(reading, &reading->table.entry[view->count],
				    &view->listener[view->count]);
		view->count++;
	}
	settle_families(view);
	listeners_free(&reading->listeners);
	return err;
}

int view_steer_read(struct view_steer *view, const char *pin_dir)
{
	struct reading reading = {};
	struct guard_maps guard;
	struct view_pins pins;
	uint64_t cgroup = 0;
	int err = view_pins_guard(&pins, pin_dir, &guard);

	memset(view, 0, sizeof(*view));
	err = err ?: ports_read(&guard, pins.config.protect, &reading.ports);
	guard_maps_close(&guard);
	/* No listener was ever added. */
	if (err || !part_is_loaded(&steer_part, pins.pins.dir))
		return err;
	err = maps_open(steer_maps_rows, &reading.maps, &pins.pins);
	err = err ?: netns_link_read(&steer_part_hook, pins.pins.dir, &view->attached,
				     &view->here);
	reading.elsewhere = view->attached && !view->here;
	err = err ?: listen_hook_cgroup(pins.pins.dir, &cgroup);
	view->hooked = cgroup;
	view->unguarded = pins.config.unguarded;
	view->uncounted = pins.config.listen_hook && !view->hooked;
	err = err ?: read_all(view, &reading);
	maps_close(steer_maps_rows, &reading.maps);
	if (err)
		view_steer_free(view);
	return err;
}

void view_steer_free(struct view_steer *view)
{
	for (unsigned int i = 0; i < view->count; i++)
		free(view->listener[i].holders);
	free(view->listener);
	memset(view, 0, sizeof(*view));
}

bool view_steer_waits(const struct view_steer *view)
{
	for (unsigned int i = 0; i < view->count; i++)
		if (view->listener[i].waits)
			return true;
	return false;
}

const char *view_steer_state_name(enum view_steer_state state)
{
	static const char *const names[] = {
		[VIEW_STEER_READY] = "ready",
		[VIEW_STEER_GONE] = "gone",
		[VIEW_STEER_FOREIGN] = "foreign",
		[VIEW_STEER_UNPROTECTED] = "unprotected",
	};
	_Static_assert(sizeof(names) / sizeof(*names) == VIEW_STEER_STATES, "a name each");

	return words_name(names, VIEW_STEER_STATES, state);
}
