// SPDX-License-Identifier: BSD-2-Clause
/*
 * view/view_prefixes.c - the heavy prefixes: each CPU keeps its own table (bpf/prefix.h),
 * a prefix's counts are the sum over those that hold it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/log.h"
#include "base/scoped.h"
#include "kernel/maps.h"
#include "view/snapshot.h"

static void view_key(struct prefix_view *view, uint64_t key)
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

/* False where the way is empty, of another region, or was taken over meanwhile. */
static bool read_way(const volatile struct ecdn_xdp_prefix_set *set, int way, int region,
		     struct prefix_view *view)
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
	__sync_synchronize();
	return set->key[way] == key && view->packets;
}

static size_t read_sets(const struct ecdn_xdp_prefix_set *sets, size_t count, int region,
			struct prefix_view *views)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++)
		for (int way = 0; way < ECDN_XDP_PREFIX_WAYS; way++)
			found += read_way(&sets[i], way, region, &views[found]);
	return found;
}

static int by_key(const void *a, const void *b)
{
	const struct prefix_view *left = a, *right = b;

	return (left->key > right->key) - (left->key < right->key);
}

static int by_packets(const void *a, const void *b)
{
	const struct prefix_view *left = a, *right = b;

	if (left->packets != right->packets)
		return left->packets < right->packets ? 1 : -1;
	return by_key(a, b);
}

static size_t join_cpus(struct prefix_view *views, size_t count)
{
	size_t joined = 0;

	qsort(views, count, sizeof(*views), by_key);
	for (size_t i = 0; i < count; i++) {
		struct prefix_view *last = joined ? &views[joined - 1] : NULL;

		if (!last || last->key != views[i].key) {
			views[joined++] = views[i];
			continue;
		}
		last->packets += views[i].packets;
		last->bytes += views[i].bytes;
		if (views[i].last_seen_ns > last->last_seen_ns)
			last->last_seen_ns = views[i].last_seen_ns;
	}
	qsort(views, joined, sizeof(*views), by_packets);
	return joined;
}

int snapshot_prefixes(const char *pin_dir, int region, struct prefix_view **prefixes,
		      size_t *count)
{
	size_t sets = (size_t)libbpf_num_possible_cpus() * ECDN_XDP_PREFIX_SETS;
	size_t size = sets * sizeof(struct ecdn_xdp_prefix_set);
	struct prefix_view *views;
	scoped_fd int fd = pins_get(pin_dir, "prefixes");
	void *mapped;

	if (fd < 0)
		return fd;
	mapped = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
	if (mapped == MAP_FAILED)
		return log_error(-errno, "cannot map prefixes: %s", strerror(errno));
	views = malloc((sets * ECDN_XDP_PREFIX_WAYS + 1) * sizeof(*views));
	if (views)
		*count = join_cpus(views, read_sets(mapped, sets, region, views));
	munmap(mapped, size);
	if (!views)
		return log_error(-ENOMEM, "out of memory");
	*prefixes = views;
	return 0;
}
