// SPDX-License-Identifier: BSD-2-Clause
/*
 * The heavy prefixes of one CPU: 1,000 of 10,000 packets each hidden in 10
 * million sources of one packet, in several orders.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pace.h"
#include "prefix.h"

#define HEAVY 1000
#define HEAVY_PACKETS 10000
#define CROWD 10000000
#define BYTES 100
#define SEED 0x5eed
#define REGION 77

static struct ecdn_xdp_prefix_set *sets;
static uint64_t random_state;
static uint64_t sent_ns;        /* time of the last packet */
static uint64_t gap_ns;         /* between packets */
static struct ecdn_xdp_cpu cpu; /* samples if cpu.sampled is set */

static uint64_t random_bits(void)
{
	uint64_t z = random_state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static uint32_t random_below(uint32_t limit)
{
	return (random_bits() >> 32) * limit >> 32;
}

static int start(void **state)
{
	(void)state;
	sets = calloc(ECDN_XDP_PREFIX_SETS, sizeof(*sets));
	random_state = 1;
	sent_ns = 1000 * NS_PER_SECOND;
	gap_ns = 0;
	cpu = (struct ecdn_xdp_cpu){ .random = 1 };
	return !sets;
}

static int stop(void **state)
{
	(void)state;
	free(sets);
	return 0;
}

static struct ecdn_xdp_prefix_set *set_of(uint64_t prefix)
{
	return &sets[prefix_hash(prefix, SEED) & (ECDN_XDP_PREFIX_SETS - 1)];
}

static struct ecdn_xdp_prefix *send(uint64_t prefix)
{
	uint32_t step = pace_sample(&cpu, ECDN_XDP_STATE_NORMAL);

	sent_ns += gap_ns;
	if (!step)
		return NULL;
	return prefix_count(set_of(prefix), prefix_key_v6(prefix, REGION), BYTES, sent_ns,
			    pace_random(&cpu) >> 32, step);
}

/* Heavy ones are side by side, as a network's are; no one of the crowd is among them. */
static uint64_t heavy_prefix(uint32_t n)
{
	return 0x20010db80000 + n;
}

static void send_crowd(void)
{
	send(0x800000000000 | random_bits() >> 17);
}

static const struct ecdn_xdp_prefix *find(uint64_t prefix)
{
	const struct ecdn_xdp_prefix_set *set = set_of(prefix);
	uint32_t way = prefix_find(set, prefix_key_v6(prefix, REGION));

	return way < ECDN_XDP_PREFIX_WAYS ? &set->prefix[way] : NULL;
}

/* How many of the heavy ones are listed and counted to within 2 %. */
static int found_heavy(void)
{
	int found = 0;

	for (uint32_t n = 0; n < HEAVY; n++) {
		const struct ecdn_xdp_prefix *prefix = find(heavy_prefix(n));

		if (!prefix)
			continue;
		assert_true(prefix->packets <= HEAVY_PACKETS);
		assert_int_equal(prefix->bytes, prefix->packets * BYTES);
		found += prefix->packets >= HEAVY_PACKETS - HEAVY_PACKETS / 50;
	}
	printf("  %d of %d\n", found, HEAVY);
	return found;
}

static void send_heavy(uint32_t left[HEAVY])
{
	uint32_t n = random_below(HEAVY);

	while (!left[n])
		n = (n + 1) % HEAVY;
	left[n]--;
	send(heavy_prefix(n));
}

static void mix(uint64_t gap, uint32_t packets)
{
	uint32_t left[HEAVY], heavy = HEAVY * packets, crowd = CROWD;

	gap_ns = gap;
	for (uint32_t n = 0; n < HEAVY; n++)
		left[n] = packets;
	while (heavy + crowd) {
		if (random_below(heavy + crowd) < crowd) {
			crowd--;
			send_crowd();
		} else {
			heavy--;
			send_heavy(left);
		}
	}
}

static void test_mixed(void **state)
{
	(void)state;
	mix(0, HEAVY_PACKETS);
	assert_in_range(found_heavy(), 990, HEAVY);
}

/* At 1 million packets/s: over two epochs. */
static void test_mixed_while_ageing(void **state)
{
	(void)state;
	mix(1000, HEAVY_PACKETS);
	assert_in_range(found_heavy(), 990, HEAVY);
}

/* Of heavy ones' true packets, by how many parts in a thousand their counts are off. */
static unsigned int within(uint32_t packets, unsigned int parts)
{
	unsigned int found = 0;

	for (uint32_t n = 0; n < HEAVY; n++) {
		const struct ecdn_xdp_prefix *prefix = find(heavy_prefix(n));
		uint64_t off;

		if (!prefix)
			continue;
		assert_int_equal(prefix->bytes, prefix->packets * BYTES);
		off = prefix->packets > packets ? prefix->packets - packets :
						  packets - prefix->packets;
		found += off * 1000 <= (uint64_t)packets * parts;
	}
	printf("  %u of %d within %u per mille\n", found, HEAVY, parts);
	return found;
}

/*
 * A sampled count has a standard deviation of 1.2 % at 50,000 packets, besides what a prefix
 * lacks until it is admitted: 98 of 100 are within 3 %, and none is off by more than 6 %.
 */
static void test_sampled(void **state)
{
	enum { PACKETS = 50000 };

	(void)state;
	cpu.sampled = 1;
	mix(0, PACKETS);
	assert_in_range(within(PACKETS, 30), HEAVY * 98 / 100, HEAVY);
	assert_int_equal(within(PACKETS, 60), HEAVY);
}

/* Lighter ones, of 10,000 packets, are listed too, when a CPU samples all of a crowd. */
static void test_sampled_lists(void **state)
{
	(void)state;
	cpu.sampled = 1;
	mix(0, HEAVY_PACKETS);
	assert_in_range(within(HEAVY_PACKETS, 150), 990, HEAVY);
}

/* The marks are those of the ways whose counts have a sampled packet in them. */
static void test_marks(void **state)
{
	struct ecdn_xdp_prefix_set set = {};

	(void)state;
	for (uint64_t key = 1; key <= ECDN_XDP_PREFIX_WAYS; key++)
		prefix_count(&set, key, 60, 5, 0, key == 2 ? ECDN_XDP_PREFIX_STEP : 1);
	assert_int_equal(set.sampled, 1 << prefix_find(&set, 2));
	assert_int_equal(set.prefix[prefix_find(&set, 2)].packets, ECDN_XDP_PREFIX_STEP);
	assert_int_equal(set.prefix[prefix_find(&set, 2)].bytes, 60 * ECDN_XDP_PREFIX_STEP);
	assert_int_equal(set.weight[prefix_find(&set, 2)], ECDN_XDP_PREFIX_STEP);

	/* One packet more of another, in the step of which it is admitted. */
	prefix_count(&set, 1, 60, 5, 0, ECDN_XDP_PREFIX_STEP);
	assert_int_equal(set.sampled >> prefix_find(&set, 1) & 1, 1);

	/* What takes a marked way's place is exact until it is sampled itself. */
	set.weight[prefix_find(&set, 2)] = 0;
	assert_non_null(prefix_count(&set, 9, 60, 6, 0, 1));
	assert_int_equal(set.sampled >> prefix_find(&set, 9) & 1, 0);
}

static void all_heavy(void)
{
	uint32_t left[HEAVY];

	for (uint32_t n = 0; n < HEAVY; n++)
		left[n] = HEAVY_PACKETS;
	for (uint32_t i = 0; i < HEAVY * HEAVY_PACKETS; i++)
		send_heavy(left);
}

static void test_heavy_first(void **state)
{
	(void)state;
	all_heavy();
	for (uint32_t i = 0; i < CROWD; i++)
		send_crowd();
	assert_in_range(found_heavy(), 990, HEAVY);
}

static void test_crowd_first(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < CROWD; i++)
		send_crowd();
	all_heavy();
	assert_in_range(found_heavy(), 990, HEAVY);
}

