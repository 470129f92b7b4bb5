// SPDX-License-Identifier: BSD-2-Clause
/*
 * Token buckets, in simulated time: CPUs share one bucket, lease batches from
 * it and see the clock once a jiffy, as bpf/limit.h does.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bucket.h"

#define SECOND NS_PER_SECOND
#define START (1000 * SECOND + 123456789)
#define CPUS_MAX 8

struct line {
	__u64 spent_ns;
	struct ecdn_xdp_credit credit[CPUS_MAX];
	uint64_t limit, jiffy_ns;
	unsigned int cpus;
};

static int passes(struct line *line, unsigned int cpu, uint64_t now_ns)
{
	struct ecdn_xdp_credit *credit = &line->credit[cpu];
	uint32_t batch = bucket_batch(line->limit), jiffy = now_ns / line->jiffy_ns;

	if (credit_spend(credit, batch))
		return 1;
	if (credit_denied(credit, jiffy))
		return 0;
	return credit_renew(credit, batch, jiffy,
			    bucket_lease(&line->spent_ns, bucket_cost(line->limit, batch),
					 bucket_depth(line->limit), jiffy * line->jiffy_ns));
}

/* Packets offered at `factor` times the limit, in turn on each CPU; how many passed. */
static uint64_t offer(struct line *line, double factor, uint64_t from_ns, uint64_t seconds)
{
	double step = SECOND / (line->limit * factor);
	uint64_t passed = 0;

	for (unsigned int i = 0; i * step < (double)seconds * SECOND; i++)
		passed += passes(line, i % line->cpus, from_ns + (uint64_t)(i * step));
	return passed;
}

static struct line line_new(uint64_t limit, unsigned int cpus, uint64_t hz, uint32_t tokens)
{
	struct line line = { .limit = limit, .cpus = cpus, .jiffy_ns = SECOND / hz };

	for (unsigned int cpu = 0; cpu < cpus; cpu++)
		line.credit[cpu].tokens = tokens;
	return line;
}

static void check_rate(uint64_t limit, unsigned int cpus, uint64_t hz, uint64_t seconds,
		       double factor)
{
	struct line line = line_new(limit, cpus, hz, CREDIT_NEW);
	uint64_t passed = offer(&line, factor, START, seconds), due = limit * seconds;

	if (passed < due - due / 20 || passed > due + due / 20)
		fail_msg("limit %llu, %u CPUs, HZ %llu, %.1f times: %llu instead of %llu",
			 (unsigned long long)limit, cpus, (unsigned long long)hz, factor,
			 (unsigned long long)passed, (unsigned long long)due);
}

/*
 * Within 5 % of the limit over 4 s. What is saved up and leased in advance
 * weighs more where the limit is a few tokens: there it takes longer.
 */
static void test_rate_within_5_percent(void **state)
{
	static const uint64_t limits[] = { 50, 60, 100, 150, 255, 256, 300, 511, 512, 1000,
					   4999, 50000, 1000000 };
	static const uint64_t hz[] = { 100, 250, 300, 1000 };
	static const unsigned int cpus[] = { 1, 2, 8 };

	(void)state;
	for (int i = 0; i < 13 * 4 * 3; i++) {
		uint64_t limit = limits[i % 13];
		unsigned int n = cpus[i / 13 % 3];
		uint64_t seconds = limit >= 1000 ? 4 : 4 + n * 40 / (limit / 10 + 1);

		check_rate(limit, n, hz[i / 39], seconds, 4);
		check_rate(limit, n, hz[i / 39], seconds, 1.5);
	}
}

/* The bound of rate.h, whatever was left over from before. */
static void test_bound(void **state)
{
	(void)state;
	for (uint64_t limit = 1; limit <= 1000000; limit = limit * 3 + 1)
		for (unsigned int cpus = 1; cpus <= CPUS_MAX; cpus *= 2) {
			struct line line = line_new(limit, cpus, 250, CREDIT_NEW);
			uint32_t batch = bucket_batch(limit);
			uint64_t depth = bucket_depth(limit);
			uint64_t seconds = limit < 100 ? 20 : 1;
			uint64_t passed = offer(&line, 20 + 1000.0 / limit, START, seconds);
			double bound = limit * (seconds + (double)depth / SECOND) +
				       (double)cpus * batch;

			assert_true(passed <= bound + 1);
		}
}

/* No more is saved up in an hour than in the bucket's depth. */
static void test_saving_is_bounded(void **state)
{
	struct line line = line_new(10000, 2, 250, 0);
	uint64_t passed;

	(void)state;
	offer(&line, 4, START, 1);
	passed = offer(&line, 4, START + 3600 * SECOND, 1);
	assert_in_range(passed, 9500, 10000 + 10000 * 80 / 1000);
}

