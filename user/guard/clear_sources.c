// SPDX-License-Identifier: BSD-2-Clause
#include "guard/clear_sources.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>

#include <bpf/bpf.h>

#include "base/log.h"
#include "base/scoped.h"
#include "ecdn-xdp-maps.h"
#include "kernel/maps.h"

/* An array that is mapped for writing. */
struct array {
	void *at;               /* NULL: the map is not there */
	size_t bytes;
	__u32 entries;
};

static int array_open(struct array *array, const struct pins *pins, const char *map, size_t size)
{
	scoped_fd int fd = pins_exist(pins, map) ? pins_open(pins, map) : -ENOENT;
	int err;

	*array = (struct array){};
	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	err = maps_entries(fd, map, &array->entries);
	if (err)
		return err;
	array->bytes = array->entries * size;
	array->at = mmap(NULL, array->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (array->at != MAP_FAILED)
		return 0;
	array->at = NULL;
	return log_error(-errno, "cannot map %s: %s", map, strerror(errno));
}

static void array_close(struct array *array)
{
	if (array->at)
		munmap(array->at, array->bytes);
}

/* A way whose key is 0 is empty. The CPU may have given it to another prefix since it was read. */
static int clear_prefixes(const struct pins *pins, uint32_t region)
{
	struct ecdn_xdp_prefix_set *set;
	struct array array;
	int err = array_open(&array, pins, "prefixes", sizeof(*set));

	set = array.at;
	for (__u32 i = 0; !err && i < array.entries; i++)
		for (int way = 0; way < ECDN_XDP_PREFIX_WAYS; way++) {
			__u64 key = __atomic_load_n(&set[i].key[way], __ATOMIC_RELAXED);

			if (key && (key & ECDN_XDP_PREFIX_REGION) == region)
				__atomic_compare_exchange_n(&set[i].key[way], &key, 0, false,
							    __ATOMIC_RELAXED, __ATOMIC_RELAXED);
		}
	array_close(&array);
	return err;
}

static bool clear_ways(struct ecdn_xdp_bucket_set *set, uint32_t region)
{
	bool found = false;

	for (int way = 0; way < ECDN_XDP_BUCKET_WAYS; way++) {
		if (!set->bucket[way].key ||
		    (set->bucket[way].key & ECDN_XDP_PREFIX_REGION) != region)
			continue;
		set->bucket[way] = (struct ecdn_xdp_bucket){};
		found = true;
	}
	return found;
}

/* Of a lease by another region's prefix from the same set in between, the tokens are not taken: a
 * few packets more pass, in the few sets that have the region's. */
static int clear_buckets(const struct pins *pins, uint32_t region)
{
	scoped_fd int fd = pins_open(pins, "prefix_buckets");
	__u32 entries = 0;
	int err = fd < 0 ? fd : maps_entries(fd, "prefix_buckets", &entries);

	for (__u32 i = 0; i < entries && !err; i++) {
		struct ecdn_xdp_bucket_set set;

		if (bpf_map_lookup_elem_flags(fd, &i, &set, BPF_F_LOCK))
			return log_error(-errno, "cannot read map prefix_buckets: %s",
					 strerror(errno));
		if (clear_ways(&set, region) && bpf_map_update_elem(fd, &i, &set, BPF_F_LOCK))
			return log_error(-errno, "cannot write map prefix_buckets: %s",
					 strerror(errno));
	}
	return err;
}

/* Changes name their region by its id: those of a region that is no more are of region 0. The
 * place may have been given to another change since it was read. */
static int clear_changes(const struct pins *pins, uint32_t region)
{
	struct ecdn_xdp_change *change;
	struct array array;
	int err = array_open(&array, pins, "changes", sizeof(*change));

	change = array.at;
	for (__u32 i = 0; !err && i < array.entries; i++) {
		__u32 is = region;

		__atomic_compare_exchange_n(&change[i].region, &is, ECDN_XDP_REGION_NONE, false,
					    __ATOMIC_RELAXED, __ATOMIC_RELAXED);
	}
	array_close(&array);
	return err;
}

int clear_sources(const struct pins *pins, uint32_t region)
{
	int err = clear_prefixes(pins, region);

	err = err ?: clear_buckets(pins, region);
	return err ?: clear_changes(pins, region);
}