/* One heavy prefix after the other, each amid its share of the crowd. */
static void test_heavy_in_turn(void **state)
{
	(void)state;
	for (uint32_t n = 0; n < HEAVY; n++)
		for (uint32_t i = 0; i < HEAVY_PACKETS; i++) {
			send(heavy_prefix(n));
			send_crowd();
		}
	assert_in_range(found_heavy(), 990, HEAVY);
}

/* Whatever is listed was sent at least as often. */
static void test_never_overcounts(void **state)
{
	enum { PREFIXES = 100000, PACKETS = 3000000 };
	uint32_t *sent = calloc(PREFIXES, sizeof(*sent)), listed = 0;

	(void)state;
	assert_non_null(sent);
	gap_ns = 10000;
	for (int i = 0; i < PACKETS; i++) {
		/* Few are heavy, many are light. */
		uint32_t n = random_below(random_below(random_below(PREFIXES) + 1) + 1);
		struct ecdn_xdp_prefix *prefix = send(n);

		sent[n]++;
		assert_true(!prefix || (prefix->packets <= sent[n] &&
					prefix->last_seen_ns == sent_ns));
	}
	for (uint32_t n = 0; n < PREFIXES; n++) {
		const struct ecdn_xdp_prefix *prefix = find(n);

		listed += !!prefix;
		assert_true(!prefix || prefix->packets <= sent[n]);
	}
	assert_true(listed > 10000);
	free(sent);
}

