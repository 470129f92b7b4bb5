// SPDX-License-Identifier: BSD-2-Clause
/*
 * The rule on traffic that is made up: connections go to origins by Zipf's law, and each fails by
 * chance. What is right is known, so answers are counted, of a hundred seeded windows each.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diagnose/egress_rule.h"

#define RUNS 100
#define ORIGINS_MAX 1000

/* --- chance: xorshift64* */

static uint64_t seed;

static double chance(void)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return (double)(seed * 2685821657736338717ULL >> 11) / (1ULL << 53);
}

/* --- a window of traffic */

enum fault {
	FAULT_NONE,
	FAULT_NODE,             /* all connections */
	FAULT_ONE,              /* those to one origin */
	FAULT_THIRD,            /* those to every third origin */
	FAULT_NETWORK,          /* those to the origins of network 3 of 7 */
};

struct traffic {
	unsigned int origins, connections;
	double usual, share;    /* of connections fail: everywhere, and where the fault is */
	enum fault fault;
	unsigned int one;       /* the origin of FAULT_ONE */
	unsigned int networks;  /* that the origins are spread over; 0: they are not known */
	unsigned int named;     /* so many of the heaviest are sure; the others are not */
};

static bool is_hit(const struct traffic *traffic, unsigned int origin)
{
	switch (traffic->fault) {
	case FAULT_NODE: return true;
	case FAULT_ONE: return origin == traffic->one;
	case FAULT_THIRD: return origin % 3 == 0;
	case FAULT_NETWORK: return origin % traffic->networks == 2;
	default: return false;
	}
}

static void connect(const struct traffic *traffic, struct egress_rule_origin *origin,
		    unsigned int which)
{
	double share = is_hit(traffic, which) ? traffic->share : 0;

	origin->connections++;
	origin->failures += chance() < traffic->usual || chance() < share;
}

static void make(const struct traffic *traffic, struct egress_rule_origin *at)
{
	double weight[ORIGINS_MAX], sum = 0;

	memset(at, 0, traffic->origins * sizeof(*at));
	for (unsigned int i = 0; i < traffic->origins; i++) {
		weight[i] = sum += 1.0 / (i + 1);
		at[i].network = traffic->networks ? i % traffic->networks + 1 : 0;
		at[i].sure = i < traffic->named;
	}
	for (unsigned int i = 0; i < traffic->connections; i++) {
		double drawn = chance() * sum;
		unsigned int low = 0, high = traffic->origins - 1;

		while (low < high) {
			unsigned int middle = (low + high) / 2;

			if (weight[middle] > drawn)
				high = middle;
			else
				low = middle + 1;
		}
		connect(traffic, &at[low], low);
	}
}

/* No origin that is well may be called failing, and of one that fails alone it must be said. */
static bool names_the_right_ones(const struct traffic *traffic,
				 const struct egress_rule_origin *at)
{
	for (unsigned int i = 0; i < traffic->origins; i++)
		if (at[i].fails && !is_hit(traffic, i))
			return false;
	return traffic->fault != FAULT_ONE || at[traffic->one].fails;
}

/* How many of the windows have that verdict, and the right origins. */
static unsigned int count(const struct traffic *traffic, enum egress_rule_verdict wanted)
{
	static struct egress_rule_origin at[ORIGINS_MAX];
	unsigned int right = 0;

	for (int run = 0; run < RUNS; run++) {
		struct egress_rule rule = { .usual = egress_rule_usual(traffic->usual * 1e6, 1e6) };

		seed = 0x9e3779b97f4a7c15ULL * (run + 1);
		make(traffic, at);
		egress_rule_judge(&rule, at, traffic->origins);
		right += rule.verdict == wanted && names_the_right_ones(traffic, at);
	}
	return right;
}

#define SIZES 2

static const struct traffic sizes[SIZES] = {
	{ .origins = 42, .connections = 1000, .named = 42 },
	{ .origins = 1000, .connections = 20000, .named = 1000 },
};

static const double usuals[] = { 0.0005, 0.002, 0.01 };

/* Of both sizes and at each usual rate, at least so many windows are judged right. */
static void all_right(enum fault fault, double share, enum egress_rule_verdict wanted,
		      unsigned int least)
{
	for (unsigned int i = 0; i < SIZES * 3; i++) {
		struct traffic traffic = sizes[i % SIZES];
		unsigned int right;

		traffic.fault = fault;
		traffic.share = share;
		traffic.usual = usuals[i / SIZES];
		/* One that has some dozens of connections, as the rule asks nobody who has few. */
		traffic.one = 4;
		right = count(&traffic, wanted);
		print_message("%u origins, usually %g: %u of %d are %s\n", traffic.origins,
			      traffic.usual, right, RUNS, egress_rule_name(wanted));
		assert_in_range(right, least, RUNS);
	}
}

static void test_nothing_wrong(void **state)
{
	(void)state;
	all_right(FAULT_NONE, 0, EGRESS_RULE_NOTHING, 97);
}

static void test_node(void **state)
{
	(void)state;
	all_right(FAULT_NODE, 0.3, EGRESS_RULE_NODE, 99);
	all_right(FAULT_NODE, 0.1, EGRESS_RULE_NODE, 99);
}

