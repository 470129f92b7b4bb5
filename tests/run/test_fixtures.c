// SPDX-License-Identifier: BSD-2-Clause
/*
 * Every fixture through the guard, under one configuration after another:
 * the action, and every counter of every region by what it grew.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <linux/bpf.h>

#include "fixtures.h"
#include "harness.h"

#define REGION_V4 7
#define REGION_V6 4095
#define EVENTS (sizeof(struct ecdn_xdp_events) / sizeof(__u64))

struct counters {
	struct region_counts none, v4, v6;
	struct ecdn_xdp_events events;
};

/* A configuration, and what it makes of a packet that the ports would protect. */
struct setting {
	const char *name;
	bool tcp, udp, all;     /* protected */
	bool monitor;
	bool allowed;
	bool no_table;
	struct ecdn_xdp_limits limits;
	enum { PASSES, BLOCKED } fate;
	uint32_t state;         /* of a region whose protected packets were seen */
};

static const struct setting settings[] = {
	{ .name = "no table", .tcp = true, .udp = true, .no_table = true },
	{ .name = "no limits", .tcp = true, .udp = true },
	{ .name = "blocked", .tcp = true, .udp = true, .limits = { .blocked = 1 },
	  .fate = BLOCKED, .state = ECDN_XDP_STATE_BLOCKED },
	{ .name = "blocked, TCP protected", .tcp = true, .limits = { .blocked = 1 },
	  .fate = BLOCKED, .state = ECDN_XDP_STATE_BLOCKED },
	{ .name = "blocked, UDP protected", .udp = true, .limits = { .blocked = 1 },
	  .fate = BLOCKED, .state = ECDN_XDP_STATE_BLOCKED },
	{ .name = "blocked, nothing protected", .limits = { .blocked = 1 },
	  .state = ECDN_XDP_STATE_BLOCKED },
	{ .name = "blocked, all protected", .tcp = true, .udp = true, .all = true,
	  .limits = { .blocked = 1 }, .fate = BLOCKED, .state = ECDN_XDP_STATE_BLOCKED },
	{ .name = "blocked, only all protected", .all = true,
	  .limits = { .blocked = 1 }, .fate = BLOCKED, .state = ECDN_XDP_STATE_BLOCKED },
	{ .name = "blocked, monitored", .tcp = true, .udp = true, .monitor = true,
	  .limits = { .blocked = 1 }, .fate = BLOCKED, .state = ECDN_XDP_STATE_BLOCKED },
	{ .name = "blocked, all protected, monitored", .all = true, .monitor = true,
	  .limits = { .blocked = 1 }, .fate = BLOCKED, .state = ECDN_XDP_STATE_BLOCKED },
	{ .name = "blocked, allowed", .tcp = true, .udp = true, .allowed = true,
	  .limits = { .blocked = 1 }, .state = ECDN_XDP_STATE_BLOCKED },
	{ .name = "blocked, all protected, allowed", .all = true, .allowed = true,
	  .limits = { .blocked = 1 }, .state = ECDN_XDP_STATE_BLOCKED },
	{ .name = "blocked and exempt", .tcp = true, .udp = true,
	  .limits = { .blocked = 1, .exempt_until_ns = ~0ULL }, .state = ECDN_XDP_STATE_EXEMPT },
	{ .name = "blocked, once exempt", .tcp = true, .udp = true,
	  .limits = { .blocked = 1, .exempt_until_ns = 1 },
	  .fate = BLOCKED, .state = ECDN_XDP_STATE_BLOCKED },
	{ .name = "blocked, with an end to come", .tcp = true, .udp = true,
	  .limits = { .blocked = 1, .blocked_until_ns = ~0ULL - 1 },
	  .fate = BLOCKED, .state = ECDN_XDP_STATE_BLOCKED },
	{ .name = "once blocked", .tcp = true, .udp = true,
	  .limits = { .blocked = 1, .blocked_until_ns = 1 }, .state = ECDN_XDP_STATE_NORMAL },
	{ .name = "exempt from tiny limits", .tcp = true, .udp = true,
	  .limits = { .pps = 1, .bps = 1, .cps = 1, .prefix_pps = 1, .answer_cps = 1,
		      .exempt_until_ns = ~0ULL },
	  .state = ECDN_XDP_STATE_EXEMPT },
};

static void read_counters(const struct guard *guard, struct counters *counters)
{
	guard_counts(guard, ECDN_XDP_REGION_NONE, &counters->none);
	guard_counts(guard, REGION_V4, &counters->v4);
	guard_counts(guard, REGION_V6, &counters->v6);
	guard_events(guard, &counters->events);
}

static bool hits(const struct setting *setting, const struct fixture *fixture)
{
	uint8_t expect = fixture->expect;

	if (expect & EXPECT_DEEP)
		return setting->tcp || setting->udp || setting->all;
	if (setting->no_table || setting->allowed || setting->fate == PASSES ||
	    !(expect & (EXPECT_V4 | EXPECT_V6)))
		return false;
	return (setting->all && !(expect & EXPECT_NEVER)) || (setting->tcp && expect & EXPECT_TCP) ||
	       (setting->udp && expect & EXPECT_UDP);
}