/* What was heavy gives way after it is gone for some epochs, and not at once. */
static void test_ageing(void **state)
{
	(void)state;
	all_heavy();
	gap_ns = (1ULL << PREFIX_EPOCH_SHIFT) / CROWD;
	for (uint32_t i = 0; i < CROWD; i++)
		send_crowd();
	assert_in_range(found_heavy(), 990, HEAVY);
	gap_ns *= 16;
	for (uint32_t i = 0; i < CROWD; i++)
		send_crowd();
	assert_in_range(found_heavy(), 0, HEAVY / 100);
}

/* Weights of long ago, and a clock that skips more epochs than a weight has bits. */
static void test_age_far(void **state)
{
	struct ecdn_xdp_prefix_set set = { .weight = { 0xffffffff, 8, 1, 0 }, .epoch = 10 };

	(void)state;
	prefix_age(&set, 10);
	assert_int_equal(set.weight[1], 8);
	prefix_age(&set, 12);
	assert_int_equal(set.weight[0], 0x3fffffff);
	assert_int_equal(set.weight[1], 2);
	assert_int_equal(set.weight[2], 0);
	prefix_age(&set, 1000);
	assert_int_equal(set.weight[0], 0);
	assert_int_equal(set.epoch, 1000);
}

/* A prefix that takes another's place begins with nothing of it. */
static void test_replaced_starts_anew(void **state)
{
	struct ecdn_xdp_prefix_set set = {};
	const struct ecdn_xdp_prefix *prefix;

	(void)state;
	for (uint64_t key = 1; key <= ECDN_XDP_PREFIX_WAYS; key++)
		for (int i = 0; i < 10; i++)
			prefix_count(&set, prefix_key_v4(key, 1), 60, 5, 0, 1)->credit.tokens = 3;
	assert_null(prefix_count(&set, prefix_key_v4(9, 1), 60, 6, 0xffffffff, 1));
	assert_int_equal(prefix_find(&set, prefix_key_v4(9, 1)), ECDN_XDP_PREFIX_WAYS);
	prefix = prefix_count(&set, prefix_key_v4(9, 1), 60, 6, 0, 1);
	assert_non_null(prefix);
	assert_int_equal(prefix->packets, 1);
	assert_int_equal(prefix->bytes, 60);
	assert_int_equal(prefix->last_seen_ns, 6);
	assert_int_equal(prefix->credit.tokens, CREDIT_NEW);
	assert_int_equal(set.weight[prefix - set.prefix], 11);
}

static void test_find_and_lightest(void **state)
{
	struct ecdn_xdp_prefix_set set = { .key = { 5, 0, 1ULL << 63, ~0ULL } };

	(void)state;
	assert_int_equal(prefix_find(&set, 5), 0);
	assert_int_equal(prefix_find(&set, 1ULL << 63), 2);
	assert_int_equal(prefix_find(&set, ~0ULL), 3);
	assert_int_equal(prefix_find(&set, 6), ECDN_XDP_PREFIX_WAYS);
	for (uint32_t way = 0; way < ECDN_XDP_PREFIX_WAYS; way++) {
		for (int i = 0; i < ECDN_XDP_PREFIX_WAYS; i++)
			set.weight[i] = 0xffffffff;
		set.weight[way] = 0xfffffffe;
		assert_int_equal(prefix_lightest(&set) & 0xff, way);
		assert_int_equal(prefix_lightest(&set) >> 8, 0xfffffffe);
	}
}

