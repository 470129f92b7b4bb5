// SPDX-License-Identifier: BSD-2-Clause
/*
 * Changes of a state as the kernel sees them, the rate that made them, and ends by silence: what a
 * reader tells is what the kernel writes later, and is told once.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "change.h"
#include "view/view_silence.h"

#define SECOND 1000000000ULL
#define MS 1000000ULL
#define START (1000 * SECOND)
#define HOLD (10 * SECOND)
#define REGION 3

struct node {
	struct ecdn_xdp_limits limits;
	struct ecdn_xdp_region_rate rates;
	struct ecdn_xdp_region_state public;
	int shield;
};

/* A region in a surge whose last packet came at START: of claims, and of what is proven too. */
static void surge(struct node *node, int proven)
{
	const struct ecdn_xdp_load load = { 5000, 4000000, 900 };

	*node = (struct node){
		.limits = { .pps = 1000, .cps = 600, .hold_ns = HOLD }, .shield = 1,
	};
	rate_add(&node->rates.claimed, &load, START);
	if (proven)
		rate_add(&node->rates.proven, &load, START - SECOND);
	publish_state(&node->public, &node->rates, &node->limits, 1,
		      rates_update(&node->rates, &node->limits, 1, START), START);
	assert_int_equal(node->public.state,
			 proven ? ECDN_XDP_STATE_LIMITED : ECDN_XDP_STATE_SHIELDED);
}

static int tell(const struct node *node, struct view_silence *told, uint64_t now_ns,
		struct ecdn_xdp_change *change)
{
	struct ecdn_xdp_region_state public = node->public;

	return view_silence_tell(told, REGION, &public, &node->rates, &node->limits, node->shield,
				 now_ns, change);
}

/* What the kernel writes when a packet comes at last. */
static struct ecdn_xdp_change written(struct node *node, uint64_t now_ns)
{
	struct change change = {};

	assert_true(change_is_over(&node->public, now_ns, CHANGE_SOON_NS));
	change_follow(&change, &node->public, &node->rates, &node->limits, node->shield, now_ns);
	return (struct ecdn_xdp_change){
		.number = 1, .region = REGION, .time_ns = change.time_ns,
		.last_ns = change.time_ns, .count = 1, .from = change.from, .to = change.to,
		.silent = change.silent,
	};
}

static void told_once(void **state)
{
	struct ecdn_xdp_change change, kernel;
	struct view_silence told = {};
	struct node node;
	uint64_t end;

	(void)state;
	surge(&node, 0);
	end = node.public.until_ns;
	assert_false(tell(&node, &told, end - 1, &change));
	/* A packet that comes soon after the end makes it itself. */
	assert_false(tell(&node, &told, end + CHANGE_SOON_NS, &change));
	assert_false(change_is_over(&node.public, end + CHANGE_SOON_NS, CHANGE_SOON_NS));
	assert_true(tell(&node, &told, end + SECOND, &change));
	assert_int_equal(change.time_ns, end);
	assert_int_equal(change.region, REGION);
	assert_int_equal(change.from, ECDN_XDP_STATE_SHIELDED);
	assert_int_equal(change.to, ECDN_XDP_STATE_NORMAL);
	assert_int_equal(change.silent, 1);
	assert_false(tell(&node, &told, end + 2 * SECOND, &change));

	kernel = written(&node, end + 3 * SECOND);
	assert_int_equal(kernel.time_ns, end);
	assert_true(view_silence_was_told(&told, &kernel));
	assert_int_equal(node.public.state, ECDN_XDP_STATE_NORMAL);
	assert_int_equal(node.public.since_ns, end);
	assert_int_equal(node.public.until_ns, ~0ULL);
	assert_false(tell(&node, &told, end + 4 * SECOND, &change));

	/* The next surge is another one, and so is its end. */
	kernel.from = ECDN_XDP_STATE_NORMAL;
	kernel.to = ECDN_XDP_STATE_SHIELDED;
	kernel.time_ns = kernel.last_ns = end + 5 * SECOND;
	assert_false(view_silence_was_told(&told, &kernel));
	surge(&node, 0);
	node.public.since_ns = end + 5 * SECOND;
	node.public.until_ns = end + 6 * SECOND;
	assert_true(tell(&node, &told, end + 7 * SECOND, &change));
	assert_int_equal(change.time_ns, end + 6 * SECOND);
}

/* LIMITED ends first, and the surge of claims behind it a second later. */
static void told_in_steps(void **state)
{
	struct ecdn_xdp_change change, kernel;
	struct view_silence told = {}, late = {};
	struct node node;
	uint64_t end;

	(void)state;
	surge(&node, 1);
	end = node.public.until_ns;
	assert_int_equal(node.public.next, ECDN_XDP_STATE_SHIELDED);
	assert_true(tell(&node, &told, end + SECOND / 2, &change));
	assert_int_equal(change.from, ECDN_XDP_STATE_LIMITED);
	assert_int_equal(change.to, ECDN_XDP_STATE_SHIELDED);
	assert_int_equal(change.time_ns, end);
	assert_false(tell(&node, &told, end + SECOND / 2 + MS, &change));
	assert_true(tell(&node, &told, end + 2 * SECOND, &change));
	assert_int_equal(change.from, ECDN_XDP_STATE_SHIELDED);
	assert_int_equal(change.to, ECDN_XDP_STATE_NORMAL);
	assert_int_equal(change.time_ns, end + SECOND);

	/* Who looks later is told of both at once, as the kernel is. */
	assert_true(tell(&node, &late, end + 2 * SECOND, &change));
	assert_int_equal(change.from, ECDN_XDP_STATE_LIMITED);
	assert_int_equal(change.to, ECDN_XDP_STATE_NORMAL);
	assert_int_equal(change.time_ns, end + SECOND);
	kernel = written(&node, end + 3 * SECOND);
	assert_int_equal(kernel.time_ns, end + SECOND);
	assert_int_equal(kernel.to, ECDN_XDP_STATE_NORMAL);
	assert_true(view_silence_was_told(&told, &kernel));
	assert_true(view_silence_was_told(&late, &kernel));
}

