// SPDX-License-Identifier: BSD-2-Clause
#include "view/view_prefixes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/log.h"
#include "base/scoped.h"
#include "kernel/mapped.h"
#include "view/view_pins.h"

static void view_key(struct view_prefix *view, uint64_t key)
{
	addr_bits prefix = key >> ECDN_XDP_PREFIX_SHIFT;

	view->key = key;
	view->region = key & ECDN_XDP_PREFIX_REGION;
	if ((key & ECDN_XDP_PREFIX_FAMILY) == ECDN_XDP_PREFIX_V4) {
		view->cidr.addr.family = AF_INET;
		view->cidr.addr.bits = prefix << (128 - 24);
		view->cidr.length = 24;
	} else {
		view->cidr.addr.family = AF_INET6;
		view->cidr.addr.bits = prefix << (128 - 48);
		view->cidr.length = 48;
	}
}

/* False if the way is empty, belongs to another region, or was given to another prefix while
 * it was read. */
static bool read_way(const volatile struct ecdn_xdp_prefix_set *set, int way, int region,
		     struct view_prefix *view)
{
	const volatile struct ecdn_xdp_prefix *prefix = &set->prefix[way];
	uint64_t key = set->key[way];

	if (!key || (region >= 0 && (key & ECDN_XDP_PREFIX_REGION) != (uint64_t)region))
		return false;
	__sync_synchronize();
	view_key(view, key);
	view->packets = prefix->packets;
	view->bytes = prefix->bytes;
	view->last_seen_ns = prefix->last_seen_ns;
	view->sampled = set->sampled >> way & 1;
	__sync_synchronize();
	return set->key[way] == key && view->packets;
}

static size_t read_sets(const struct ecdn_xdp_prefix_set *sets, size_t count, int region,
			struct view_prefix *views)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++)
		for (int way = 0; way < ECDN_XDP_PREFIX_WAYS; way++)
			found += read_way(&sets[i], way, region, &views[found]);
	return found;
}

static int by_key(const void *a, const void *b)
{
	const struct view_prefix *left = a, *right = b;

	return (left->key > right->key) - (left->key < right->key);
}

static int by_packets(const void *a, const void *b)
{
	const struct view_prefix *left = a, *right = b;

	if (left->packets != right->packets)
		return left->packets < right->packets ? 1 : -1;
	return by_key(a, b);
}

static size_t join_cpus(struct view_prefix *views, size_t count)
{
	size_t joined = 0;

	qsort(views, count, sizeof(*views), by_key);
	for (size_t i = 0; i < count; i++) {
		struct view_prefix *last = joined ? &views[joined - 1] : NULL;

		if (!last || last->key != views[i].key) {
			views[joined++] = views[i];
			continue;
		}
		last->packets += views[i].packets;
		last->bytes += views[i].bytes;
		last->sampled |= views[i].sampled;
		if (views[i].last_seen_ns > last->last_seen_ns)
			last->last_seen_ns = views[i].last_seen_ns;
	}
	qsort(views, joined, sizeof(*views), by_packets);
	return joined;
}

static int read_map(struct view_prefixes *view, int fd, int region)
{
	struct mapped sets;
	int err = mapped_open(&sets, fd, "prefixes", sizeof(struct ecdn_xdp_prefix_set));

	if (err)
		return err;
	view->prefix = malloc(((size_t)sets.entries * ECDN_XDP_PREFIX_WAYS + 1) *
			      sizeof(*view->prefix));
	if (view->prefix) {
		view->count = read_sets(sets.at, sets.entries, region, view->prefix);
		view->count = join_cpus(view->prefix, view->count);
	}
	mapped_close(&sets);
	return view->prefix ? 0 : log_error(-ENOMEM, "out of memory for the prefixes");
}

/* The id of a region; -1, which stands for all regions, if no name is given. */
static int find_region(const struct names *names, const char *region, int *id)
{
	*id = region ? names_find(names, region, strlen(region)) : -1;
	return region && *id < 0 ? names_unknown(region) : 0;
}

int view_prefixes_read(struct view_prefixes *view, const char *pin_dir, const char *region)
{
	struct guard_maps maps;
	struct view_pins pins;
	int id = -1, err = view_pins_guard(&pins, pin_dir, &maps);

	memset(view, 0, sizeof(*view));
	err = err ?: guard_maps_names(&maps, pins.config.max_regions, &view->names);
	err = err ?: find_region(view->names, region, &id);
	view->moment = clock_now();
	err = err ?: read_map(view, maps.prefixes, id);
	guard_maps_close(&maps);
	if (err)
		view_prefixes_free(view);
	return err;
}

void view_prefixes_free(struct view_prefixes *view)
{
	names_free(view->names);
	free(view->prefix);
	memset(view, 0, sizeof(*view));
}

const char *view_prefixes_region(const struct view_prefixes *view,
				 const struct view_prefix *prefix)
{
	return names_of(view->names, prefix->region) ?: "?";
}
