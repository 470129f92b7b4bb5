// SPDX-License-Identifier: BSD-2-Clause
/*
 * Which addresses are known: for 9 to 18 minutes, whenever the span's number begins anew, and how
 * many others are taken for known.
 */
#include "host_maps.h"

#include <math.h>

#include "known.h"

#define SEED 0x0123456789abcdefULL
#define SPAN (1ULL << ECDN_XDP_KNOWN_SPAN)
#define OTHERS 1000000

static struct ecdn_xdp_known_line lines[ECDN_XDP_KNOWN_LINES];

static void *host_lookup(const void *map, const void *key)
{
	uint32_t index = *(const uint32_t *)key;

	return map == &known && index < ECDN_XDP_KNOWN_LINES ? &lines[index] : NULL;
}

__attribute__((unused)) static long host_update(const void *map, const void *key,
						const void *value, uint64_t flags)
{
	(void)map, (void)key, (void)value, (void)flags;
	return -1;
}

static int forget(void **state)
{
	(void)state;
	memset(lines, 0, sizeof(lines));
	return 0;
}

static uint64_t hash_v4(uint32_t address)
{
	const uint32_t words[4] = { address };

	return known_hash(4, words, SEED);
}

static uint64_t hash_v6(uint32_t first, uint32_t second, uint32_t third, uint32_t fourth)
{
	const uint32_t words[4] = { first, second, third, fourth };

	return known_hash(6, words, SEED);
}

static void test_span(void **state)
{
	(void)state;
	for (uint64_t n = 0; n < 1000; n++) {
		uint64_t begin_ns = n * SPAN;

		forget(NULL);
		known_set(hash_v4(7), begin_ns + SPAN / 3);
		assert_true(known_has(hash_v4(7), begin_ns + SPAN / 3));
		assert_true(known_has(hash_v4(7), begin_ns + SPAN - 1));
		assert_true(known_has(hash_v4(7), begin_ns + 2 * SPAN - 1));
		assert_false(known_has(hash_v4(7), begin_ns + 2 * SPAN));
		/* And not for as long as a number lasts, until it comes again after 1.6 days. */
		for (uint64_t later = 2; later < 255; later++)
			assert_false(known_has(hash_v4(7), begin_ns + later * SPAN));
	}
}

static void test_a_machine_that_just_started(void **state)
{
	(void)state;
	assert_false(known_has(hash_v4(7), 0));
	assert_false(known_has(hash_v4(7), SECOND));
	known_set(hash_v4(7), 0);
	assert_true(known_has(hash_v4(7), SECOND));
}

static void test_set_again(void **state)
{
	(void)state;
	known_set(hash_v4(7), 0);
	known_set(hash_v4(7), SPAN);
	assert_true(known_has(hash_v4(7), 2 * SPAN));
	assert_false(known_has(hash_v4(7), 3 * SPAN));
}

static void test_what_is_an_address(void **state)
{
	(void)state;
	known_set(hash_v6(1, 2, 3, 4), 0);
	assert_true(known_has(hash_v6(1, 2, 9, 9), 0));
	assert_false(known_has(hash_v6(1, 3, 3, 4), 0));
	assert_false(known_has(hash_v6(2, 2, 3, 4), 0));
	assert_false(known_has(hash_v4(1), 0));
	known_set(hash_v4(7), 0);
	assert_false(known_has(hash_v6(7, 0, 0, 0), 0));
}

/* How often others are taken for known, in millionths. */
static unsigned int taken_for_known(uint32_t addresses)
{
	unsigned int taken = 0;

	forget(NULL);
	for (uint32_t i = 0; i < addresses; i++)
		known_set(hash_v4(i * 2654435761U), 0);
	for (uint32_t i = 0; i < addresses; i++)
		assert_true(known_has(hash_v4(i * 2654435761U), 0));
	for (uint32_t i = 0; i < OTHERS; i++)
		taken += known_has(hash_v4((addresses + i) * 2654435761U), 0);
	return taken;
}

/* The two cells of an address are in one line, which k of the addresses share with a chance of
 * Poisson: both are set with the square of the share of its cells that are. */
static double expected(double addresses)
{
	double mean = addresses / ECDN_XDP_KNOWN_LINES, chance = exp(-mean), sum = 0;

	for (int k = 0; k < 200; k++) {
		sum += chance * pow(1 - pow(1 - 1 / 64.0, 2 * k), 2);
		chance *= mean / (k + 1);
	}
	return sum * OTHERS;
}

static void test_others_taken_for_known(void **state)
{
	(void)state;
	assert_int_equal(taken_for_known(0), 0);
	for (uint32_t addresses = 10000; addresses <= 1000000; addresses *= 10)
		assert_in_range(taken_for_known(addresses), expected(addresses) * 0.85,
				expected(addresses) * 1.15);
	assert_in_range(expected(100000), 8000, 12000);
}

static void test_seed(void **state)
{
	const uint32_t words[4] = { 7 };

	(void)state;
	known_set(hash_v4(7), 0);
	assert_false(known_has(known_hash(4, words, SEED + 1), 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_span, forget),
		cmocka_unit_test_setup(test_a_machine_that_just_started, forget),
		cmocka_unit_test_setup(test_set_again, forget),
		cmocka_unit_test_setup(test_what_is_an_address, forget),
		cmocka_unit_test_setup(test_others_taken_for_known, forget),
		cmocka_unit_test_setup(test_seed, forget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
