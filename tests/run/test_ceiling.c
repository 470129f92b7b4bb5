// SPDX-License-Identifier: BSD-2-Clause
/*
 * Ceilings of nodes and allowed prefixes: what a flood in their name passes in a region that is
 * blocked or limited, what is counted of it, and that it says nothing about its region.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>

#include "fixtures.h"
#include "guard.skel.h"
#include "harness.h"
#include "trusted_rate.h"

#define SECOND 1000000000ULL
#define REGION 5
#define FLOOD 3000              /* packets, which take some ms */
#define CEILING 1000            /* packets/s, or connections/s */

/* One family: a source that is trusted, one that is not, and what they send. */
struct side {
	const char *name, *prefix, *other_prefix; /* the other's is the stranger's */
	const char *data, *syn, *other_port;
	int at, length;         /* the source's bytes in the IP header */
	const uint8_t *trusted, *stranger;
};

static const struct side sides[] = {
	{ "IPv4", "198.51.100.0/24", "198.51.101.0/24", "IPv4 TCP ACK to 443, 100 bytes",
	  "IPv4 TCP SYN to 443", "IPv4 TCP SYN to 22", 12, 4, (const uint8_t *)"\xc6\x33\x64\x07",
	  (const uint8_t *)"\xc6\x33\x65\x07" },
	{ "IPv6", "2001:db8:7::/48", "2001:db8:8::/48", "IPv6 TCP, 1514 bytes",
	  "IPv6 TCP SYN to 443", "IPv6 TCP SYN to 22", 8, 16,
	  (const uint8_t *)"\x20\x01\x0d\xb8\0\7\0\0\0\0\0\0\0\0\0\1",
	  (const uint8_t *)"\x20\x01\x0d\xb8\0\x8\0\0\0\0\0\0\0\0\0\1" },
};

static char label[200];

static const char *named(const struct side *side, const char *what)
{
	snprintf(label, sizeof(label), "%s: %s", side->name, what);
	return label;
}

static struct frame frame_of(const struct side *side, const char *fixture, const uint8_t *source)
{
	struct frame frame;

	fixture_build(fixture_named(fixture), &frame);
	memcpy(frame.data + frame.ip + side->at, source, side->length);
	return frame;
}

static void open_guard(struct guard *guard, const struct ecdn_xdp_limits *limits)
{
	struct range_set regions = {};

	set_region(&regions, "198.51.100.0/22", REGION);
	set_region(&regions, "2001:db8::/32", REGION);
	guard_open(guard);
	guard_set_regions(guard, &regions);
	guard->config.node_pps = CEILING;
	guard->config.allow_pps = 100000;
	guard->config.ceiling_from_ns = 1;
	guard_set_limits(guard, REGION, limits);
	range_set_free(&regions);
}

/* Sends packets; returns how many pass, and in *most how many a ceiling passes at the most in the
 * time that it takes. */
static uint64_t flood(const struct guard *guard, const struct frame *frame, int packets,
		      uint64_t *most)
{
	uint64_t passed = 0, start_ns = now_ns();

	for (int i = 0; i < packets; i++)
		passed += guard_run(guard, frame->data, frame->length) == XDP_PASS;
	*most = (now_ns() - start_ns + SECOND / 10) / (SECOND / CEILING) + CEILING / 256 + 1;
	return passed;
}

static struct ecdn_xdp_trusted_line line_of(const struct guard *guard, int cpu, uint32_t index)
{
	uint32_t at = cpu * ECDN_XDP_TRUSTED_LINES +
		      trusted_rate_line(index, guard->config.hash_seed);
	struct ecdn_xdp_trusted_line line = {};

	bpf_map_lookup_elem(bpf_map__fd(guard->skel->maps.trusted_cpu), &at, &line);
	return line;
}

/* What a prefix's row and the CPU's line have counted. */
static struct ecdn_xdp_trusted_rate counted(const struct guard *guard, uint32_t index)
{
	int rates = bpf_map__fd(guard->skel->maps.trusted_rates);
	struct ecdn_xdp_trusted_rate row = {};

