// SPDX-License-Identifier: BSD-2-Clause
/*
 * The arithmetic of ceilings: what CPUs pass of a prefix's packets, and what they count.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "trusted_rate.h"

#define SECOND 1000000000ULL
#define JIFFY (SECOND / 250)
#define START (1000 * SECOND)
#define NODE 7
#define ALLOWED (8 | ECDN_XDP_ENTRY_NO_NODE)
#define CPUS 2

/* A prefix's row, and the line of each CPU, as bpf/ceiling.h has them meet. */
struct prefix {
	struct ecdn_xdp_config config;
	const struct ecdn_xdp_trusted_ceiling *own;
	struct ecdn_xdp_trusted_rate row;
	struct ecdn_xdp_trusted_line line[CPUS];
	uint32_t key;
	unsigned int met;       /* how often a line met the row */
};

static void begin(struct prefix *prefix, uint64_t pps, uint64_t cps)
{
	*prefix = (struct prefix){
		.config = { .node_pps = pps, .node_cps = cps, .allow_pps = 1, .allow_cps = 1 },
		.row = { .born = 3 },
		.key = NODE,
	};
}

static int send(struct prefix *prefix, int cpu, int opens, uint64_t now_ns)
{
	struct ecdn_xdp_trusted_line *line = &prefix->line[cpu];
	uint32_t jiffy = now_ns / JIFFY;
	struct trusted_leases leases;

	now_ns = now_ns / JIFFY * JIFFY;
	if (trusted_rate_is_due(line, prefix->key, opens, jiffy)) {
		line->key = prefix->key;
		line->jiffy = jiffy;
		trusted_rate_leases(&leases, &prefix->config, prefix->key, prefix->own);
		trusted_rate_meet(&prefix->row, line, &leases, opens, jiffy, now_ns);
		prefix->met++;
	}
	return trusted_rate_count(line, 100, opens, now_ns);
}

/* How many of `pps` packets a second, each opening a connection or not, pass in that time. */
static uint64_t flood(struct prefix *prefix, uint64_t pps, int opens, uint64_t start_ns,
		      uint64_t length_ns)
{
	uint64_t passed = 0;

	for (uint64_t i = 0; i < pps * length_ns / SECOND; i++)
		passed += send(prefix, i % CPUS, opens, start_ns + i * SECOND / pps);
	return passed;
}

static void hand_over_all(struct prefix *prefix)
{
	for (int cpu = 0; cpu < CPUS; cpu++) {
		trusted_rate_hand_over(&prefix->row, &prefix->line[cpu]);
		trusted_rate_empty(&prefix->line[cpu]);
	}
}

static void all_below(void **state)
{
	struct prefix prefix;

	(void)state;
	begin(&prefix, 100000, 2000);
	assert_int_equal(flood(&prefix, 90000, 0, START, 3 * SECOND), 270000);
	hand_over_all(&prefix);
	assert_int_equal(prefix.row.packets, 270000);
	assert_int_equal(prefix.row.bytes, 27000000);
	assert_int_equal(prefix.row.over_packets, 0);
	/* A lease of 1/256 s, and a jiffy, on each CPU: few packets meet the shared row. */
	assert_in_range(prefix.met, 3 * 250, 3 * (250 + 256) * CPUS);
}

/* Of four times the ceiling a quarter passes, and the burst of 67 ms; each packet counts. */
static void all_above(void **state)
{
	struct prefix prefix;
	uint64_t passed;

	(void)state;
	begin(&prefix, 100000, 2000);
	passed = flood(&prefix, 400000, 0, START, 3 * SECOND);
	assert_in_range(passed, 297000, (uint64_t)((3 + 0.067 + 0.0039 * CPUS) * 100000) + 1);
	hand_over_all(&prefix);
	assert_int_equal(prefix.row.packets, 1200000);
	assert_int_equal(prefix.row.over_packets, 1200000 - passed);
	assert_int_equal(prefix.row.over_bytes, 100 * (1200000 - passed));
	assert_int_equal(prefix.row.connections, 0);
}

static void connections_above(void **state)
{
	struct prefix prefix;
	uint64_t passed;

	(void)state;
	begin(&prefix, 100000, 2000);
	passed = flood(&prefix, 8000, 1, START, 3 * SECOND);
	assert_in_range(passed, 5900, (uint64_t)((3 + 0.067 + 0.0039 * CPUS) * 2000) + 1);
	/* What opens nothing passes all the while. */
	assert_true(send(&prefix, 0, 0, START + 3 * SECOND - 1));
	hand_over_all(&prefix);
	assert_int_equal(prefix.row.connections, 24000);
}

static void no_ceiling(void **state)
{
	struct prefix prefix;

	(void)state;
	begin(&prefix, 0, 0);
	assert_int_equal(flood(&prefix, 1000000, 1, START, SECOND), 1000000);
	hand_over_all(&prefix);
	assert_int_equal(prefix.row.packets, 1000000);
	assert_in_range(prefix.met, 1, 251 * CPUS);
	/* A ceiling that comes later holds from the next jiffy on, whatever comes first. */
	prefix.config.node_cps = 1000;
	assert_true(send(&prefix, 0, 0, START + 2 * SECOND));
	assert_in_range(flood(&prefix, 10000, 1, START + 2 * SECOND, SECOND), 1000, 1080);
}

