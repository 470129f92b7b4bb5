// SPDX-License-Identifier: BSD-2-Clause
#include "dry/dry_rows.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include <bpf/bpf.h>

#include "base/log.h"
#include "known_cell.h"
#include "share.h"
#include "trusted_rate.h"

#define SHARES 3

static const struct array {
	const char *map;
	size_t size, fd;        /* of a row, in bytes; where in struct dry_maps the fd is */
} arrays[DRY_ROWS_ARRAYS] = {
#define ARRAY(map, type) { #map, sizeof(struct ecdn_xdp_##type), offsetof(struct dry_maps, map) }
	[DRY_ROWS_REGION_CPU] = ARRAY(region_cpu, region_cpu),
	[DRY_ROWS_REGION_STATE] = ARRAY(region_state, region_state),
	[DRY_ROWS_PREFIXES] = ARRAY(prefixes, prefix_set),
	[DRY_ROWS_CPU] = ARRAY(cpu, cpu),
	[DRY_ROWS_KNOWN] = ARRAY(known, known_line),
	[DRY_ROWS_TRUSTED_CPU] = ARRAY(trusted_cpu, trusted_line),
};

static int fd_of(const struct dry_maps *maps, const struct array *array)
{
	return *(const int *)((const char *)maps + array->fd);
}

static int map_copy(struct dry_rows *rows, unsigned int i)
{
	const struct array *array = &arrays[i];
	int fd = fd_of(&rows->copy, array);
	int err = maps_entries(fd, array->map, &rows->copy_entries[i]);
	void *at;

	if (err)
		return err;
	at = mmap(NULL, rows->copy_entries[i] * array->size, PROT_READ | PROT_WRITE, MAP_SHARED,
		  fd, 0);
	if (at == MAP_FAILED)
		return log_error(-errno, "cannot map the copy of %s: %s", array->map,
				 strerror(errno));
	rows->to[i] = at;
	return 0;
}

int dry_rows_open(struct dry_rows *rows, const struct dry_maps *live, const struct dry_maps *copy)
{
	int err = 0;

	memset(rows, 0, sizeof(*rows));
	rows->live = *live;
	rows->copy = *copy;
	for (unsigned int i = 0; i < DRY_ROWS_ARRAYS && !err; i++) {
		int fd = fd_of(live, &arrays[i]);

		if (fd >= 0)
			err = mapped_open(&rows->of[i], fd, arrays[i].map, arrays[i].size);
		err = err ?: map_copy(rows, i);
	}
	return err;
}

void dry_rows_close(struct dry_rows *rows)
{
	for (unsigned int i = 0; i < DRY_ROWS_ARRAYS; i++) {
		mapped_close(&rows->of[i]);
		if (rows->to[i])
			munmap(rows->to[i], rows->copy_entries[i] * arrays[i].size);
	}
	memset(rows, 0, sizeof(*rows));
}

void *dry_rows_at(const struct dry_rows *rows, enum dry_rows_array array, uint32_t index)
{
	return (char *)rows->to[array] + (size_t)index * arrays[array].size;
}

/* The loaded guard's row; NULL: it has none. */
static const void *live_at(const struct dry_rows *rows, enum dry_rows_array array, uint32_t index)
{
	const struct mapped *of = &rows->of[array];

	return index < of->entries ? (const char *)of->at + (size_t)index * arrays[array].size :
				     NULL;
}

/* A row that the loaded guard does not have is zeros, as its own are before the first packet. */
static void copy_row(struct dry_rows *rows, enum dry_rows_array array, uint32_t from, uint32_t to)
{
	const void *row = live_at(rows, array, from);

	if (to >= rows->copy_entries[array])
		return;
	if (row)
		memcpy(dry_rows_at(rows, array, to), row, arrays[array].size);
	else
		memset(dry_rows_at(rows, array, to), 0, arrays[array].size);
}

/* Copies a row that has a lock, or of a hash; what the hash does not have is removed. */
static int copy_value(int from, int to, const char *map, const void *key, __u64 flags)
{
	char value[512] __attribute__((aligned(8)));

	if (from < 0)
		return 0;
	if (bpf_map_lookup_elem_flags(from, key, value, flags)) {
		if (errno != ENOENT)
			return log_error(-errno, "cannot read map %s: %s", map, strerror(errno));
		bpf_map_delete_elem(to, key);
		return 0;
	}
	if (bpf_map_update_elem(to, key, value, flags))
		return log_error(-errno, "cannot fill the copy of %s: %s", map, strerror(errno));
	return 0;
}
_Static_assert(sizeof(struct ecdn_xdp_region_rate) <= 512, "the largest such value");

