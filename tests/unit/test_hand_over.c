// SPDX-License-Identifier: BSD-2-Clause
/*
 * Connections that are made reach their region's rate from whatever CPU, each once, as of when it
 * was made.
 */
#include "hand_over.h"
#include "rate_node.h"

#define CPUS 64
#define JIFFY (4 * MS)

/* A region's connections as bpf/proven.bpf.c counts them, on CPUs that see no packet of it. */
struct host {
	struct ecdn_xdp_region_rate rates;
	struct ecdn_xdp_limits limits;
	struct ecdn_xdp_region_cpu local[CPUS];
	uint32_t state;
};

static void host_connection(struct host *host, unsigned int cpu, uint64_t now_ns)
{
	struct ecdn_xdp_region_cpu *local = &host->local[cpu];

	if (local->proven_jiffies == now_ns / JIFFY) {
		local->proven_connections++;
		return;
	}
	hand_over_connection(&host->rates, local, &host->limits, now_ns);
	host->state = rates_update(&host->rates, &host->limits, true, now_ns);
	local->proven_jiffies = now_ns / JIFFY;
}

/* Each CPU has one each 3 s, in turn: 21.3 connections/s. The time to `limited`; ~0: never. */
static uint64_t rare_on_each(uint64_t cps)
{
	struct host host = {
		.limits = { .cps = cps, .grace_ns = SECOND, .hold_ns = 10 * SECOND },
	};

	for (uint64_t i = 0; i < 20 * CPUS; i++) {
		uint64_t passed_ns = i * 3 * SECOND / CPUS;

		host_connection(&host, i % CPUS, START + passed_ns);
		if (host.state == ECDN_XDP_STATE_LIMITED)
			return passed_ns;
	}
	return UINT64_MAX;
}

/* The windows remember 2.1 s, so nothing may wait for the CPU's next connection. */
static void test_rare_on_each_of_many_cpus(void **state)
{
	(void)state;
	for (uint64_t cps = 1; cps <= 20; cps++)
		assert_in_range(rare_on_each(cps), SECOND, 5 * SECOND);
	assert_true(rare_on_each(25) == UINT64_MAX);
}

/* Those that were made later in a jiffy than its first wait, but count as of that jiffy. */
static void test_waiting_keep_their_time(void **state)
{
	static const struct {
		uint64_t pause_ns;
		uint64_t current, previous;
	} cases[] = {
		{ JIFFY, 7, 0 }, { 1ULL << RATE_SLOW_SPAN, 1, 6 },
		{ 2ULL << RATE_SLOW_SPAN, 1, 0 }, { 3600 * SECOND, 1, 0 },
	};
	const uint64_t span_ns = (START >> RATE_SLOW_SPAN) << RATE_SLOW_SPAN;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct host host = { .limits = { .cps = 1000 } };
		const struct ecdn_xdp_window *slow = &host.rates.proven.slow;

		for (int n = 0; n < 6; n++)
			host_connection(&host, 0, span_ns + n);
		assert_int_equal(slow->current.connections, 1);
		host_connection(&host, 0, span_ns + cases[i].pause_ns);
		assert_int_equal(slow->current.connections, cases[i].current);
		assert_int_equal(slow->previous.connections, cases[i].previous);
	}
}

/* The guard hands over what has waited, whenever it has packets on that CPU. */
static void test_each_is_taken_once(void **state)
{
	const uint64_t span_ns = (START >> RATE_SLOW_SPAN) << RATE_SLOW_SPAN;
	struct host host = { .limits = { .cps = 100000 } };
	uint64_t made = 0, now_ns = span_ns, random = 1;

	(void)state;
	for (; now_ns < span_ns + SECOND; now_ns += MS / 2) {
		struct ecdn_xdp_region_cpu *local = &host.local[random >> 33 & 3];

		random = random * 6364136223846793005ULL + 1442695040888963407ULL;
		if (random >> 40 & 1) {
			host_connection(&host, random >> 33 & 3, now_ns);
			made++;
		} else {
			hand_over_proven(&host.rates, local, &host.limits, now_ns);
			local->measured_ns = now_ns;
		}
		assert_in_range(host.rates.proven.slow.current.connections, made / 2, made);
	}
	for (int cpu = 0; cpu < 4; cpu++) {
		hand_over_proven(&host.rates, &host.local[cpu], &host.limits, now_ns);
		assert_int_equal(host.local[cpu].proven_taken, host.local[cpu].proven_connections);
	}
	assert_int_equal(host.rates.proven.slow.current.connections, made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rare_on_each_of_many_cpus),
		cmocka_unit_test(test_waiting_keep_their_time),
		cmocka_unit_test(test_each_is_taken_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
