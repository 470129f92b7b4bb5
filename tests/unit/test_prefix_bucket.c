// SPDX-License-Identifier: BSD-2-Clause
/*
 * Which bucket a prefix gets, beside a reference that is written from the rule, and what the rule
 * is for: no region loses the last bucket that it uses to another one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "prefix_bucket.h"

#define SECOND NS_PER_SECOND
#define WAYS ECDN_XDP_BUCKET_WAYS
#define IDLE_NS (16 * SECOND)

/* The reference sorts ways by how much they hold, and takes the first that the rule names. */
struct holder {
	int way;
	int64_t full_for_ns;    /* the time since up to which tokens are spent */
	unsigned int owner, ways_of_owner;
	int idle;
};

static int by_fullness(const void *one, const void *other)
{
	const struct holder *a = one, *b = other;

	if (a->full_for_ns != b->full_for_ns)
		return a->full_for_ns < b->full_for_ns ? 1 : -1;
	return a->way - b->way;
}

static void look(const struct ecdn_xdp_bucket_set *set, uint64_t now_ns, struct holder *holders)
{
	for (int i = 0; i < WAYS; i++) {
		holders[i] = (struct holder){
			.way = i,
			.full_for_ns = (int64_t)(now_ns - set->bucket[i].spent_ns),
			.owner = set->bucket[i].key % 32768,
		};
		holders[i].idle = set->bucket[i].key == 0 ||
				  holders[i].full_for_ns >= (int64_t)IDLE_NS;
		for (int j = 0; j < WAYS; j++)
			holders[i].ways_of_owner +=
				set->bucket[j].key % 32768 == holders[i].owner;
	}
	qsort(holders, WAYS, sizeof(*holders), by_fullness);
}

/* The way that the rule gives to a key that has none; -1: no way. *fresh: it starts full. */
static int rule(const struct holder *holders, unsigned int owner, int *fresh)
{
	unsigned int own = 0;

	*fresh = 0;
	for (int i = 0; i < WAYS; i++) {
		if (holders[i].idle)
			return holders[i].way;
		own += holders[i].owner == owner;
	}
	*fresh = 1;
	for (int i = 0; i < WAYS; i++)
		if (holders[i].ways_of_owner >= own + 2)
			return holders[i].way;
	*fresh = 0;
	for (int i = 0; i < WAYS; i++)
		if (holders[i].owner == owner)
			return holders[i].way;
	return -1;
}

struct answer {
	int granted, evicted, full;
};

static struct answer reference(struct ecdn_xdp_bucket_set *set, uint64_t key,
			       const struct ecdn_xdp_lease *lease, uint64_t now_ns)
{
	struct answer answer = { 0, 0, 0 };
	struct holder holders[WAYS];
	int way = -1, fresh;
	int64_t saved_ns;

	for (int i = 0; i < WAYS; i++)
		if (set->bucket[i].key == key)
			way = i;
	if (way < 0) {
		look(set, now_ns, holders);
		way = rule(holders, key % 32768, &fresh);
		if (way < 0)
			return (struct answer){ 0, 0, 1 };
		saved_ns = now_ns - set->bucket[way].spent_ns;
		answer.evicted = set->bucket[way].key && saved_ns < (int64_t)lease->depth_ns;
		if (fresh || !set->bucket[way].key)
			set->bucket[way].spent_ns = now_ns - lease->depth_ns;
		set->bucket[way].key = key;
	}
	saved_ns = now_ns - set->bucket[way].spent_ns;
	if (saved_ns > (int64_t)lease->depth_ns)
		saved_ns = lease->depth_ns;
	answer.granted = saved_ns >= (int64_t)lease->cost_ns;
	if (answer.granted)
		set->bucket[way].spent_ns = now_ns - saved_ns + lease->cost_ns;
	return answer;
}

static struct ecdn_xdp_lease lease_of(uint64_t limit)
{
	uint32_t batch = bucket_batch(limit);

	return (struct ecdn_xdp_lease){
		.batch = batch, .cost_ns = bucket_cost(limit, batch),
		.depth_ns = bucket_depth(limit),
	};
}