/* The first bits of a source, as numbers. */
static uint64_t first_bits(const struct address *source, int length)
{
	return (uint64_t)(source->bits >> (128 - length));
}

static int narrow_length(const struct address *source)
{
	return source->family == AF_INET ? 24 : 48;
}

static uint64_t share_hash(const struct address *source, enum share share, uint64_t seed)
{
	return prefix_hash_share(first_bits(source, narrow_length(source)), share, seed);
}

/* A wider prefix: the kind of its key, and its length in bits; 0: the family has none. */
static enum ecdn_xdp_prefix_kind kind_of(const struct address *source, enum dry_rows_level level,
					 int *length)
{
	bool widest = level == DRY_ROWS_WIDEST;

	if (source->family == AF_INET) {
		*length = widest ? 0 : 20;
		return ECDN_XDP_PREFIX_V4_20;
	}
	*length = widest ? 32 : 40;
	return widest ? ECDN_XDP_PREFIX_V6_32 : ECDN_XDP_PREFIX_V6_40;
}

static int copy_prefix(struct dry_rows *rows, uint64_t hash, uint32_t cpu)
{
	uint32_t set = hash & (ECDN_XDP_PREFIX_SETS - 1);
	__u32 buckets = hash >> 32 & (ECDN_XDP_BUCKET_SETS - 1);

	copy_row(rows, DRY_ROWS_PREFIXES, cpu * ECDN_XDP_PREFIX_SETS + set, set);
	return copy_value(rows->live.prefix_buckets, rows->copy.prefix_buckets, "prefix_buckets",
			  &buckets, BPF_F_LOCK);
}

/* Of proven packets above prefix_pps a prefix has another key, whose hash is the complement. */
static int copy_prefixes(struct dry_rows *rows, const struct dry_rows_key *key, uint64_t seed)
{
	int err = 0, length;

	for (int share = 0; share < SHARES && !err; share++) {
		uint64_t hash = share_hash(&key->source, share, seed);

		err = copy_prefix(rows, hash, key->cpu);
		if (!err && share == SHARE_PROVEN)
			err = copy_prefix(rows, ~hash, key->cpu);
	}
	for (int level = DRY_ROWS_WIDER; level < DRY_ROWS_LEVELS && !err; level++) {
		enum ecdn_xdp_prefix_kind kind = kind_of(&key->source, level, &length);

		if (length)
			err = copy_prefix(rows, prefix_hash_wider(prefix_wider(kind,
					  first_bits(&key->source, length)), seed), key->cpu);
	}
	return err;
}

static uint64_t hash_of_known(const struct address *source, uint64_t seed)
{
	__u32 addr_be[4] = {};
	uint8_t bytes[16];

	address_to_bytes(source, bytes);
	memcpy(addr_be, bytes, source->family == AF_INET ? 4 : 16);
	return known_hash(address_version(source->family), addr_be, seed);
}

static int copy_armed(struct dry_rows *rows, const struct dry_rows_key *key)
{
	struct ecdn_xdp_armed_key armed = {
		.port = key->port, .family = address_version(key->target.family),
	};

	address_to_bytes(&key->target, armed.addr);
	if (memcmp(&armed, &rows->armed, sizeof(armed)))
		bpf_map_delete_elem(rows->copy.armed, &rows->armed);
	rows->armed = armed;
	return copy_value(rows->live.armed, rows->copy.armed, "armed", &armed, 0);
}

static int copy_trusted(struct dry_rows *rows, const struct dry_rows_key *key, uint64_t seed)
{
	__u32 index = key->trusted & ECDN_XDP_ENTRY_NODE;
	uint32_t line = trusted_rate_line(index, seed);

	if (rows->trusted && rows->trusted != index)
		bpf_map_delete_elem(rows->copy.trusted_rates, &rows->trusted);
	rows->trusted = index;
	if (!index)
		return 0;
	copy_row(rows, DRY_ROWS_TRUSTED_CPU, key->cpu * ECDN_XDP_TRUSTED_LINES + line, line);
	return copy_value(rows->live.trusted_rates, rows->copy.trusted_rates, "trusted_rates",
			  &index, BPF_F_LOCK);
}

/* What cannot be parsed counts in region 0. */
static int copy_region(struct dry_rows *rows, uint32_t region, uint32_t cpu, uint32_t max_regions)
{
	int err;

	copy_row(rows, DRY_ROWS_REGION_CPU, cpu * max_regions + region, region);
	copy_row(rows, DRY_ROWS_REGION_STATE, region, region);
	err = copy_value(rows->live.region_limits, rows->copy.region_limits, "region_limits",
			 &region, 0);
	return err ?: copy_value(rows->live.region_rate, rows->copy.region_rate, "region_rate",
				 &region, BPF_F_LOCK);
}