	bpf_map_lookup_elem_flags(rates, &index, &row, BPF_F_LOCK);
	for (int cpu = 0; cpu < guard->cpus; cpu++) {
		struct ecdn_xdp_trusted_line line = line_of(guard, cpu, index);

		trusted_rate_hand_over(&row, &line);
	}
	return row;
}

static struct region_counts counts_of(const struct guard *guard)
{
	struct region_counts counts;

	guard_counts(guard, REGION, &counts);
	return counts;
}

static const struct ecdn_xdp_limits blocked = { .blocked = 1 };

static void check_blocked(const struct side *side)
{
	struct frame frame = frame_of(side, side->data, side->trusted);
	struct ecdn_xdp_trusted_rate row;
	struct region_counts counts;
	uint64_t passed, most;
	struct guard guard;
	char why[200] = "";

	open_guard(&guard, &blocked);
	guard_add_node(&guard, side->prefix);
	guard_configure(&guard);
	passed = flood(&guard, &frame, FLOOD, &most);
	counts = counts_of(&guard);
	row = counted(&guard, 1);
	if (passed < CEILING / 20 || passed > most)
		snprintf(why, sizeof(why), "%lu pass, and %lu may", passed, most);
	report(named(side, "blocked: a node passes up to its ceiling"), why);
	snprintf(why, sizeof(why), "%llu of %lu, and %llu as blocked",
		 counts.dropped.trusted_pps.packets, FLOOD - passed,
		 counts.dropped.blocked.packets);
	report(named(side, "blocked: the rest is trusted_pps"),
	       counts.dropped.trusted_pps.packets == FLOOD - passed &&
	       !counts.dropped.blocked.packets ? "" : why);
	snprintf(why, sizeof(why), "%llu packets, %llu bytes, %llu above", row.packets, row.bytes,
		 row.over_packets);
	report(named(side, "blocked: each packet counts"),
	       row.packets == FLOOD && row.bytes == (uint64_t)FLOOD * frame.length &&
	       row.over_packets == FLOOD - passed && row.last_seen_ns ? "" : why);
	guard_close(&guard);
}

static void check_below(const struct side *side)
{
	struct frame frame = frame_of(side, side->data, side->trusted);
	struct guard guard;
	uint64_t passed, most;
	char why[100];

	open_guard(&guard, &blocked);
	guard_allow(&guard, side->prefix);
	guard_configure(&guard);
	passed = flood(&guard, &frame, FLOOD, &most);
	snprintf(why, sizeof(why), "%lu of %d pass", passed, FLOOD);
	report(named(side, "below the ceiling all passes"), passed == FLOOD ? "" : why);
	report(named(side, "and counts"), counted(&guard, 1).packets == FLOOD &&
	       !counted(&guard, 1).over_packets ? "" : "not as it should");
	guard_close(&guard);
}

/* A flood that would limit its region at once if it were measured. */
static void check_unmeasured(const struct side *side)
{
	const struct ecdn_xdp_limits limits = { .pps = 10, .hold_ns = SECOND };
	struct frame frame = frame_of(side, side->data, side->trusted);
	struct ecdn_xdp_region_rate rate;
	struct ecdn_xdp_region_state state;
	uint32_t region = REGION;
	struct guard guard;
	uint64_t passed, most;

	open_guard(&guard, &limits);
	guard_add_node(&guard, side->prefix);
	guard_configure(&guard);
	passed = flood(&guard, &frame, FLOOD, &most);
	/* Whatever was added up is handed over with a later jiffy's packet. */
	usleep(50000);
	passed += flood(&guard, &frame, 1, &most) - 1;
	guard_state(&guard, REGION, &state);
	bpf_map_lookup_elem(bpf_map__fd(guard.skel->maps.region_rate), &region, &rate);
	report(named(side, "above a ceiling nothing is measured"),
	       state.state == ECDN_XDP_STATE_NORMAL && !rate.claimed.slow.current.packets &&
	       !rate.claimed.slow.previous.packets ? "" : "the region has a rate");
	report(named(side, "and all passes while there is no surge"), passed == FLOOD &&
	       counted(&guard, 1).over_packets ? "" : "it does not");
	guard_close(&guard);
}

