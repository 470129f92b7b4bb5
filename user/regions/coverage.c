// SPDX-License-Identifier: BSD-2-Clause
#include "regions/coverage.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/socket.h>

#include "table/unpack.h"

#define V4_SHIFT 96             /* addresses are left-aligned */

/* All addresses, without running over. */
static addr_bits sum_of(addr_bits a, addr_bits b)
{
	return a + b < a ? ~(addr_bits)0 : a + b;
}

void coverage_add(struct coverage *coverage, enum coverage_family family,
		  const struct range *range)
{
	addr_bits more = range->last - range->first;

	coverage->ranges[family]++;
	if (family == COVERAGE_V4)
		more >>= V4_SHIFT;
	coverage->addresses[family] = sum_of(coverage->addresses[family], sum_of(more, 1));
}

/* Where a range is to be counted; NULL: nowhere. */
static struct coverage *find(struct coverage *by_id, uint32_t ids, const struct range *range)
{
	uint32_t id = range->entry & RANGE_REGION;

	return id && id < ids ? &by_id[id] : NULL;
}

static void add_list(const struct range_list *list, enum coverage_family family,
		     struct coverage *by_id, uint32_t ids)
{
	for (size_t i = 0; i < list->count; i++) {
		struct coverage *to = find(by_id, ids, &list->range[i]);

		if (to)
			coverage_add(to, family, &list->range[i]);
	}
}

void coverage_of_set(const struct range_set *set, struct coverage *by_id, uint32_t ids)
{
	add_list(&set->v4, COVERAGE_V4, by_id, ids);
	add_list(&set->v6, COVERAGE_V6, by_id, ids);
}

/* A table while it is unpacked. */
struct counting {
	struct coverage *by_id;
	uint32_t ids;
	enum coverage_family family;
};

static void count(const struct range *range, void *context)
{
	const struct counting *counting = context;
	struct coverage *to = find(counting->by_id, counting->ids, range);

	if (to)
		coverage_add(to, counting->family, range);
}

int coverage_of_table(const struct ecdn_xdp_table_line *lines, struct coverage *by_id,
		      uint32_t ids)
{
	struct counting counting = { by_id, ids, COVERAGE_V4 };
	int err = unpack_ranges(lines, AF_INET, count, &counting);

	counting.family = COVERAGE_V6;
	return err ?: unpack_ranges(lines, AF_INET6, count, &counting);
}

struct coverage coverage_sum(const struct coverage *by_id, uint32_t ids)
{
	struct coverage sum = {};

	for (uint32_t id = 0; id < ids; id++)
		for (int family = 0; family < COVERAGE_FAMILIES; family++) {
			sum.ranges[family] += by_id[id].ranges[family];
			sum.addresses[family] = sum_of(sum.addresses[family],
						       by_id[id].addresses[family]);
		}
	return sum;
}

bool coverage_is_none(const struct coverage *coverage)
{
	return !coverage->ranges[COVERAGE_V4] && !coverage->ranges[COVERAGE_V6];
}

uint64_t coverage_weight(const struct coverage *coverage)
{
	addr_bits v6 = coverage->addresses[COVERAGE_V6];

	return (uint64_t)coverage->addresses[COVERAGE_V4] + (uint64_t)(v6 >> 80) +
	       !!(v6 << 48);
}

/* Divided and not multiplied, as the numbers take all bits; `lost` is whole, so that nothing is
 * lost by rounding down. */
bool coverage_shrinks(const struct coverage *before, const struct coverage *after,
		      enum coverage_family family)
{
	addr_bits had = before->addresses[family], has = after->addresses[family];

	_Static_assert(100 % COVERAGE_LOSS == 0, "a whole part of all");
	if (has >= had)
		return false;
	return !has || had - has > had / (100 / COVERAGE_LOSS);
}

char *coverage_text(const struct coverage *coverage, enum coverage_family family,
		    char text[COVERAGE_TEXT_SIZE])
{
	addr_bits addresses = coverage->addresses[family];
	uint64_t nets = (uint64_t)(addresses >> 64) + !!(uint64_t)addresses;

	if (family == COVERAGE_V4)
		snprintf(text, COVERAGE_TEXT_SIZE, "%" PRIu64 " IPv4 address%s",
			 (uint64_t)addresses, addresses == 1 ? "" : "es");
	else
		snprintf(text, COVERAGE_TEXT_SIZE, "%" PRIu64 " IPv6 /64%s", nets,
			 nets == 1 ? "" : "s");
	return text;
}