static void test_key(void **state)
{
	uint64_t v4 = prefix_key_v4(0xffffff, ECDN_XDP_REGIONS_MAX - 1);
	uint64_t v6 = prefix_key_v6(0xffffffffffff, ECDN_XDP_REGIONS_MAX - 1);

	(void)state;
	assert_int_equal(v4 >> ECDN_XDP_PREFIX_SHIFT, 0xffffff);
	assert_int_equal(v4 & ECDN_XDP_PREFIX_FAMILY, ECDN_XDP_PREFIX_V4);
	assert_int_equal(v4 & ECDN_XDP_PREFIX_REGION, ECDN_XDP_REGIONS_MAX - 1);
	assert_int_equal(v6 >> ECDN_XDP_PREFIX_SHIFT, 0xffffffffffff);
	assert_int_equal(v6 & ECDN_XDP_PREFIX_FAMILY, ECDN_XDP_PREFIX_V6);
	assert_int_equal(v6 & ECDN_XDP_PREFIX_REGION, ECDN_XDP_REGIONS_MAX - 1);
	assert_int_not_equal(prefix_key_v4(0, 0), 0);
	assert_int_not_equal(prefix_key_v6(0, 0), 0);
	assert_int_not_equal(prefix_key_v4(5, 6), prefix_key_v6(5, 6));
}

/* What regions in a surge add has keys, and hashes, apart from those of prefixes that look like it. */
static void test_key_wider(void **state)
{
	uint64_t v6 = 0x20010db80001, v4 = 0xc63364, seed = 0x5eed;
	uint64_t wider = prefix_wider(ECDN_XDP_PREFIX_V6_40, 0xffffffffff);
	uint64_t proven = prefix_wider(ECDN_XDP_PREFIX_PROVEN_V4, v4);
	uint64_t key = prefix_key_wider(wider, ECDN_XDP_REGIONS_MAX - 1);

	(void)state;
	assert_int_equal(key >> ECDN_XDP_PREFIX_SHIFT >> 40, ECDN_XDP_PREFIX_V6_40);
	assert_int_equal(key >> ECDN_XDP_PREFIX_SHIFT & 0xffffffffff, 0xffffffffff);
	assert_int_equal(key & ECDN_XDP_PREFIX_FAMILY, ECDN_XDP_PREFIX_WIDER);
	assert_int_equal(key & ECDN_XDP_PREFIX_REGION, ECDN_XDP_REGIONS_MAX - 1);
	assert_int_not_equal(prefix_key_wider(wider, 1), prefix_key_v6(wider, 1));
	assert_int_not_equal(prefix_key_proven_v6(v6, 1), prefix_key_v6(v6, 1));
	assert_int_not_equal(prefix_key_wider(proven, 1), prefix_key_v4(v4, 1));
	assert_int_not_equal(prefix_hash_wider(wider, seed), prefix_hash(wider, seed));
	assert_int_not_equal(prefix_hash_wider(proven, seed), prefix_hash(v4, seed));
	assert_int_equal(prefix_hash_share(v6, 0, seed), prefix_hash(v6, seed));
	assert_int_not_equal(prefix_hash_share(v6, 1, seed), prefix_hash_share(v6, 2, seed));
	assert_int_not_equal(prefix_hash_share(v6, 1, seed), prefix_hash_wider(v6, seed));
}

#define PREFIX_TEST(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PREFIX_TEST(test_mixed),
		PREFIX_TEST(test_mixed_while_ageing),
		PREFIX_TEST(test_sampled),
		PREFIX_TEST(test_sampled_lists),
		cmocka_unit_test(test_marks),
		PREFIX_TEST(test_heavy_first),
		PREFIX_TEST(test_crowd_first),
		PREFIX_TEST(test_heavy_in_turn),
		PREFIX_TEST(test_never_overcounts),
		PREFIX_TEST(test_ageing),
		cmocka_unit_test(test_age_far),
		cmocka_unit_test(test_replaced_starts_anew),
		cmocka_unit_test(test_find_and_lightest),
		cmocka_unit_test(test_key),
		cmocka_unit_test(test_key_wider),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