/* A page's packets come at once: who is far below the limit loses none of them. */
static void test_bursts_pass(void **state)
{
	static const uint64_t limits[] = { 20, 100, 200, 1000, 10000 };

	(void)state;
	for (int i = 0; i < 5; i++) {
		struct line line = line_new(limits[i], 1, 250, CREDIT_NEW);
		uint64_t pause_ns = 10 * BUCKET_BURST * SECOND / limits[i];

		for (int page = 0; page < 100; page++)
			for (int packet = 0; packet < BUCKET_BURST; packet++)
				assert_true(passes(&line, 0, START + page * pause_ns));
	}
}

/* What is offered below the limit passes whole. */
static void test_below_limit_all_passes(void **state)
{
	static const uint64_t limits[] = { 50, 100, 1000, 100000 };

	(void)state;
	for (int i = 0; i < 4; i++)
		for (unsigned int cpus = 1; cpus <= 2; cpus++) {
			struct line line = line_new(limits[i], cpus, 250, CREDIT_NEW);
			uint64_t passed = offer(&line, 0.9, START, 10);

			assert_in_range(passed, limits[i] * 9 - 1, limits[i] * 9 + 1);
		}
}

/* Of one CPU's own bucket. */
static int passes_alone(__u16 *spent, struct ecdn_xdp_credit *credit, uint64_t limit,
			uint64_t jiffy_ns, uint64_t now_ns)
{
	uint32_t batch = bucket_batch(limit), jiffy = now_ns / jiffy_ns;

	if (credit_spend(credit, batch))
		return 1;
	if (credit_denied(credit, jiffy))
		return 0;
	return credit_renew(credit, batch, jiffy,
			    bucket_lease_alone(spent, bucket_cost(limit, batch),
					       bucket_depth(limit), jiffy * jiffy_ns));
}

/* Who sends more than the limit gets that at least, and a quarter and a burst more at most. */
static void test_alone_rate(void **state)
{
	static const uint64_t limits[] = { 1, 20, 100, 255, 511, 512, 1000, 50000, 1000000 };
	static const uint64_t hz[] = { 100, 250, 300, 1000 };

	(void)state;
	for (int i = 0; i < 9 * 4; i++) {
		uint64_t limit = limits[i % 9], seconds = limit < 100 ? 50 : 4, passed = 0;
		uint64_t due = limit * seconds, burst = limit / 15 + BUCKET_BURST + 1;
		struct ecdn_xdp_credit credit = { .tokens = CREDIT_NEW };
		__u16 spent = bucket_alone_new(START);

		for (uint64_t n = 0; n < due * 4; n++)
			passed += passes_alone(&spent, &credit, limit, SECOND / hz[i / 9],
					       START + n * SECOND / limit / 4);
		assert_in_range(passed, due - due / 100 - 1,
				due + due / 4 + burst + bucket_batch(limit));
	}
}

static void test_alone_bursts_pass(void **state)
{
	static const uint64_t limits[] = { 20, 100, 200, 1000, 10000 };

	(void)state;
	for (int i = 0; i < 5; i++) {
		uint64_t pause_ns = 2 * BUCKET_BURST * SECOND / limits[i];
		struct ecdn_xdp_credit credit = { .tokens = CREDIT_NEW };
		__u16 spent = bucket_alone_new(START);

		for (int page = 0; page < 100; page++)
			for (int packet = 0; packet < BUCKET_BURST; packet++)
				assert_true(passes_alone(&spent, &credit, limits[i], SECOND / 250,
							 START + page * pause_ns));
	}
}

static void test_batch(void **state)
{
	(void)state;
	assert_int_equal(bucket_batch(0), 0);
	assert_int_equal(bucket_batch(1), 1);
	assert_int_equal(bucket_batch(511), 1);
	assert_int_equal(bucket_batch(512), 2);
	assert_int_equal(bucket_batch(~0ULL), 0x7fffffff);
	assert_int_equal(bucket_cost(0, 0), 0);
	assert_int_equal(bucket_cost(1, 1), SECOND);
	assert_int_equal(bucket_cost(1000000, 3906), 3906000);
}

/* A limit lowered while a CPU holds tokens of the higher one. */
static void test_credit_is_clamped(void **state)
{
	struct ecdn_xdp_credit credit = { .tokens = 3906 };
	int spent = 0;

	(void)state;
	while (credit_spend(&credit, 4))
		spent++;
	assert_int_equal(spent, 4);
}

static void test_denied_once_a_jiffy(void **state)
{
	struct ecdn_xdp_credit credit = {};

	(void)state;
	assert_false(credit_renew(&credit, 10, 77, 0));
	assert_true(credit_denied(&credit, 77));
	assert_false(credit_denied(&credit, 78));
	assert_true(credit_renew(&credit, 10, 78, 1));
	assert_int_equal(credit.tokens, 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rate_within_5_percent),
		cmocka_unit_test(test_bound),
		cmocka_unit_test(test_saving_is_bounded),
		cmocka_unit_test(test_below_limit_all_passes),
		cmocka_unit_test(test_bursts_pass),
		cmocka_unit_test(test_alone_rate),
		cmocka_unit_test(test_alone_bursts_pass),
		cmocka_unit_test(test_batch),
		cmocka_unit_test(test_credit_is_clamped),
		cmocka_unit_test(test_denied_once_a_jiffy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