int dry_rows_copy(struct dry_rows *rows, const struct dry_rows_key *key,
		  const struct ecdn_xdp_config *config)
{
	uint32_t line = hash_of_known(&key->source, config->hash_seed) &
			(ECDN_XDP_KNOWN_LINES - 1);
	int err = copy_region(rows, key->region, key->cpu, config->max_regions);

	if (key->region)
		err = err ?: copy_region(rows, 0, key->cpu, config->max_regions);
	copy_row(rows, DRY_ROWS_CPU, key->cpu, 0);
	copy_row(rows, DRY_ROWS_KNOWN, line, line);
	err = err ?: copy_prefixes(rows, key, config->hash_seed);
	err = err ?: copy_armed(rows, key);
	return err ?: copy_trusted(rows, key, config->hash_seed);
}

uint32_t dry_rows_cpu_of(const struct dry_rows *rows, uint32_t region, uint32_t max_regions)
{
	uint32_t cpus = rows->of[DRY_ROWS_CPU].entries, last = 0;
	uint64_t last_ns = 0;

	for (uint32_t cpu = 0; cpu < cpus; cpu++) {
		const volatile struct ecdn_xdp_region_cpu *row =
			live_at(rows, DRY_ROWS_REGION_CPU, cpu * max_regions + region);

		if (row && row->measured_ns > last_ns) {
			last_ns = row->measured_ns;
			last = cpu;
		}
	}
	return last;
}

/* --- what the rows tell */

static void add_way(const struct dry_rows *rows, uint32_t cpu,
		    const volatile struct ecdn_xdp_prefix *way, struct dry_rows_prefix *to)
{
	const volatile struct ecdn_xdp_cpu *clock = live_at(rows, DRY_ROWS_CPU, cpu);
	uint32_t denied = way->credit.denied;

	to->packets += way->packets;
	to->bytes += way->bytes;
	if (way->last_seen_ns > to->last_seen_ns)
		to->last_seen_ns = way->last_seen_ns;
	to->over |= clock && denied && (uint32_t)clock->jiffies - denied < 256;
}

static void add_key(const struct dry_rows *rows, uint64_t key, uint64_t hash,
		    struct dry_rows_prefix *to)
{
	uint32_t cpus = rows->of[DRY_ROWS_CPU].entries;

	for (uint32_t cpu = 0; cpu < cpus; cpu++) {
		const volatile struct ecdn_xdp_prefix_set *set =
			live_at(rows, DRY_ROWS_PREFIXES, cpu * ECDN_XDP_PREFIX_SETS +
				(hash & (ECDN_XDP_PREFIX_SETS - 1)));

		for (int way = 0; set && way < ECDN_XDP_PREFIX_WAYS; way++)
			if (set->key[way] == key)
				add_way(rows, cpu, &set->prefix[way], to);
	}
}

void dry_rows_prefix(const struct dry_rows *rows, const struct dry_rows_key *key,
		     const struct ecdn_xdp_config *config, enum dry_rows_level level,
		     struct dry_rows_prefix *prefix)
{
	const struct address *source = &key->source;
	uint64_t seed = config->hash_seed, bits;

	memset(prefix, 0, sizeof(*prefix));
	prefix->length = narrow_length(source);
	if (level != DRY_ROWS_NARROW) {
		enum ecdn_xdp_prefix_kind kind = kind_of(source, level, &prefix->length);

		if (!prefix->length)
			return;
		bits = prefix_wider(kind, first_bits(source, prefix->length));
		add_key(rows, prefix_key_wider(bits, key->region), prefix_hash_wider(bits, seed),
			prefix);
		return;
	}
	bits = first_bits(source, prefix->length);
	for (int share = 0; share < SHARES; share++)
		add_key(rows, source->family == AF_INET ?
			share_key_v4(bits, key->region, share) :
			share_key_v6(bits, key->region, share),
			share_hash(source, share, seed), prefix);
}

bool dry_rows_known(const struct dry_rows *rows, const struct dry_rows_key *key,
		    const struct ecdn_xdp_config *config, uint64_t now_ns)
{
	uint64_t hash = hash_of_known(&key->source, config->hash_seed);
	const struct ecdn_xdp_known_line *line =
		live_at(rows, DRY_ROWS_KNOWN, hash & (ECDN_XDP_KNOWN_LINES - 1));

	return line && known_line_has(line, hash, known_span(now_ns));
}
