// SPDX-License-Identifier: BSD-2-Clause
/*
 * When a CPU samples: not below 250,000 packets a second, from the next jiffy on above, and
 * not much longer than the load lasts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pace.h"

#define START (1000 * NS_PER_SECOND)

/* Packets at an even pace, for some time; returns how many of them were sampled. */
static uint64_t run(struct ecdn_xdp_cpu *cpu, uint64_t *now_ns, uint64_t pps, uint64_t for_ns,
		    uint64_t jiffy_ns)
{
	uint64_t end_ns = *now_ns + for_ns, sampled = 0;

	for (; *now_ns < end_ns; *now_ns += NS_PER_SECOND / pps) {
		if (cpu->jiffies != *now_ns / jiffy_ns) {
			cpu->jiffies = *now_ns / jiffy_ns;
			cpu->now_ns = *now_ns;
			pace_update(cpu);
		}
		cpu->packets++;
		sampled += cpu->sampled;
	}
	return sampled;
}

static void test_jiffies(void **state)
{
	static const uint64_t jiffies_ns[] = { 10000000, 4000000, 1000000 };

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct ecdn_xdp_cpu cpu = {};
		uint64_t now_ns = START, sampled;

		assert_int_equal(run(&cpu, &now_ns, 249000, 2 * NS_PER_SECOND, jiffies_ns[i]), 0);
		/* All but the first span, and a jiffy until it is noticed. */
		sampled = run(&cpu, &now_ns, 2000000, NS_PER_SECOND, jiffies_ns[i]);
		assert_in_range(sampled, 2000000 * 95 / 100, 2000000);
		/* Exact again when the span after the load is over. */
		run(&cpu, &now_ns, 100000, 2 << ECDN_XDP_CPU_SPAN, jiffies_ns[i]);
		assert_int_equal(run(&cpu, &now_ns, 100000, NS_PER_SECOND, jiffies_ns[i]), 0);
	}
}

/* After a pause nothing is known of the load. */
static void test_pause(void **state)
{
	struct ecdn_xdp_cpu cpu = {};
	uint64_t now_ns = START;

	(void)state;
	run(&cpu, &now_ns, 2000000, NS_PER_SECOND / 2, 4000000);
	assert_int_equal(cpu.sampled, 1);
	now_ns += NS_PER_SECOND;
	run(&cpu, &now_ns, 1000, 10000000, 4000000);
	assert_int_equal(cpu.sampled, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_jiffies),
		cmocka_unit_test(test_pause),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
