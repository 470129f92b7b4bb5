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
#include "view/view_regions.h"

/* A kind of prefix: how its bits are in a key, and what they say. */
static const struct kind {
	int family;
	unsigned int length;
	enum view_prefix_share share;
} wider[] = {
	[ECDN_XDP_PREFIX_V4_20] = { AF_INET, 20, VIEW_PREFIX_WIDER },
	[ECDN_XDP_PREFIX_V6_40] = { AF_INET6, 40, VIEW_PREFIX_WIDER },
	[ECDN_XDP_PREFIX_V6_32] = { AF_INET6, 32, VIEW_PREFIX_WIDEST },
	[ECDN_XDP_PREFIX_PROVEN_V4] = { AF_INET, 24, VIEW_PREFIX_PROVEN },
	[ECDN_XDP_PREFIX_KNOWN_V4] = { AF_INET, 24, VIEW_PREFIX_KNOWN },
};

/* Takes the kind off the prefix of a key; NULL if this version does not know it. */
static const struct kind *kind_of(uint64_t key, uint64_t *prefix)
{
	static const struct kind v4 = { AF_INET, 24, VIEW_PREFIX_UNPROVEN },
		v6 = { AF_INET6, 48, VIEW_PREFIX_UNPROVEN },
		known_v6 = { AF_INET6, 48, VIEW_PREFIX_KNOWN },
		proven_v6 = { AF_INET6, 48, VIEW_PREFIX_PROVEN };
	uint64_t kind = *prefix >> 40;

	switch (key & ECDN_XDP_PREFIX_FAMILY) {
	case ECDN_XDP_PREFIX_V4:
		return &v4;
	case ECDN_XDP_PREFIX_PROVEN_V6:
		/* What is above the limit counts in another row, too. */
		if (*prefix >> 45 == (ECDN_XDP_PREFIX_MORE_V6 >> 45 ^ 1) ||
		    *prefix >> 45 == (ECDN_XDP_PREFIX_COOKIE_V6 >> 45 ^ 1))
			return NULL;
		/* Of what begins with these three bits, only known addresses' shares are there. */
		if (*prefix >> 45 != (ECDN_XDP_PREFIX_KNOWN_V6 >> 45 | 1))
			return &proven_v6;
		*prefix &= ~ECDN_XDP_PREFIX_KNOWN_V6;
		return &known_v6;
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
	*view = (struct view_prefix){ .region = key & ECDN_XDP_PREFIX_REGION,
				      .share = kind->share };
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

static int by_number(uint64_t one, uint64_t other)
{
	return one > other ? -1 : one < other;
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

static int by_share(const void *a, const void *b)
{
	const struct view_prefix *left = a, *right = b;

	return by_prefix(a, b) ?: (int)left->share - (int)right->share;
}

/* Without a comparison all rates are 0. */
static int by_weight(const void *a, const void *b)
{
	const struct view_prefix *left = a, *right = b;
	int by = by_number(left->pps, right->pps);

	return by ?: by_number(left->packets, right->packets) ?: by_prefix(a, b);
}

static void add_prefix(struct view_prefix *to, const struct view_prefix *from)
{
	to->packets += from->packets;
	to->bytes += from->bytes;
	to->sampled |= from->sampled;
	if (from->last_seen_ns > to->last_seen_ns)
		to->last_seen_ns = from->last_seen_ns;
	to->pps += from->pps;
	to->bps += from->bps;
	to->dropped += from->dropped;
	if (from->over > to->over)
		to->over = from->over;
}

/* Those that are the same by an order, in which they are, become one. */
static size_t join(struct view_prefix *views, size_t count,
		   int (*order)(const void *one, const void *other))
{
	size_t joined = 0;

	for (size_t i = 0; i < count; i++)
		if (!joined || order(&views[joined - 1], &views[i]))
			views[joined++] = views[i];
		else
			add_prefix(&views[joined - 1], &views[i]);
	return joined;
}

static int join_shares(struct view_prefixes *view)
{
	free(view->prefix);
	view->prefix = malloc((view->share_count + 1) * sizeof(*view->prefix));
	if (!view->prefix)
		return log_error(-ENOMEM, "out of memory for the prefixes");
	memcpy(view->prefix, view->share, view->share_count * sizeof(*view->prefix));
	view->count = join(view->prefix, view->share_count, by_prefix);
	qsort(view->prefix, view->count, sizeof(*view->prefix), by_weight);
	return 0;
}

static int read_map(struct view_prefixes *view, int fd, int region)
{
	struct mapped sets;
	int err = mapped_open(&sets, fd, "prefixes", sizeof(struct ecdn_xdp_prefix_set));

	if (err)
		return err;
	view->share = malloc(((size_t)sets.entries * ECDN_XDP_PREFIX_WAYS + 1) *
			     sizeof(*view->share));
	if (view->share) {
		view->share_count = read_sets(sets.at, sets.entries, region, view->share);
		qsort(view->share, view->share_count, sizeof(*view->share), by_share);
		view->share_count = join(view->share, view->share_count, by_share);
	}
	mapped_close(&sets);
	return view->share ? join_shares(view) :
	       log_error(-ENOMEM, "out of memory for the prefixes");
}

/* The limit of a share in a surge of that state; 0: none. */
static uint64_t limit_of(const struct view_prefix *share, const struct view_region *region)
{
	const struct ecdn_xdp_limits *limits = &region->limits;

	switch (share->share) {
	case VIEW_PREFIX_WIDER:
		return limits->aggregate_pps[0];
	case VIEW_PREFIX_WIDEST:
		return limits->aggregate_pps[1];
	case VIEW_PREFIX_PROVEN:
		return region->state == ECDN_XDP_STATE_LIMITED ? limits->prefix_pps :
								 limits->aggregate_pps[1];
	default:
		return limits->prefix_pps;
	}
}

static uint64_t above(const struct view_prefix *share, uint64_t limit,
		      const struct view_region *region)
{
	if (region->state == ECDN_XDP_STATE_BLOCKED)
		return share->pps;
	if (region->state != ECDN_XDP_STATE_LIMITED && region->state != ECDN_XDP_STATE_SHIELDED)
		return 0;
	return limit && share->pps > limit ? share->pps - limit : 0;
}

/* Of a counter that began anew meanwhile, all came since. */
static double since(uint64_t after, uint64_t before)
{
	return after < before ? after : after - before;
}

static uint64_t nearest(double number)
{
	uint64_t whole = number;

	return whole + (number - whole >= 0.5);
}

static void measure(struct view_prefix *share, const struct view_prefix *before,
		    const struct view_region *region, double seconds)
{
	uint64_t limit = region ? limit_of(share, region) : 0;

	share->measured = true;
	share->pps = nearest(since(share->packets, before->packets) / seconds);
	share->bps = nearest(since(share->bytes, before->bytes) * 8 / seconds);
	share->over = limit ? share->pps * 1000 / limit : 0;
	share->dropped = region ? above(share, limit, region) : 0;
}

int view_prefixes_compare(struct view_prefixes *view, const struct view_prefixes *before,
			  const struct view_regions *regions)
{
	double seconds = (view->moment.now_ns - before->moment.now_ns) / (double)NS_PER_SECOND;
	const struct view_prefix none = {};

	for (size_t i = 0; i < view->share_count && seconds > 0; i++) {
		struct view_prefix *share = &view->share[i];
		const struct view_prefix *found = bsearch(share, before->share,
			before->share_count, sizeof(*share), by_share);

		measure(share, found ?: &none, view_regions_at(regions, share->region), seconds);
	}
	return join_shares(view);
}

/* The id of a region; -1, which stands for all regions, if no name is given. */
static int find_region(const struct names *names, const char *region, int *id)
{
	struct words_guess guess = { .word = region };

	*id = region ? names_find(names, region, strlen(region)) : -1;
	if (!region || *id >= 0)
		return 0;
	names_guess(names, &guess);
	return names_unknown(&guess);
}

int view_prefixes_read(struct view_prefixes *view, const char *pin_dir, const char *region)
{
	struct guard_maps maps;
	struct view_pins pins;
	int id = -1, err = view_pins_guard_shared(&pins, pin_dir, &maps);

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
	free(view->share);
	memset(view, 0, sizeof(*view));
}

const char *view_prefixes_region(const struct view_prefixes *view,
				 const struct view_prefix *prefix)
{
	return names_of(view->names, prefix->region) ?: "?";
}