static void test_one_origin(void **state)
{
	(void)state;
	all_right(FAULT_ONE, 0.5, EGRESS_RULE_ORIGINS, 99);
}

static void test_a_third(void **state)
{
	(void)state;
	all_right(FAULT_THIRD, 0.5, EGRESS_RULE_ORIGINS, 99);
}

/* A platform with many failures in normal times is not called broken. */
static void test_usual_failures(void **state)
{
	struct traffic traffic = sizes[0];
	unsigned int right;

	(void)state;
	traffic.usual = 0.05;
	right = count(&traffic, EGRESS_RULE_NOTHING);
	print_message("usually 5 %%: %u of %d\n", right, RUNS);
	assert_in_range(right, 97, RUNS);
	traffic = sizes[1];
	traffic.usual = 0.05;
	right = count(&traffic, EGRESS_RULE_NOTHING);
	print_message("usually 5 %%, 1000 origins: %u of %d\n", right, RUNS);
	assert_in_range(right, 97, RUNS);
}

/* Ten origins, of which every third fails: half of them may be touched. Nobody could tell then, so
 * nobody may be told that it is the node. */
static void test_weak(void **state)
{
	const struct traffic traffic = {
		.origins = 10, .connections = 300, .usual = 0.002, .share = 0.5,
		.fault = FAULT_THIRD, .named = 10,
	};
	unsigned int node = count(&traffic, EGRESS_RULE_NODE);
	unsigned int origins = count(&traffic, EGRESS_RULE_ORIGINS);
	unsigned int unclear = count(&traffic, EGRESS_RULE_UNCLEAR);

	(void)state;
	print_message("10 origins, every third: %u origins, %u unclear, %u node\n", origins,
		      unclear, node);
	assert_int_equal(node, 0);
	assert_in_range(origins + unclear, 99, RUNS);
}

/* Ten origins, and the node: that is told, or not told, but hardly ever of the origins. */
static void test_few_of_a_node(void **state)
{
	struct traffic traffic = {
		.origins = 10, .connections = 300, .usual = 0.002, .share = 0.3,
		.fault = FAULT_NODE, .named = 10,
	};

	(void)state;
	assert_in_range(count(&traffic, EGRESS_RULE_NODE), 99, RUNS);
	traffic.share = 0.1;
	print_message("10 origins, node at 10 %%: %u node, %u origins, %u unclear\n",
		      count(&traffic, EGRESS_RULE_NODE), count(&traffic, EGRESS_RULE_ORIGINS),
		      count(&traffic, EGRESS_RULE_UNCLEAR));
	assert_in_range(count(&traffic, EGRESS_RULE_NODE), 75, RUNS);
}

static void test_network(void **state)
{
	struct traffic traffic = sizes[0];

	(void)state;
	traffic.networks = 7;
	traffic.fault = FAULT_NETWORK;
	traffic.share = 0.5;
	traffic.usual = 0.002;
	print_message("a network: %u\n", count(&traffic, EGRESS_RULE_NETWORK));
	assert_in_range(count(&traffic, EGRESS_RULE_NETWORK), 95, RUNS);
	/* The node's trouble is no network's, however few networks there are. */
	traffic.fault = FAULT_NODE;
	assert_in_range(count(&traffic, EGRESS_RULE_NODE), 99, RUNS);
	traffic.networks = 1;
	assert_in_range(count(&traffic, EGRESS_RULE_NODE), 99, RUNS);
	/* Nor is a third of all. */
	traffic.networks = 7;
	traffic.fault = FAULT_THIRD;
	assert_in_range(count(&traffic, EGRESS_RULE_ORIGINS), 99, RUNS);
}

/* --- what is asked, by itself */

/* Whether one origin fails. */
static bool fails(uint64_t connections, uint64_t failures, double usual)
{
	struct egress_rule_origin at = { .connections = connections, .failures = failures };
	struct egress_rule rule = { .usual = usual };

	egress_rule_judge(&rule, &at, 1);
	assert_int_equal(rule.verdict, at.fails ? EGRESS_RULE_ORIGINS : EGRESS_RULE_NOTHING);
	return at.fails;
}

/* A few connections are no verdict, even if all of them fail. */
static void test_too_few(void **state)
{
	struct egress_rule_origin at[40] = {};
	struct egress_rule rule = { .usual = 0.002 };

	(void)state;
	for (unsigned int i = 0; i < 40; i++)
		at[i] = (struct egress_rule_origin){ .connections = 4, .failures = 4, .sure = true };
	egress_rule_judge(&rule, at, 40);
	assert_int_equal(rule.verdict, EGRESS_RULE_NOTHING);
	assert_int_equal(rule.asked, 0);
	assert_int_equal(rule.failures, 160);
	assert_false(fails(1, 1, 0.002));
	assert_false(fails(5, 2, 0.002));
	assert_true(fails(5, 3, 0.002));
	assert_false(fails(1000, 99, 0.002));
	assert_true(fails(1000, 100, 0.002));
	/* Three of thirty are no wonder where 5 % usually fail. */
	assert_false(fails(30, 3, 0.05));
	rule = (struct egress_rule){ .usual = 0.002 };
	egress_rule_judge(&rule, at, 0);
	assert_int_equal(rule.verdict, EGRESS_RULE_NOTHING);
}