/* Others have their region limited: what is above the ceiling meets prefix_pps. */
static void check_limited(const struct side *side)
{
	const struct ecdn_xdp_limits limits = {
		.pps = 100, .prefix_pps = 10, .hold_ns = 100 * SECOND,
	};
	struct frame stranger = frame_of(side, side->data, side->stranger);
	struct frame frame = frame_of(side, side->data, side->trusted);
	struct ecdn_xdp_region_state state;
	struct region_counts before, after;
	struct guard guard;
	uint64_t passed, most;
	char why[200];

	open_guard(&guard, &limits);
	guard_add_node(&guard, side->prefix);
	guard_configure(&guard);
	do {
		flood(&guard, &stranger, 200, &most);
		guard_state(&guard, REGION, &state);
	} while (state.state != ECDN_XDP_STATE_LIMITED);
	before = counts_of(&guard);
	passed = flood(&guard, &frame, FLOOD, &most);
	after = counts_of(&guard);
	snprintf(why, sizeof(why), "%lu pass, %lu may; %llu as trusted_pps", passed, most + 100,
		 after.dropped.trusted_pps.packets);
	report(named(side, "limited: above the ceiling the prefix's limit holds"),
	       passed >= CEILING / 20 && passed <= most + 100 &&
	       after.dropped.trusted_pps.packets == FLOOD - passed &&
	       after.dropped.prefix_pps.packets == before.dropped.prefix_pps.packets ? "" : why);
	guard_close(&guard);
}

static void check_connections(const struct side *side)
{
	struct frame syn = frame_of(side, side->syn, side->trusted);
	struct frame data = frame_of(side, side->data, side->trusted);
	uint64_t passed, most;
	struct guard guard;
	char why[100];

	open_guard(&guard, &blocked);
	guard.config.node_pps = 0;
	guard.config.node_cps = CEILING;
	guard_add_node(&guard, side->prefix);
	guard_configure(&guard);
	passed = flood(&guard, &syn, FLOOD, &most);
	snprintf(why, sizeof(why), "%lu pass, and %lu may", passed, most);
	report(named(side, "connections have their ceiling"),
	       passed >= CEILING / 20 && passed <= most ? "" : why);
	report(named(side, "beside which all else passes"),
	       flood(&guard, &data, FLOOD, &most) == FLOOD ? "" : "it does not");
	report(named(side, "connections count"),
	       counted(&guard, 1).connections == FLOOD ? "" : "not all");
	guard_close(&guard);
}

/* monitor: in monitor mode; else on the first day after an upgrade. */
static void check_would(const struct side *side, bool monitor)
{
	struct frame frame = frame_of(side, side->data, side->trusted);
	struct region_counts counts;
	uint64_t passed, most;
	struct guard guard;

	open_guard(&guard, &blocked);
	guard_add_node(&guard, side->prefix);
	guard.config.monitor = monitor;
	guard.config.ceiling_from_ns = monitor ? 1 : now_ns() + SECOND * 86400;
	guard_configure(&guard);
	passed = flood(&guard, &frame, FLOOD, &most);
	counts = counts_of(&guard);
	report(named(side, monitor ? "monitor mode: would_drop" : "first day: would_drop"),
	       passed == FLOOD && counts.would_drop.trusted_pps.packets >= FLOOD - most &&
	       !counts.dropped.trusted_pps.packets ? "" : "not so");
	if (!monitor) {
		guard.config.ceiling_from_ns = now_ns() - SECOND;
		guard_configure(&guard);
		/* The guard's clock goes by jiffies. */
		usleep(20000);
		passed = flood(&guard, &frame, FLOOD, &most);
		report(named(side, "first day: over"), passed < FLOOD ? "" : "nothing is dropped");
	}
	guard_close(&guard);
}