static uint64_t key_of(unsigned int prefix, unsigned int region)
{
	return prefix_bucket_key(prefix_hash(prefix, 0x5eed), prefix_key_v4(prefix, region));
}

/* Of the share that belongs to connections. */
static uint64_t proven_key_of(unsigned int prefix, unsigned int region)
{
	return prefix_bucket_key(prefix_hash_share(prefix, SHARE_PROVEN, 0x5eed),
				 share_key_v4(prefix, region, SHARE_PROVEN));
}

/* Regions with limits from 1 to 1M, each with some prefixes, from just after a boot on. */
static void same_as_reference(void **state)
{
	static const uint64_t limits[] = { 1, 10, 100, 1000, 30000, 1000000 };

	(void)state;
	srandom(1);
	for (unsigned int round = 0; round < 400; round++) {
		struct ecdn_xdp_bucket_set one = {}, other = {};
		uint64_t now_ns = random() % (2 * SECOND);
		unsigned int regions = 1 + random() % 7, prefixes = 1 + random() % 7;
		unsigned int pause_ms = 1U << random() % 14;

		for (unsigned int i = 0; i < 2000; i++) {
			unsigned int region = random() % regions;
			uint64_t key = random() % 3 ? key_of(random() % prefixes, region) :
						      proven_key_of(random() % prefixes, region);
			struct ecdn_xdp_lease lease = lease_of(limits[region % 6]);
			struct answer is, should = reference(&other, key, &lease, now_ns);
			uint32_t how = prefix_bucket_lease(&one, key, &lease, now_ns);

			is = (struct answer){
				!!(how & PREFIX_BUCKET_GRANTED), !!(how & PREFIX_BUCKET_EVICTED),
				!!(how & PREFIX_BUCKET_FULL),
			};
			assert_memory_equal(&is, &should, sizeof(is));
			assert_memory_equal(&one, &other, sizeof(one));
			now_ns += random() % (pause_ms * 1000000ULL);
		}
	}
}

/* How many of its batches a prefix of region 2 gets that asks every 10 ms for what it may have,
 * while prefixes of region 1, in its set, ask for whatever they can get. */
static unsigned int granted_beside(unsigned int flooding, uint64_t flood_limit)
{
	struct ecdn_xdp_lease greedy = lease_of(flood_limit), modest = lease_of(50);
	struct ecdn_xdp_bucket_set set = {};
	unsigned int granted = 0, step = 0;

	for (uint64_t now_ns = 100 * SECOND; now_ns < 110 * SECOND; now_ns += SECOND / 1000) {
		for (unsigned int i = 0; i < flooding; i++)
			prefix_bucket_lease(&set, key_of(i, 1), &greedy, now_ns);
		if (step++ % 25 == 0)
			granted += prefix_bucket_lease(&set, key_of(77, 2), &modest, now_ns) &
				   PREFIX_BUCKET_GRANTED;
	}
	return granted;
}

static void regions_cost_each_other_nothing(void **state)
{
	static const uint64_t limits[] = { 1, 20, 250, 1000, 100000 };

	(void)state;
	for (unsigned int flooding = 0; flooding < 40; flooding += 3)
		for (unsigned int i = 0; i < sizeof(limits) / sizeof(*limits); i++)
			assert_int_equal(granted_beside(flooding, limits[i]), 400);
}

/* What is forged in a region's name takes no bucket from what belongs to its connections. */
static void shares_cost_each_other_nothing(void **state)
{
	struct ecdn_xdp_lease lease = lease_of(50);
	struct ecdn_xdp_bucket_set set = {};
	unsigned int granted = 0, step = 0;

	(void)state;
	for (uint64_t now_ns = 100 * SECOND; now_ns < 110 * SECOND; now_ns += SECOND / 1000) {
		for (unsigned int i = 0; i < 40; i++)
			prefix_bucket_lease(&set, key_of(i, 1), &lease, now_ns);
		if (step++ % 25 == 0)
			granted += prefix_bucket_lease(&set, proven_key_of(7, 1), &lease, now_ns) &
				   PREFIX_BUCKET_GRANTED;
	}
	assert_int_equal(granted, 400);
}

