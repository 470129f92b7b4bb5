// SPDX-License-Identifier: BSD-2-Clause
/* Whose id may go to another region. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/clock.h"
#include "guard/region_ids.h"

#define REGIONS 4
#define CPUS 3
#define NOW (100 * 24 * 3600 * NS_PER_SECOND)

static struct ecdn_xdp_region_cpu rows[CPUS * REGIONS];

static struct ecdn_xdp_region_cpu *row(int cpu, int region)
{
	return &rows[cpu * REGIONS + region];
}

static bool idle(uint32_t region)
{
	return region_ids_idle(rows, CPUS * REGIONS, REGIONS, region, NOW);
}

static void never_counted(void **state)
{
	(void)state;
	memset(rows, 0, sizeof(rows));
	row(2, 1)->packets = 1;
	assert_true(idle(0));
	assert_true(idle(2));
	assert_true(idle(3));
	/* When that was is not known. */
	assert_false(idle(1));
}

/* The last of all CPUs decides, to the nanosecond. */
static void counted_long_ago(void **state)
{
	const uint64_t edge = NOW - REGION_IDS_IDLE_NS;

	(void)state;
	memset(rows, 0, sizeof(rows));
	row(0, 1)->packets = 5;
	row(0, 1)->measured_ns = 7;
	row(1, 1)->packets = 5;
	row(1, 1)->measured_ns = edge;
	assert_true(idle(1));
	row(1, 1)->measured_ns = edge + 1;
	assert_false(idle(1));
	row(1, 1)->measured_ns = edge;
	row(2, 1)->proven_ns = edge + 1;
	assert_false(idle(1));
	row(2, 1)->proven_ns = edge;
	assert_true(idle(1));
	/* A CPU may have counted while the clock was read. */
	row(2, 1)->proven_ns = NOW + 5;
	assert_false(idle(1));
}

static void own(void **state)
{
	struct ecdn_xdp_limits limits = { .pps = 100, .hold_ns = 5 };

	(void)state;
	assert_false(region_ids_has_own(&limits, NOW));
	limits.own = ECDN_XDP_OWN_PPS;
	assert_true(region_ids_has_own(&limits, NOW));
	limits.own = 0;
	limits.blocked = 1;
	assert_true(region_ids_has_own(&limits, NOW));
	limits.blocked = 0;
	limits.exempt_until_ns = NOW + 1;
	assert_true(region_ids_has_own(&limits, NOW));
	limits.exempt_until_ns = NOW;
	assert_false(region_ids_has_own(&limits, NOW));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(never_counted),
		cmocka_unit_test(counted_long_ago),
		cmocka_unit_test(own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