/* Two origins cannot tell the node from both of them. */
static void test_two(void **state)
{
	struct egress_rule_origin at[2] = {
		{ .connections = 50, .failures = 25, .sure = true },
		{ .connections = 50, .failures = 25, .sure = true },
	};
	struct egress_rule rule = { .usual = 0.002 };

	(void)state;
	egress_rule_judge(&rule, at, 2);
	assert_int_equal(rule.verdict, EGRESS_RULE_ORIGINS);
	assert_int_equal(rule.fails, 2);
	assert_false(rule.sure);
}

/* What anybody on the host can do makes no verdict that is sure, and hides none. */
static void test_sure(void **state)
{
	struct traffic traffic = sizes[0];
	static struct egress_rule_origin at[ORIGINS_MAX];
	struct egress_rule rule = { .usual = 0.002 };

	(void)state;
	traffic.fault = FAULT_NODE;
	traffic.share = 0.3;
	traffic.named = 3;
	seed = 1;
	make(&traffic, at);
	egress_rule_judge(&rule, at, traffic.origins);
	assert_int_equal(rule.verdict, EGRESS_RULE_NODE);
	assert_false(rule.sure);
	assert_int_equal(rule.named, 3);
	/* Ten named ones are well, and all of the others fail. */
	for (unsigned int i = 0; i < traffic.origins; i++) {
		at[i].sure = i < 10;
		at[i].connections = 20;
		at[i].failures = i < 10 ? 0 : 20;
	}
	rule = (struct egress_rule){ .usual = 0.002 };
	egress_rule_judge(&rule, at, traffic.origins);
	assert_int_equal(rule.verdict, EGRESS_RULE_NOTHING);
	assert_true(rule.sure);
	assert_int_equal(rule.asked, 10);
	assert_true(at[20].fails);
	/* Ten named ones fail, and all of the others, of which there are more, are well. */
	for (unsigned int i = 0; i < traffic.origins; i++)
		at[i].failures = i < 10 ? 6 : 0;
	rule = (struct egress_rule){ .usual = 0.002 };
	egress_rule_judge(&rule, at, traffic.origins);
	assert_int_equal(rule.verdict, EGRESS_RULE_NODE);
	assert_true(rule.sure);
}

static void test_usual(void **state)
{
	(void)state;
	assert_true(egress_rule_usual(0, 0) == 0.002);
	assert_true(egress_rule_usual(100, 100) == 0.002);
	assert_true(egress_rule_usual(0, 1000000) == 0.002);
	assert_true(egress_rule_usual(10000, 1000000) == 0.01);
	assert_true(egress_rule_usual(900000, 1000000) == 0.05);
}

/* --- the distribution, by the logarithms of its terms */

static double tail_of(uint64_t n, uint64_t k, double p)
{
	double tail = 0;

	for (uint64_t i = k; i <= n; i++)
		tail += exp(lgamma(n + 1) - lgamma(i + 1) - lgamma(n - i + 1) + i * log(p) +
			    (n - i) * log1p(-p));
	return tail;
}

static void test_chance(void **state)
{
	static const struct {
		uint64_t n, k;
		double p;
	} at[] = {
		{ 5, 3, 0.002 }, { 30, 3, 0.002 }, { 30, 1, 0.002 }, { 100, 10, 0.05 },
		{ 1000, 4, 0.002 }, { 1000, 1000, 0.5 }, { 20000, 1100, 0.05 },
		{ 20000, 900, 0.05 }, { 1, 1, 0.3 }, { 7, 7, 0.9 }, { 100000, 5200, 0.05 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(at) / sizeof(*at); i++) {
		double is = egress_rule_chance(at[i].n, at[i].k, at[i].p);
		double wanted = tail_of(at[i].n, at[i].k, at[i].p);

		if (fabs(is - wanted) > 1e-6 * wanted + 1e-25)
			fail_msg("of %lu %lu at %g: %g instead of %g", at[i].n, at[i].k, at[i].p,
				 is, wanted);
	}
	assert_true(egress_rule_chance(10, 0, 0.1) == 1);
	assert_true(egress_rule_chance(10, 11, 0.1) == 0);
	assert_true(egress_rule_chance(10, 1, 0) == 0);
	assert_true(egress_rule_chance(10, 10, 1) == 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_wrong),
		cmocka_unit_test(test_node),
		cmocka_unit_test(test_one_origin),
		cmocka_unit_test(test_a_third),
		cmocka_unit_test(test_usual_failures),
		cmocka_unit_test(test_weak),
		cmocka_unit_test(test_few_of_a_node),
		cmocka_unit_test(test_network),
		cmocka_unit_test(test_too_few),
		cmocka_unit_test(test_two),
		cmocka_unit_test(test_sure),
		cmocka_unit_test(test_usual),
		cmocka_unit_test(test_chance),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