/* The prefix of one index may not be found: a table of an earlier version has none. */
static void check_no_index(const struct side *side)
{
	struct frame frame = frame_of(side, side->data, side->trusted);
	struct guard guard;
	uint64_t most;

	open_guard(&guard, &blocked);
	guard.config.allow_pps = 1;
	guard_allow(&guard, side->prefix);
	guard.trusted.row[0].node = 0;
	guard_configure(&guard);
	report(named(side, "without an index there is no ceiling"),
	       flood(&guard, &frame, FLOOD, &most) == FLOOD ? "" : "some are dropped");
	guard_close(&guard);
}

static void check_no_row(const struct side *side)
{
	struct frame frame = frame_of(side, side->data, side->trusted);
	uint32_t index = 1;
	struct guard guard;
	uint64_t most;
	int rates;

	open_guard(&guard, &blocked);
	guard_add_node(&guard, side->prefix);
	guard_configure(&guard);
	rates = bpf_map__fd(guard.skel->maps.trusted_rates);
	bpf_map_delete_elem(rates, &index);
	report(named(side, "without a row there is no ceiling"),
	       flood(&guard, &frame, FLOOD, &most) == FLOOD ? "" : "some are dropped");
	report(named(side, "and no packet makes one"),
	       bpf_map_get_next_key(rates, NULL, &index) ? "" : "there is one");
	guard_close(&guard);
}

/* Sources whose prefixes' indices anybody can guess to be 1,024 apart, in turn. */
static void check_lines(const struct side *side)
{
	struct frame frame = frame_of(side, side->data, side->trusted);
	struct frame other = frame_of(side, side->data, side->stranger);
	const uint32_t index = 1, far = index + ECDN_XDP_TRUSTED_LINES;
	struct guard guard;
	uint64_t most;
	char why[100];
	uint32_t keys[2];

	open_guard(&guard, &blocked);
	guard_add_node(&guard, side->prefix);
	guard_add_node(&guard, side->other_prefix);
	guard.trusted.row[1].node = far;
	guard_configure(&guard);
	for (int i = 0; i < 8; i++) {
		flood(&guard, &frame, 1, &most);
		flood(&guard, &other, 1, &most);
	}
	keys[0] = line_of(&guard, nth_cpu(0), index).key;
	keys[1] = line_of(&guard, nth_cpu(0), far).key;
	snprintf(why, sizeof(why), "lines are of %u and %u", keys[0], keys[1]);
	report(named(side, "indices 1,024 apart: each has a line"),
	       keys[0] == index && keys[1] == far ? "" : why);
	report(named(side, "indices 1,024 apart: each counts"),
	       counted(&guard, index).packets == 8 && counted(&guard, far).packets == 8 ? "" :
	       "not all");
	guard_close(&guard);
}

static void check_unprotected(const struct side *side)
{
	struct frame frame = frame_of(side, side->other_port, side->trusted);
	struct guard guard;
	uint64_t most;

	open_guard(&guard, &blocked);
	guard_add_node(&guard, side->prefix);
	guard_configure(&guard);
	report(named(side, "other ports are no matter"),
	       flood(&guard, &frame, FLOOD, &most) == FLOOD && !counted(&guard, 1).packets ? "" :
	       "they are");
	guard_close(&guard);
}

int main(void)
{
	pin_to_cpu(nth_cpu(0));
	for (size_t i = 0; i < sizeof(sides) / sizeof(*sides); i++) {
		check_blocked(&sides[i]);
		check_below(&sides[i]);
		check_unmeasured(&sides[i]);
		check_limited(&sides[i]);
		check_connections(&sides[i]);
		check_would(&sides[i], true);
		check_would(&sides[i], false);
		check_no_index(&sides[i]);
		check_no_row(&sides[i]);
		check_lines(&sides[i]);
		check_unprotected(&sides[i]);
	}
	return report_end();
}