static void own_ceilings(void **state)
{
	struct ecdn_xdp_trusted_ceiling own = { .pps = 10000, .own = ECDN_XDP_CEILING_PPS };
	struct prefix prefix;

	(void)state;
	begin(&prefix, 0, 0);
	prefix.own = &own;
	assert_in_range(flood(&prefix, 40000, 0, START, SECOND), 9900, 10800);
	/* 0 of its own is none, whatever the others have. */
	begin(&prefix, 100, 100);
	own = (struct ecdn_xdp_trusted_ceiling){
		.own = ECDN_XDP_CEILING_PPS | ECDN_XDP_CEILING_CPS
	};
	prefix.own = &own;
	assert_int_equal(flood(&prefix, 40000, 1, START, SECOND), 40000);
	/* Allowed prefixes have theirs. */
	begin(&prefix, 100, 100);
	prefix.key = ALLOWED;
	prefix.config.allow_pps = 0;
	prefix.config.allow_cps = 0;
	assert_int_equal(flood(&prefix, 40000, 1, START, SECOND), 40000);
}

/* Two prefixes that share a line take it from each other with every packet, and lose nothing of
 * their buckets by it. */
static void share_line(uint64_t ceiling)
{
	uint64_t packets = 2 * ceiling * 95 / 100, passed = 0;
	struct prefix prefix;
	struct trusted_leases leases;

	begin(&prefix, ceiling, 2000);
	trusted_rate_leases(&leases, &prefix.config, prefix.key, NULL);
	for (uint64_t i = 0; i < packets; i++) {
		struct ecdn_xdp_trusted_line *line = &prefix.line[0];

		passed += send(&prefix, 0, 0, START + i * 2 * SECOND / packets);
		trusted_rate_leave(&prefix.row, line, &leases);
		assert_int_equal(line->packets + line->bytes, 0);
		*line = (struct ecdn_xdp_trusted_line){};
	}
	assert_int_equal(passed, packets);
	assert_int_equal(prefix.row.packets, packets);
}

static void shared_line(void **state)
{
	(void)state;
	share_line(100000);
	/* A token that is not worth a whole number of ns. */
	share_line(300000);
}

/* Which prefixes share a line is a secret: those that do with one seed do not with another, and
 * no distance of indices makes it likelier than chance. */
static void lines_by_secret(void **state)
{
	const uint64_t seeds[] = { 0x5eed, 0x123456789abcdef };
	unsigned int shared[2] = {}, both = 0;

	(void)state;
	for (uint32_t i = 1; i <= 100 * ECDN_XDP_TRUSTED_LINES; i++) {
		int shares[2];

		for (int at = 0; at < 2; at++) {
			uint32_t line = trusted_rate_line(i, seeds[at]);

			assert_in_range(line, 0, ECDN_XDP_TRUSTED_LINES - 1);
			assert_int_equal(line, trusted_rate_line(i | ECDN_XDP_ENTRY_NO_NODE,
								 seeds[at]));
			shares[at] = line == trusted_rate_line(i + ECDN_XDP_TRUSTED_LINES,
							       seeds[at]);
			shared[at] += shares[at];
		}
		both += shares[0] && shares[1];
	}
	/* 100 of them, by chance. */
	assert_in_range(shared[0], 50, 150);
	assert_in_range(shared[1], 50, 150);
	assert_in_range(both, 0, 3);
}

/* What a CPU still holds of the prefix that had the index before is not the new one's. */
static void index_of_another(void **state)
{
	struct prefix prefix;

	(void)state;
	begin(&prefix, 100, 100);
	send(&prefix, 0, 0, START);
	send(&prefix, 0, 0, START);
	prefix.row = (struct ecdn_xdp_trusted_rate){ .born = 9 };
	hand_over_all(&prefix);
	assert_int_equal(prefix.row.packets, 0);
	assert_int_equal(prefix.row.last_seen_ns, 0);
	send(&prefix, 0, 0, START + SECOND);
	hand_over_all(&prefix);
	assert_int_equal(prefix.row.packets, 1);
	assert_int_equal(prefix.row.last_seen_ns, START + SECOND);
}

/* The rate that readers show, also of what is handed over late. */
static void rate(void **state)
{
	struct prefix prefix;
	uint64_t now_ns = START + 4 * SECOND, sum;

	(void)state;
	begin(&prefix, 0, 0);
	flood(&prefix, 10000, 0, START, 4 * SECOND);
	hand_over_all(&prefix);
	trusted_rate_roll(&prefix.row, now_ns);
	sum = window_sum(prefix.row.span_packets[0], prefix.row.span_packets[1], RATE_SLOW_SPAN,
			 now_ns);
	assert_in_range(per_second(sum), 9900, 10100);
	trusted_rate_roll(&prefix.row, now_ns + 3 * SECOND);
	assert_int_equal(prefix.row.span_packets[0] + prefix.row.span_packets[1], 0);
	assert_int_equal(prefix.row.packets, 40000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_below),
		cmocka_unit_test(all_above),
		cmocka_unit_test(connections_above),
		cmocka_unit_test(no_ceiling),
		cmocka_unit_test(own_ceilings),
		cmocka_unit_test(shared_line),
		cmocka_unit_test(lines_by_secret),
		cmocka_unit_test(index_of_another),
		cmocka_unit_test(rate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