/* Adds to counters what the packet must add. */
static void expect_counters(const struct setting *setting, const struct fixture *fixture,
			    uint32_t length, struct counters *counters)
{
	struct region_counts *stats = &counters->none;
	__u64 *events = &counters->events.arp;

	if (fixture->event)
		events[fixture->event - 1]++;
	if (!(fixture->expect & (EXPECT_V4 | EXPECT_V6 | EXPECT_DEEP)))
		return;
	if (!(fixture->expect & EXPECT_DEEP) && setting->no_table)
		counters->events.no_table++;
	else if (!(fixture->expect & EXPECT_DEEP))
		stats = fixture->expect & EXPECT_V4 ? &counters->v4 : &counters->v6;
	stats->packets++;
	stats->bytes += length;
	stats->connections += !!(fixture->expect & EXPECT_CONNECTION);
	if (hits(setting, fixture)) {
		struct ecdn_xdp_drops *drops = setting->monitor ? &stats->would_drop :
								  &stats->dropped;
		struct ecdn_xdp_traffic *traffic = fixture->expect & EXPECT_DEEP ?
						   &drops->vlan_depth : &drops->blocked;

		traffic->packets++;
		traffic->bytes += length;
	}
}

/* Says which counter of which group differs first. */
static bool differs(const char *group, const void *expected, const void *found, size_t size,
		    uint32_t length, char why[200])
{
	const __u64 *expect = expected, *got = found;

	for (size_t i = 0; i < size / sizeof(*expect); i++) {
		if (expect[i] == got[i])
			continue;
		snprintf(why, 200, "cut to %u bytes, counter %zu of %s is off by %lld",
			 length, i, group, (long long)(got[i] - expect[i]));
		return true;
	}
	return false;
}

static bool check_frame(const struct guard *guard, const struct setting *setting,
			const struct fixture *fixture, const struct frame *frame,
			uint32_t length, char why[200])
{
	uint32_t expected = XDP_PASS, action;
	struct counters expect, found;

	read_counters(guard, &expect);
	action = guard_run(guard, frame->data, length);
	read_counters(guard, &found);

	if (hits(setting, fixture) && !setting->monitor)
		expected = XDP_DROP;
	if (action != expected) {
		snprintf(why, 200, "cut to %u bytes, action %u instead of %u", length, action,
			 expected);
		return false;
	}
	expect_counters(setting, fixture, length, &expect);
	return !differs("events", &expect.events, &found.events, sizeof(expect.events),
			length, why) &&
	       !differs("region --", &expect.none, &found.none, sizeof(expect.none),
			length, why) &&
	       !differs("the IPv4 region", &expect.v4, &found.v4, sizeof(expect.v4),
			length, why) &&
	       !differs("the IPv6 region", &expect.v6, &found.v6, sizeof(expect.v6),
			length, why);
}

static void check_fixture(const struct guard *guard, const struct setting *setting,
			  const struct fixture *fixture)
{
	char name[200], why[200] = "";
	struct frame frame;
	uint32_t first, last;

	snprintf(name, sizeof(name), "%s: %s", setting->name, fixture->name);
	if (fixture->jumbo && !guard->frags) {
		skip(name, "the kernel has no xdp.frags");
		return;
	}
	fixture_build(fixture, &frame);
	first = fixture->last ? fixture->first : frame.length;
	last = fixture->last ? fixture->last : frame.length;
	if (last > frame.length || frame.length > FRAME_MAX)
		snprintf(why, sizeof(why), "the fixture itself has %u bytes", frame.length);
	for (uint32_t length = first; !*why && length <= last; length++)
		check_frame(guard, setting, fixture, &frame, length, why);
	report(name, why);
}

static void check_state(const struct guard *guard, const struct setting *setting)
{
	const uint32_t region[] = { REGION_V4, REGION_V6 };
	struct ecdn_xdp_region_state state;
	char name[100], why[100] = "";

	if (setting->no_table || setting->allowed || !(setting->tcp || setting->udp))
		return;
	snprintf(name, sizeof(name), "%s: the state of the regions", setting->name);
	for (int i = 0; i < 2; i++) {
		guard_state(guard, region[i], &state);
		if (state.state != setting->state)
			snprintf(why, sizeof(why), "%u instead of %u", state.state,
				 setting->state);
	}
	report(name, why);
}

static void apply(struct guard *guard, const struct setting *setting)
{
	if (setting->allowed) {
		guard_allow(guard, "192.0.2.32/27");
		guard_allow(guard, "2001:db8:77::/48");
	}
	guard_set_ports(guard, setting->tcp, setting->udp);
	if (setting->all)
		guard->config.protect |= ECDN_XDP_PROTECT_ALL;
	guard->config.monitor = setting->monitor;
	guard_set_limits(guard, REGION_V4, &setting->limits);
	guard_set_limits(guard, REGION_V6, &setting->limits);
}

static void check_setting(struct guard *guard, const struct setting *setting)
{
	apply(guard, setting);
	for (size_t i = 0; i < fixtures_count; i++)
		check_fixture(guard, setting, &fixtures[i]);
	check_state(guard, setting);
	if (setting->allowed) {
		guard_disallow(guard, "192.0.2.32/27");
		guard_disallow(guard, "2001:db8:77::/48");
	}
}

int main(void)
{
	struct range_set regions = {};
	struct guard guard;

	set_region(&regions, FIXTURE_V4_PREFIX, REGION_V4);
	set_region(&regions, FIXTURE_V6_PREFIX, REGION_V6);
	guard_open(&guard);
	check_setting(&guard, &settings[0]);
	guard_set_regions(&guard, &regions);
	for (size_t i = 1; i < sizeof(settings) / sizeof(settings[0]); i++)
		check_setting(&guard, &settings[i]);
	guard_close(&guard);
	range_set_free(&regions);
	return report_end();
}