/* What is written late, or stands for more than what was told, is no repetition. */
static void not_told(void **state)
{
	struct view_silence told = { 0, START, ECDN_XDP_STATE_NORMAL, true };
	struct ecdn_xdp_change change = { .last_ns = START - 5, .to = ECDN_XDP_STATE_SHIELDED };

	(void)state;
	assert_false(view_silence_was_told(&told, &change));
	assert_true(told.open);
	change = (struct ecdn_xdp_change){ .last_ns = START + 5, .to = ECDN_XDP_STATE_NORMAL };
	assert_false(view_silence_was_told(&told, &change));
	assert_false(told.open);
}

/* States without an end, and states as an earlier version has them. */
static void no_end(void **state)
{
	struct ecdn_xdp_change change;
	struct view_silence told = {};
	struct node node = { .public = { .state = ECDN_XDP_STATE_BLOCKED, .until_ns = ~0ULL } };

	(void)state;
	assert_false(tell(&node, &told, START, &change));
	node.public.until_ns = 0;
	assert_false(tell(&node, &told, START, &change));
	node.public = (struct ecdn_xdp_region_state){ .until_ns = 5 };
	assert_false(tell(&node, &told, START, &change));
	node.public = (struct ecdn_xdp_region_state){ .state = 77, .next = 99, .until_ns = 5 };
	assert_true(tell(&node, &told, START, &change));
	assert_int_equal(change.to, 99);
}

static void ordered(void **state)
{
	struct ecdn_xdp_region_state public = { .state = ECDN_XDP_STATE_LIMITED };
	struct change change = { .to = ECDN_XDP_STATE_LIMITED };

	(void)state;
	/* Another CPU's clock was ahead. */
	public.since_ns = START - MS;
	change_time(&public, ECDN_XDP_STATE_SHIELDED, START);
	assert_int_equal(public.since_ns, START + 1);
	public.since_ns = START + 5;
	change_time(&public, ECDN_XDP_STATE_SHIELDED, START);
	assert_int_equal(public.since_ns, START + 5);
	change_time(&public, ECDN_XDP_STATE_LIMITED, START + 5);
	assert_int_equal(public.since_ns, START + 5);
	public.until_ns = 77;
	change_date(&change, &public);
	assert_int_equal(change.time_ns, START + 5);
	assert_int_equal(change.until_ns, 77);
	public.state = ECDN_XDP_STATE_NORMAL;
	change_date(&change, &public);
	assert_true(change.time_ns < START + 5);
}

static struct change explained(const struct node *node, uint32_t from, uint32_t to)
{
	struct change change = { .time_ns = START, .from = from, .to = to };

	if (change_rises(&change))
		change_explain(&change, &node->rates, &node->limits, node->shield);
	return change;
}

/* The rate that is furthest above its limit is named. */
static void why(void **state)
{
	struct change change;
	struct node node;

	(void)state;
	surge(&node, 0);
	change = explained(&node, ECDN_XDP_STATE_NORMAL, ECDN_XDP_STATE_SHIELDED);
	assert_int_equal(change.measure, ECDN_XDP_MEASURE_PPS);
	assert_int_equal(change.limit, 1000);
	assert_true(change.rate > 5000);
	assert_int_equal(change.proven, 0);
	node.limits.cps = 10;
	change = explained(&node, ECDN_XDP_STATE_NORMAL, ECDN_XDP_STATE_SHIELDED);
	assert_int_equal(change.measure, ECDN_XDP_MEASURE_CPS);
	node.limits.bps = 1000;
	change = explained(&node, ECDN_XDP_STATE_NORMAL, ECDN_XDP_STATE_SHIELDED);
	assert_int_equal(change.measure, ECDN_XDP_MEASURE_BPS);
	assert_int_equal(change.limit, 1000);

	surge(&node, 1);
	change = explained(&node, ECDN_XDP_STATE_SHIELDED, ECDN_XDP_STATE_LIMITED);
	assert_int_equal(change.proven, 1);
	assert_int_equal(change.measure, ECDN_XDP_MEASURE_PPS);
	node.shield = 0;
	change = explained(&node, ECDN_XDP_STATE_SHIELDED, ECDN_XDP_STATE_LIMITED);
	assert_int_equal(change.proven, 0);

	change = explained(&node, ECDN_XDP_STATE_LIMITED, ECDN_XDP_STATE_SHIELDED);
	assert_int_equal(change.measure, ECDN_XDP_MEASURE_NONE);
	change = explained(&node, ECDN_XDP_STATE_SHIELDED, ECDN_XDP_STATE_NORMAL);
	assert_int_equal(change.measure, ECDN_XDP_MEASURE_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(told_once),
		cmocka_unit_test(told_in_steps),
		cmocka_unit_test(not_told),
		cmocka_unit_test(no_end),
		cmocka_unit_test(ordered),
		cmocka_unit_test(why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
