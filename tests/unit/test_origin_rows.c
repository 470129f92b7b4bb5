// SPDX-License-Identifier: BSD-2-Clause
/*
 * test_origin_rows.c - the row of an origin is found, and remembered as long as it is the origin's.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdlib.h>
#include <cmocka.h>

#include "ecdn-xdp-origin-rows.h"

#define SECOND 1000000000ULL
#define START (1000 * SECOND)

static struct ecdn_xdp_origin_place keys[ECDN_XDP_ORIGINS];
static struct ecdn_xdp_origin_rows rows;

static int setup(void **state)
{
	(void)state;
	memset(keys, 0, sizeof(keys));
	memset(&rows, 0, sizeof(rows));
	return 0;
}

static struct ecdn_xdp_origin_key v4(__u32 addr, __u16 port)
{
	struct ecdn_xdp_origin_key key = { .family = 4, .port = port };

	memcpy(key.addr, &addr, sizeof(addr));
	return key;
}

static __u32 row_of(struct ecdn_xdp_origin_key key, __u64 now_ns)
{
	return ecdn_xdp_origin_row(&rows, keys, &key, now_ns);
}

static void test_found(void **state)
{
	struct ecdn_xdp_origin_key v6 = { .addr = { 0x20, 1, 0xd, 0xb8, [15] = 7 }, .port = 443,
					  .family = 6 };

	(void)state;
	keys[1].key = v4(7, 443);
	keys[2].key = v4(7, 80);
	keys[3].key = v6;
	keys[4095].key = v4(8, 443);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(row_of(v4(7, 443), START), 1);
		assert_int_equal(row_of(v4(7, 80), START), 2);
		assert_int_equal(row_of(v6, START), 3);
		assert_int_equal(row_of(v4(8, 443), START), 4095);
		assert_int_equal(row_of(v4(9, 443), START), 0);
	}
}

/* The same 16 bytes in the other family are another origin. */
static void test_family(void **state)
{
	struct ecdn_xdp_origin_key v6 = v4(7, 443);

	(void)state;
	v6.family = 6;
	keys[5].key = v6;
	assert_int_equal(row_of(v4(7, 443), START), 0);
	assert_int_equal(row_of(v6, START), 5);
}

/* It is not searched for again where it was found: a copy in an earlier row stays unseen. */
static void test_remembered(void **state)
{
	(void)state;
	keys[9].key = v4(7, 443);
	assert_int_equal(row_of(v4(7, 443), START), 9);
	keys[3].key = v4(7, 443);
	assert_int_equal(row_of(v4(7, 443), START + 3600 * SECOND), 9);
}

static void test_displaced(void **state)
{
	(void)state;
	keys[9].key = v4(7, 443);
	assert_int_equal(row_of(v4(7, 443), START), 9);
	keys[9].key = v4(8, 443);
	assert_int_equal(row_of(v4(7, 443), START), 0);
	assert_int_equal(row_of(v4(8, 443), START), 9);
	/* It comes back elsewhere. */
	keys[4].key = v4(7, 443);
	assert_int_equal(row_of(v4(7, 443), START + 2 * SECOND), 4);
}

static void test_none_for_a_second(void **state)
{
	(void)state;
	assert_int_equal(row_of(v4(7, 443), START), 0);
	keys[9].key = v4(7, 443);
	assert_int_equal(row_of(v4(7, 443), START + SECOND * 9 / 10), 0);
	assert_int_equal(row_of(v4(7, 443), START + SECOND * 11 / 10), 9);
}

/* What was said long ago is not believed for the time's bits that are not kept. */
static void test_none_wraps(void **state)
{
	(void)state;
	assert_int_equal(row_of(v4(7, 443), START), 0);
	keys[9].key = v4(7, 443);
	assert_int_equal(row_of(v4(7, 443), START + 40 * 86400 * SECOND), 9);
	/* A clock that has gone back, as another thread's may, makes it look. */
	assert_int_equal(row_of(v4(8, 443), START), 0);
	keys[8].key = v4(8, 443);
	assert_int_equal(row_of(v4(8, 443), START - SECOND / 10), 8);
}

/* All rows at once are found, and most of them are remembered: those of which a set has more than
 * it holds are searched for. */
static void test_full(void **state)
{
	unsigned int remembered = 0;

	(void)state;
	for (__u32 row = 1; row < ECDN_XDP_ORIGINS; row++)
		keys[row].key = v4(row * 2654435761U, row);
	for (int round = 0; round < 3; round++)
		for (__u32 row = 1; row < ECDN_XDP_ORIGINS; row++)
			assert_int_equal(row_of(keys[row].key, START + round), row);
	for (__u32 row = 1; row < ECDN_XDP_ORIGINS; row++) {
		struct ecdn_xdp_origin_key key = keys[row].key;

		/* Where it is remembered, an earlier copy is not found. */
		if (row == 1)
			continue;
		keys[1].key = key;
		remembered += row_of(key, START + 3) == row;
	}
	assert_in_range(remembered, ECDN_XDP_ORIGINS / 2, ECDN_XDP_ORIGINS);
}