/* What can be forged is one owner, whatever its level; what is proven or known is another. */
static void owners(void **state)
{
	static const struct { uint64_t key; int apart; } cases[] = {
		{ (1 << 14) | 5, 0 }, { (2 << 14) | 5, 0 }, { 1ULL << 56 | 3 << 14 | 5, 0 },
		{ 2ULL << 56 | 3 << 14 | 5, 0 }, { 3ULL << 56 | 3 << 14 | 5, 0 },
		{ 4ULL << 56 | 3 << 14 | 5, 1 }, { 5ULL << 56 | 3 << 14 | 5, 1 },
		{ 6ULL << 56 | 3 << 14 | 5, 1 }, { 7ULL << 56 | 3 << 14 | 5, 1 },
		{ 0x20010db80001ULL << 16 | 5, 1 }, { 0x40010db80001ULL << 16 | 5, 1 },
		{ 0xa0010db80001ULL << 16 | 5, 1 }, { 0x60010db80001ULL << 16 | 5, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(prefix_bucket_key(~0ULL, cases[i].key),
				 ~0ULL << 15 | (uint64_t)cases[i].apart << 14 | 5);
}

/* A region that came late to a set which another one floods gets its even share of it. */
static void even_share(void **state)
{
	struct ecdn_xdp_lease greedy = lease_of(1), modest = lease_of(1000);
	struct ecdn_xdp_bucket_set set = {};
	unsigned int granted = 0;

	(void)state;
	for (uint64_t now_ns = 100 * SECOND; now_ns < 110 * SECOND; now_ns += SECOND / 1000) {
		for (unsigned int i = 0; i < 9; i++)
			prefix_bucket_lease(&set, key_of(i, 1), &greedy, now_ns);
		/* Each of the two asks for nine tenths of its limit, in batches of 3. */
		for (unsigned int i = 0; i < 2 && now_ns / 1000000 % 10 < 3; i++)
			granted += prefix_bucket_lease(&set, key_of(70 + i, 2), &modest, now_ns) &
				   PREFIX_BUCKET_GRANTED;
	}
	assert_int_equal(granted, 2 * 3000);
}

/* However many prefixes of a region share a set, they get no more than four buckets hold. */
static void displacing_gains_nothing(void **state)
{
	const uint64_t limit = 100, seconds = 20;
	struct ecdn_xdp_lease lease = lease_of(limit);
	struct ecdn_xdp_bucket_set set = {};
	uint64_t granted = 0;

	(void)state;
	for (uint64_t now_ns = 100 * SECOND; now_ns < (100 + seconds) * SECOND;
	     now_ns += SECOND / 1000)
		for (unsigned int i = 0; i < 50; i++)
			granted += prefix_bucket_lease(&set, key_of(random() % 500, 1), &lease,
						       now_ns) & PREFIX_BUCKET_GRANTED;
	assert_in_range(granted, 4 * limit * seconds, 4 * (limit * seconds + BUCKET_BURST));
}

/* The fifth region finds no way until one is idle. */
static void full_set(void **state)
{
	struct ecdn_xdp_lease lease = lease_of(1000);
	struct ecdn_xdp_bucket_set set = {}, before;
	uint64_t now_ns = 100 * SECOND;

	(void)state;
	for (unsigned int region = 1; region <= 4; region++)
		assert_int_equal(prefix_bucket_lease(&set, key_of(5, region), &lease, now_ns),
				 PREFIX_BUCKET_GRANTED);
	before = set;
	assert_int_equal(prefix_bucket_lease(&set, key_of(5, 5), &lease, now_ns + SECOND),
			 PREFIX_BUCKET_FULL);
	assert_memory_equal(&set, &before, sizeof(set));
	assert_int_equal(prefix_bucket_lease(&set, key_of(5, 5), &lease, now_ns + IDLE_NS),
			 PREFIX_BUCKET_GRANTED);
	assert_memory_not_equal(&set, &before, sizeof(set));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_as_reference),
		cmocka_unit_test(regions_cost_each_other_nothing),
		cmocka_unit_test(shares_cost_each_other_nothing),
		cmocka_unit_test(owners),
		cmocka_unit_test(even_share),
		cmocka_unit_test(displacing_gains_nothing),
		cmocka_unit_test(full_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
