// SPDX-License-Identifier: BSD-2-Clause
/*
 * What is published must be what the kernel would say if a packet came: a reader who
 * goes by until_ns and one who asks the rate agree at every time.
 */
#include "rate_node.h"

static uint64_t random_state = 1;

static uint64_t random_below(uint64_t bound)
{
	random_state = random_state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (random_state >> 33) % bound;
}

static struct ecdn_xdp_limits some_limits(void)
{
	struct ecdn_xdp_limits limits = {
		.pps = 100 + random_below(10000),
		.hold_ns = random_below(20) * SECOND / 2,
	};

	return limits;
}

static uint64_t send(struct node *node, uint64_t from_ns, uint64_t pps, uint64_t for_ns)
{
	uint64_t now_ns = from_ns;

	for (; now_ns < from_ns + for_ns; now_ns += SECOND / pps)
		node_packet_on(node, 0, now_ns, 0);
	return now_ns;
}

static struct ecdn_xdp_region_state published(const struct node *node, uint64_t now_ns)
{
	struct ecdn_xdp_region_state public = {};
	struct ecdn_xdp_region_rate rates = node->rates;
	uint32_t state = rates_update(&rates, &node->limits, false, now_ns);

	publish_state(&public, &rates, &node->limits, false, state, now_ns);
	return public;
}

static uint32_t asked(const struct node *node, uint64_t now_ns)
{
	struct ecdn_xdp_region_rate rates = node->rates;

	return rates_update(&rates, &node->limits, false, now_ns);
}

static void assert_agree(const struct node *node, const struct ecdn_xdp_region_state *public)
{
	assert_int_equal(asked(node, public->until_ns - 1), public->state);
	assert_int_equal(asked(node, public->until_ns), ECDN_XDP_STATE_NORMAL);
}

static void test_limited_until(void **state)
{
	unsigned int limited = 0;

	(void)state;
	for (int i = 0; i < 300; i++) {
		struct node node = node_new(1, 250, some_limits());
		struct ecdn_xdp_region_state public;
		uint64_t now_ns = send(&node, START, node.limits.pps * (2 + random_below(3)),
				       SECOND + random_below(SECOND));

		/* And at times a while below 80 %, so that the hold has begun. */
		if (random_below(2))
			send(&node, now_ns, node.limits.pps / 5,
			     SECOND + random_below(3 * SECOND));
		public = published(&node, node.measured_ns[0]);
		if (public.state != ECDN_XDP_STATE_LIMITED)
			continue;
		limited++;
		assert_true(public.until_ns > node.measured_ns[0]);
		assert_agree(&node, &public);
	}
	assert_in_range(limited, 150, 300);
}

static void test_exempt_until(void **state)
{
	struct node node = node_new(1, 250, some_limits());
	struct ecdn_xdp_region_state public;

	(void)state;
	node.limits.exempt_until_ns = START + 10 * SECOND;
	public = published(&node, START);
	assert_int_equal(public.state, ECDN_XDP_STATE_EXEMPT);
	assert_true(public.until_ns == START + 10 * SECOND);
	assert_agree(&node, &public);
}

static void test_for_good(void **state)
{
	struct node node = node_new(1, 250, some_limits());

	(void)state;
	assert_true(published(&node, START).until_ns == UINT64_MAX);
	node.limits.exempt_until_ns = UINT64_MAX;
	assert_true(published(&node, START).until_ns == UINT64_MAX);
	node.limits.exempt_until_ns = 0;
	node.limits.blocked = 1;
	assert_int_equal(published(&node, START).state, ECDN_XDP_STATE_BLOCKED);
	assert_true(published(&node, START).until_ns == UINT64_MAX);
}

/*
 * An exemption over a block, each with an end, without one, or not there; times in seconds from
 * START on. A reader who never sees a packet of the region again agrees with the kernel at each
 * time, also where the one follows upon the other.
 */
static void test_layers(void **state)
{
	static const uint64_t ends[] = { 0, 3, 5, 7, UINT64_MAX };

	(void)state;
	for (unsigned int exempt = 0; exempt < 5; exempt++)
		for (unsigned int block = 0; block < 5; block++) {
			struct node node = node_new(1, 250, some_limits());
			struct ecdn_xdp_region_state public;

			if (ends[exempt])
				node.limits.exempt_until_ns = ends[exempt] == UINT64_MAX ?
					UINT64_MAX : START + ends[exempt] * SECOND;
			node.limits.blocked = ends[block] > 0;
			if (ends[block] && ends[block] != UINT64_MAX)
				node.limits.blocked_until_ns = START + ends[block] * SECOND;
			public = published(&node, START);
			for (uint64_t at_ns = START; at_ns < START + 9 * SECOND; at_ns += 250 * MS) {
				uint64_t after = (at_ns - START) / SECOND;
				uint32_t is = after < ends[exempt] ? ECDN_XDP_STATE_EXEMPT :
					      after < ends[block] ? ECDN_XDP_STATE_BLOCKED :
								    ECDN_XDP_STATE_NORMAL;

				assert_int_equal(asked(&node, at_ns), is);
				assert_int_equal(ecdn_xdp_state_at(&public, at_ns), is);
			}
		}
}

/* What an earlier version has written has no second time: `next` has no end there. */
static void test_earlier(void **state)
{
	const struct ecdn_xdp_region_state public = {
		.state = ECDN_XDP_STATE_EXEMPT, .until_ns = START, .next = ECDN_XDP_STATE_BLOCKED,
	};

	(void)state;
	assert_int_equal(ecdn_xdp_state_at(&public, START - 1), ECDN_XDP_STATE_EXEMPT);
	assert_int_equal(ecdn_xdp_state_at(&public, START), ECDN_XDP_STATE_BLOCKED);
	assert_int_equal(ecdn_xdp_state_at(&public, UINT64_MAX), ECDN_XDP_STATE_BLOCKED);
}

/* A surge is forgotten while a block or an exemption holds, and does not come back after it. */
static void test_layers_forget_surges(void **state)
{
	(void)state;
	for (int blocked = 0; blocked < 2; blocked++) {
		struct node node = node_new(1, 250, some_limits());
		uint64_t end_ns = START + 3 * SECOND;

		node.limits.hold_ns = 3600 * SECOND;
		send(&node, START, node.limits.pps * 3, 2 * SECOND);
		assert_int_equal(node.state, ECDN_XDP_STATE_LIMITED);
		node.limits.blocked = blocked;
		*(blocked ? &node.limits.blocked_until_ns : &node.limits.exempt_until_ns) = end_ns;
		rates_update(&node.rates, &node.limits, false, end_ns - 1);
		assert_int_equal(asked(&node, end_ns), ECDN_XDP_STATE_NORMAL);
	}
}

/* A hold as long as can be said does not wrap round into the past. */
static void test_endless_hold(void **state)
{
	struct node node = node_new(1, 250, some_limits());

	(void)state;
	node.limits.hold_ns = UINT64_MAX - 5;
	send(&node, START, node.limits.pps * 3, 2 * SECOND);
	assert_int_equal(published(&node, node.measured_ns[0]).state, ECDN_XDP_STATE_LIMITED);
	assert_true(published(&node, node.measured_ns[0]).until_ns == UINT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_limited_until),
		cmocka_unit_test(test_exempt_until),
		cmocka_unit_test(test_for_good),
		cmocka_unit_test(test_layers),
		cmocka_unit_test(test_earlier),
		cmocka_unit_test(test_layers_forget_surges),
		cmocka_unit_test(test_endless_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
