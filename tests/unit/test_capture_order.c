// SPDX-License-Identifier: BSD-2-Clause
/*
 * Packets of several CPUs by their times, of which the last ones wait for what another CPU has
 * still to send.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "control/capture_order.h"

struct sent {
	struct ecdn_xdp_captured about;
	char data[8];
};

static void add(struct capture_order *order, uint64_t time_ns, const char *data)
{
	struct sent sent = { .about = { .time_ns = time_ns, .snap_bytes = strlen(data) } };

	memcpy(sent.data, data, strlen(data));
	assert_int_equal(capture_order_add(order, &sent, sizeof(sent)), 0);
}

static void is(const struct capture_order *order, size_t i, uint64_t time_ns, const char *data)
{
	assert_int_equal(order->at[i]->time_ns, time_ns);
	assert_memory_equal(order->at[i] + 1, data, strlen(data));
}

static void test_order(void **state)
{
	struct capture_order order = {};

	(void)state;
	assert_int_equal(capture_order_sort(&order, 100), 0);
	add(&order, 10, "a");
	add(&order, 30, "ccc");
	add(&order, 20, "bb");
	add(&order, 40, "dddd");
	assert_int_equal(capture_order_sort(&order, 40), 3);
	is(&order, 0, 10, "a");
	is(&order, 1, 20, "bb");
	is(&order, 2, 30, "ccc");
	capture_order_drop(&order, 3);
	add(&order, 35, "e");
	assert_int_equal(capture_order_sort(&order, 100), 2);
	is(&order, 0, 35, "e");
	is(&order, 1, 40, "dddd");
	capture_order_free(&order);
	assert_int_equal(order.count, 0);
}

static void test_many(void **state)
{
	struct capture_order order = {};

	(void)state;
	for (unsigned int i = 0; i < 1000; i++)
		add(&order, (i * 7919 % 1000) + 1, "x");
	for (uint64_t until = 100; until <= 1100; until += 100) {
		size_t count = capture_order_sort(&order, until);

		for (size_t i = 1; i < count; i++)
			assert_true(order.at[i - 1]->time_ns < order.at[i]->time_ns);
		assert_int_equal(count, until == 100 ? 99 : until == 1100 ? 1 : 100);
		capture_order_drop(&order, count);
	}
	capture_order_free(&order);
}

/* What is too short for what it says it is, is left out. */
static void test_short(void **state)
{
	struct sent sent = { .about = { .snap_bytes = sizeof(sent.data) + 1 } };
	struct capture_order order = {};

	(void)state;
	assert_int_equal(capture_order_add(&order, &sent, sizeof(sent)), 0);
	assert_int_equal(capture_order_add(&order, &sent, sizeof(sent.about) - 1), 0);
	assert_int_equal(order.count, 0);
	sent.about.snap_bytes = ~0U;
	assert_int_equal(capture_order_add(&order, &sent, sizeof(sent)), 0);
	assert_int_equal(order.count, 0);
	sent.about.snap_bytes = 0;
	assert_int_equal(capture_order_add(&order, &sent, sizeof(sent.about)), 0);
	assert_int_equal(order.count, 1);
	capture_order_free(&order);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
