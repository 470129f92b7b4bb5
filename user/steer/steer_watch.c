// SPDX-License-Identifier: BSD-2-Clause
#include "steer/steer_watch.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "attach/netns_link.h"
#include "base/log.h"
#include "base/scoped.h"
#include "steer/listen_hook.h"
#include "steer/steer_maps.h"
#include "steer/steer_owner.h"
#include "steer/steer_part.h"

struct look {
	struct steer_maps maps;
	struct listeners listeners;
	const struct listener **found; /* room for all */
	struct steer_watch *watch;
};

static unsigned int count_places(const uint64_t row[ECDN_XDP_STEER_SOCKETS])
{
	unsigned int count = 0;

	for (int i = 0; i < ECDN_XDP_STEER_SOCKETS; i++)
		count += row[i] != 0;
	return count;
}

/* What has no room in a full row is not missed. */
static int look_at(const struct look *look, const struct steer_entry *entry)
{
	uint64_t row[ECDN_XDP_STEER_SOCKETS];
	unsigned int count, used;
	struct steer_rule rule;
	uint32_t port_user;
	int err = steer_maps_read_row(&look->maps, entry->value.first_socket, row);

	if (err)
		return err;
	steer_rule_from(&rule, &entry->key, &entry->value, entry->rule.user);
	port_user = steer_owner_of_port(&rule, &look->listeners);
	count = steer_owner_find(&rule, port_user, &look->listeners, look->found,
				 look->listeners.count);
	used = count_places(row);
	look->watch->rules++;
	look->watch->served += used > 0;
	for (unsigned int i = 0; i < count && used < ECDN_XDP_STEER_SOCKETS; i++) {
		if (steer_maps_row_has(row, look->found[i]->cookie))
			continue;
		look->watch->lacking++;
		look->watch->cookies += look->found[i]->cookie;
		used++;
	}
	return 0;
}

static int look_at_all(struct look *look, const struct steer_table *table, bool hooked)
{
	int err = 0;

	for (unsigned int i = 0; i < table->count && !err; i++) {
		const struct steer_entry *entry = &table->entry[i];

		if (hooked && entry->key.protocol == IPPROTO_TCP)
			continue;
		if (!look->found) {
			err = listeners_read_sockets(&look->listeners);
			look->found = calloc(look->listeners.count + 1, sizeof(*look->found));
			if (!err && !look->found)
				err = log_error(-ENOMEM, "out of memory");
		}
		err = err ?: look_at(look, entry);
	}
	listeners_free(&look->listeners);
	free(look->found);
	return err;
}

static int read_here(struct steer_watch *watch, const struct pins *pins)
{
	struct look look = { .watch = watch };
	struct steer_table table;
	uint64_t cgroup = 0;
	int err = maps_open(steer_maps_rows, &look.maps, pins);

	err = err ?: steer_maps_read(&look.maps, &table);
	err = err ?: listen_hook_cgroup(pins->dir, &cgroup);
	err = err ?: look_at_all(&look, &table, cgroup);
	maps_close(steer_maps_rows, &look.maps);
	return err;
}

int steer_watch_read(struct steer_watch *watch, const char *dir)
{
	bool attached, here;
	struct pins pins;
	int err = pins_init(&pins, dir);

	memset(watch, 0, sizeof(*watch));
	if (err || !part_is_loaded(&steer_part, pins.dir))
		return err;
	err = netns_link_read(&steer_part_hook, pins.dir, &attached, &here);
	return err || !here ? err : read_here(watch, &pins);
}
