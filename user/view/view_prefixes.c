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

/* A kind of prefix: how its bits are in a key, and what they say. */
static const struct kind {
	int family;
	unsigned int length;
} wider[] = {
	[ECDN_XDP_PREFIX_V4_20] = { AF_INET, 20 },
	[ECDN_XDP_PREFIX_V6_40] = { AF_INET6, 40 },
	[ECDN_XDP_PREFIX_V6_32] = { AF_INET6, 32 },
	[ECDN_XDP_PREFIX_PROVEN_V4] = { AF_INET, 24 },
	[ECDN_XDP_PREFIX_KNOWN_V4] = { AF_INET, 24 },
};

/* Takes the kind off the prefix of a key; NULL if this version does not know it. */
static const struct kind *kind_of(uint64_t key, uint64_t *prefix)
{
	static const struct kind v4 = { AF_INET, 24 }, v6 = { AF_INET6, 48 };
	uint64_t kind = *prefix >> 40;

	switch (key & ECDN_XDP_PREFIX_FAMILY) {
	case ECDN_XDP_PREFIX_V4:
		return &v4;
	case ECDN_XDP_PREFIX_PROVEN_V6:
		/* Of what begins with these three bits, only known addresses' shares are there. */
		if (*prefix >> 45 == (ECDN_XDP_PREFIX_MORE_V6 >> 45 | 1))
			return NULL;
		if (*prefix >> 45 == (ECDN_XDP_PREFIX_KNOWN_V6 >> 45 | 1))
			*prefix &= ~ECDN_XDP_PREFIX_KNOWN_V6;
		return &v6;
	case ECDN_XDP_PREFIX_V6:
		return &v6;
	}
	*prefix &= (1ULL << 40) - 1;
	return kind && kind < sizeof(wider) / sizeof(*wider) ? &wider[kind] : NULL;
}

static bool view_key(struct view_prefix *view, uint64_t key)
{
	uint64_t prefix = key >> ECDN_XDP_PREFIX_SHIFT;
	const struct kind *kind = kind_of(key, &prefix);

	if (!kind)
		return false;
	view->region = key & ECDN_XDP_PREFIX_REGION;
	view->cidr.addr.family = kind->family;
	view->cidr.addr.bits = (addr_bits)prefix << (128 - kind->length);
	view->cidr.length = kind->length;
	return true;
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
	if (!view_key(view, key))
		return false;
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

/* The shares of a prefix are one row. */
static int by_prefix(const void *a, const void *b)
{
	const struct view_prefix *left = a, *right = b;
	const struct cidr *one = &left->cidr, *other = &right->cidr;

	if (left->region != right->region)
		return left->region < right->region ? -1 : 1;
	if (one->addr.family != other->addr.family)
		return one->addr.family < other->addr.family ? -1 : 1;
	if (one->addr.bits != other->addr.bits)
		return one->addr.bits < other->addr.bits ? -1 : 1;
	return (int)one->length - (int)other->length;
}

static int by_packets(const void *a, const void *b)
{
	const struct view_prefix *left = a, *right = b;

	if (left->packets != right->packets)
		return left->packets < right->packets ? 1 : -1;
	return by_prefix(a, b);
}

static size_t join(struct view_prefix *views, size_t count)
{
	size_t joined = 0;

	qsort(views, count, sizeof(*views), by_prefix);
	for (size_t i = 0; i < count; i++) {
		struct view_prefix *last = joined ? &views[joined - 1] : NULL;

		if (!last || by_prefix(last, &views[i])) {
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
		view->count = join(view->prefix, view->count);
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
