// SPDX-License-Identifier: BSD-2-Clause
/*
 * When packets to an address and port are looked up, when those without a socket are dropped, and
 * what disarms it: known clients without a socket, and nothing that can be forged.
 */
#include "host_maps.h"

#include "armed.h"

#define START (1000 * SECOND)

static struct ecdn_xdp_armed_key key;
static struct ecdn_xdp_armed entry;
static bool exists;

static void *host_lookup(const void *map, const void *asked)
{
	return map == &armed && exists && !memcmp(asked, &key, sizeof(key)) ? &entry : NULL;
}

static long host_update(const void *map, const void *asked, const void *value, uint64_t flags)
{
	assert_ptr_equal(map, &armed);
	assert_int_equal(flags, BPF_NOEXIST);
	memcpy(&key, asked, sizeof(key));
	memcpy(&entry, value, sizeof(entry));
	exists = true;
	return 0;
}

static int begin(void **state)
{
	const uint32_t address[4] = { 1, 2, 3, 4 };

	(void)state;
	exists = false;
	armed_key(&key, 6, address, 80);
	return 0;
}

/* Each from another address. */
static void count(unsigned int times, bool found, bool is_known, uint64_t now_ns)
{
	static uint64_t hash;

	while (times--)
		armed_count(&entry, found, is_known, hash += 0x9e3779b97f4a7c15, now_ns);
}

static void test_arms_by_a_connection(void **state)
{
	(void)state;
	assert_null(armed_entry(&key, START));
	armed_connected(&key, START);
	assert_ptr_equal(armed_entry(&key, START), &entry);
	assert_false(armed_drops(&entry));
}

static void test_drops_once_sockets_are_found(void **state)
{
	(void)state;
	armed_connected(&key, START);
	count(1000, false, false, START);
	assert_false(armed_drops(&entry));
	count(ECDN_XDP_ARMED_FOUND - 1, true, false, START);
	assert_false(armed_drops(&entry));
	count(1, true, false, START);
	assert_true(armed_drops(&entry));
}

/* Connections keep it, exact to a minute; without them it ends. */
static void test_expires(void **state)
{
	uint64_t now_ns = START;

	(void)state;
	for (; now_ns < START + 2 * ECDN_XDP_ARMED_NS; now_ns += 10 * SECOND)
		armed_connected(&key, now_ns);
	count(ECDN_XDP_ARMED_FOUND, true, false, now_ns);
	assert_non_null(armed_entry(&key, now_ns + ECDN_XDP_ARMED_NS - MINUTE - 20 * SECOND));
	assert_null(armed_entry(&key, now_ns + ECDN_XDP_ARMED_NS + SECOND));
	/* Who comes back is learned anew. */
	armed_connected(&key, now_ns + ECDN_XDP_ARMED_NS + SECOND);
	assert_non_null(armed_entry(&key, now_ns + ECDN_XDP_ARMED_NS + SECOND));
	assert_false(armed_drops(&entry));
}

/* Another CPU's clock may be ahead, and behind. */
static void test_clock_of_another_cpu(void **state)
{
	(void)state;
	armed_connected(&key, START);
	assert_non_null(armed_entry(&key, START - 10000000));
	armed_connected(&key, START - 10000000);
	assert_non_null(armed_entry(&key, START));
	assert_int_equal(entry.connected_ns, START);
}

static void test_disarmed_by_known_clients(void **state)
{
	(void)state;
	armed_connected(&key, START);
	count(100, true, false, START);
	count(ARMED_MISSED - 1, false, true, START);
	assert_true(armed_drops(&entry));
	count(1, false, true, START);
	assert_false(armed_drops(&entry));
	/* Packets are looked up all the same, as what has a socket is proven. */
	assert_non_null(armed_entry(&key, START));
	/* Connections do not arm it again before its time. */
	armed_connected(&key, START + MINUTE);
	assert_non_null(armed_entry(&key, START + ECDN_XDP_ARMED_NS));
	assert_int_not_equal(entry.disarmed_ns, 0);
	armed_connected(&key, START + ECDN_XDP_ARMED_NS);
	/* The first packet after it finds out that it is over, and it learns from the start. */
	armed_entry(&key, START + ECDN_XDP_ARMED_NS + SECOND);
	assert_int_equal(entry.disarmed_ns, 0);
	assert_int_equal(entry.found, 0);
	assert_false(armed_drops(&entry));
}

static void test_one_in_twenty(void **state)
{
	(void)state;
	for (int share = 1; share <= 10; share++) {
		begin(NULL);
		armed_connected(&key, START);
		for (int i = 0; i < 20000 && !entry.disarmed_ns; i++)
			count(1, i % 100 >= share, true, START);
		if (share <= 4)
			assert_int_equal(entry.disarmed_ns, 0);
		if (share >= 6)
			assert_true(entry.disarmed_ns);
	}
}

/* A client that forges, or that only believes in an old connection, is one address. */
static void test_few_addresses_disarm_nothing(void **state)
{
	(void)state;
	armed_connected(&key, START);
	count(20, true, false, START);
	for (int i = 0; i < 5000; i++)
		armed_count(&entry, false, true, (uint64_t)(i % (ARMED_MISSED_VALUES - 1)) << 48,
			    START);
	assert_int_equal(entry.disarmed_ns, 0);
}

/* Of a flood of forged addresses a hundredth is taken for known. */
static void test_flood_that_hits_known_ones(void **state)
{
	(void)state;
	armed_connected(&key, START);
	count(20, true, false, START);
	for (int i = 0; i < 1000000; i++)
		count(1, false, i % 50 == 0, START);
	assert_int_equal(entry.disarmed_ns, 0);
}

/* Whatever strangers send, and however much: what is forged disarms nothing, nor does it use up
 * that sockets were found, unless nothing else comes for hours. */
static void test_forged_disarms_nothing(void **state)
{
	(void)state;
	armed_connected(&key, START);
	for (int i = 0; i < 1000000; i++)
		count(1, i % 100 == 0, false, START);
	assert_int_equal(entry.disarmed_ns, 0);
	assert_non_null(armed_entry(&key, START));
	assert_true(armed_drops(&entry));
}

/* An address that was served for weeks and then moved. */
static void test_old_counts_fade(void **state)
{
	unsigned int missed = 0;

	(void)state;
	armed_connected(&key, START);
	count(1000000, true, false, START);
	for (; missed < 1000 && !entry.disarmed_ns; missed++)
		count(1, false, true, START);
	assert_in_range(missed, ARMED_MISSED, 256);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_arms_by_a_connection, begin),
		cmocka_unit_test_setup(test_drops_once_sockets_are_found, begin),
		cmocka_unit_test_setup(test_expires, begin),
		cmocka_unit_test_setup(test_clock_of_another_cpu, begin),
		cmocka_unit_test_setup(test_disarmed_by_known_clients, begin),
		cmocka_unit_test_setup(test_one_in_twenty, begin),
		cmocka_unit_test_setup(test_few_addresses_disarm_nothing, begin),
		cmocka_unit_test_setup(test_flood_that_hits_known_ones, begin),
		cmocka_unit_test_setup(test_forged_disarms_nothing, begin),
		cmocka_unit_test_setup(test_old_counts_fade, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