/* A hundred origins, which is what most nodes have, never push each other out. */
static void test_hundred(void **state)
{
	(void)state;
	for (__u32 row = 1; row <= 100; row++)
		keys[100 + row].key = v4(row << 24 | 0x00004d0a, 443);
	for (__u32 row = 1; row <= 100; row++)
		assert_int_equal(row_of(keys[100 + row].key, START), 100 + row);
	for (__u32 row = 1; row <= 100; row++) {
		keys[1].key = keys[100 + row].key;
		assert_int_equal(row_of(keys[1].key, START), 100 + row);
	}
}

static void test_loopback(void **state)
{
	struct ecdn_xdp_origin_key local = { .addr = { 127, 0, 0, 9 }, .family = 4 },
				   v6 = { .addr = { [15] = 1 }, .family = 6 };

	(void)state;
	assert_true(ecdn_xdp_origin_loopback(&local));
	assert_true(ecdn_xdp_origin_loopback(&v6));
	local.addr[0] = 126;
	v6.addr[0] = 0x20;
	assert_false(ecdn_xdp_origin_loopback(&local));
	assert_false(ecdn_xdp_origin_loopback(&v6));
	/* 127 is no loopback of IPv6. */
	v6.addr[0] = 127;
	assert_false(ecdn_xdp_origin_loopback(&v6));
}

static struct ecdn_xdp_origin_requests said[ECDN_XDP_ORIGIN_STRIPES * ECDN_XDP_ORIGINS];

static void test_said(void **state)
{
	const struct ecdn_xdp_origin_requests *of = &said[1 * ECDN_XDP_ORIGINS + 7];
	struct ecdn_xdp_origin_requests none = {};

	(void)state;
	ecdn_xdp_origin_say(said, 5, 7, ECDN_XDP_ORIGIN_SAID_ANSWERED, 404);
	ecdn_xdp_origin_say(said, 5, 7, ECDN_XDP_ORIGIN_SAID_ANSWERED, 418);
	ecdn_xdp_origin_say(said, 5, 7, ECDN_XDP_ORIGIN_SAID_TRUNCATED, 200);
	ecdn_xdp_origin_say(said, 5, 7, ECDN_XDP_ORIGIN_SAID_NO_CONNECT, 502);
	ecdn_xdp_origin_say(said, 5, 7, ECDN_XDP_ORIGIN_SAID_TIMED_OUT, 504);
	ecdn_xdp_origin_say(said, 5, 7, ECDN_XDP_ORIGIN_SAID_ANSWERED, -1);
	assert_int_equal(of->said[ECDN_XDP_ORIGIN_SAID_ANSWERED], 3);
	assert_int_equal(of->said[ECDN_XDP_ORIGIN_SAID_TRUNCATED], 1);
	assert_int_equal(of->said[ECDN_XDP_ORIGIN_SAID_NO_CONNECT], 1);
	assert_int_equal(of->said[ECDN_XDP_ORIGIN_SAID_TIMED_OUT], 1);
	assert_int_equal(of->status[ECDN_XDP_ORIGIN_4XX], 2);
	assert_int_equal(of->status[ECDN_XDP_ORIGIN_404], 1);
	assert_int_equal(of->status[ECDN_XDP_ORIGIN_2XX], 1);
	assert_int_equal(of->status[ECDN_XDP_ORIGIN_STRANGE], 1);
	assert_int_equal(of->status[ECDN_XDP_ORIGIN_5XX], 0);
	assert_int_equal(of->status[ECDN_XDP_ORIGIN_502], 0);
	/* And nowhere else. */
	memset(&said[1 * ECDN_XDP_ORIGINS + 7], 0, sizeof(none));
	for (size_t i = 0; i < sizeof(said) / sizeof(*said); i++)
		assert_memory_equal(&said[i], &none, sizeof(none));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_found, setup),
		cmocka_unit_test_setup(test_family, setup),
		cmocka_unit_test_setup(test_remembered, setup),
		cmocka_unit_test_setup(test_displaced, setup),
		cmocka_unit_test_setup(test_none_for_a_second, setup),
		cmocka_unit_test_setup(test_none_wraps, setup),
		cmocka_unit_test_setup(test_full, setup),
		cmocka_unit_test_setup(test_hundred, setup),
		cmocka_unit_test_setup(test_loopback, setup),
		cmocka_unit_test_setup(test_said, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
