// SPDX-License-Identifier: BSD-2-Clause
/*
 * The limiter in real time: what passes while a region is limited, from one CPU and from two, when
 * a surge begins and ends, and that an hour's learned limits give way.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "guard.skel.h"
#include "sender.h"

#define MS 1000000ULL
#define SECOND 1000000000ULL
#define REGION 9
#define PREFIXES 200
#define FOR_GOOD (3600 * SECOND)

static struct frame syns[PREFIXES];     /* each from another /24 of the region */
static struct frame data;               /* from one of them */

/* 100.64.N.7 */
static void build_frames(void)
{
	for (int n = 0; n < PREFIXES; n++) {
		fixture_build(fixture_named("IPv4 TCP SYN to 443"), &syns[n]);
		memcpy(syns[n].data + syns[n].ip + 12, "\x64\x40\x00\x07", 4);
		syns[n].data[syns[n].ip + 14] = n;
	}
	fixture_build(fixture_named("IPv4 TCP ACK to 443, 100 bytes"), &data);
	memcpy(data.data + data.ip + 12, "\x64\x40\xc8\x07", 4);
}

/* Every test starts with a region nobody has limited yet. */
static void open_guard(struct guard *guard, const struct ecdn_xdp_limits *limits)
{
	struct range_set regions = {};

	set_region(&regions, "100.64.0.0/16", REGION);
	guard_open(guard);
	guard_set_regions(guard, &regions);
	guard_set_limits(guard, REGION, limits);
	range_set_free(&regions);
}

static struct sender sender_new(const struct guard *guard, int n, const struct frame *frame,
				size_t frames, double pps, uint64_t duration_ns)
{
	struct sender sender = {
		.guard = guard, .frame = frame, .frames = frames, .cpu = nth_cpu(n), .pps = pps,
		.duration_ns = duration_ns,
	};

	return sender;
}

static uint64_t all_dropped(const struct ecdn_xdp_drops *drops)
{
	return drops->blocked.packets + drops->prefix_pps.packets + drops->answer_cps.packets;
}

static uint64_t passed_so_far(const struct guard *guard)
{
	struct region_counts stats;

	guard_counts(guard, REGION, &stats);
	return stats.packets - all_dropped(&stats.dropped);
}

/* What passed of four times the limit, and in how long; limits are in force by then. */
struct passage {
	uint64_t packets;
	double seconds, stalled; /* of the latter, when no CPU had anything to offer */
};

/* From the first packet of any to the last: on a busy machine one may begin long after another. */
static double seconds_of(const struct sender *senders, int count)
{
	uint64_t first_ns = senders[0].first_ns, last_ns = senders[0].last_ns;

	for (int n = 1; n < count; n++) {
		first_ns = senders[n].first_ns < first_ns ? senders[n].first_ns : first_ns;
		last_ns = senders[n].last_ns > last_ns ? senders[n].last_ns : last_ns;
	}
	return (double)(last_ns - first_ns) / SECOND;
}

static struct passage offer(const struct guard *guard, uint64_t limit, const struct frame *frame,
			    size_t frames, int cpus)
{
	struct sender senders[SENDERS_MAX];
	struct passage passage = { .stalled = 1e9 };
	uint64_t before = 0;

	for (int warm = 1; warm >= 0; warm--) {
		before = passed_so_far(guard);
		for (int n = 0; n < cpus; n++)
			senders[n] = sender_new(guard, n, frame, frames, 4.0 * limit / cpus,
						warm ? SECOND / 2 : 3 * SECOND);
		senders_run(senders, cpus);
	}
	passage.packets = passed_so_far(guard) - before;
	passage.seconds = seconds_of(senders, cpus);
	for (int n = 0; n < cpus; n++)
		if ((double)senders[n].stalled_ns / SECOND < passage.stalled)
			passage.stalled = (double)senders[n].stalled_ns / SECOND;
	return passage;
}

/* A machine that is too busy to offer that much shows nothing: it is asked again. */
static void check_passed(const char *name, const struct ecdn_xdp_limits *limits, uint64_t limit,
			 const struct frame *frame, size_t frames, int cpus)
{
	char full[200], why[200] = "";
	struct passage passage;
	struct guard guard;
	double least, most;
	int attempts = 5;

	open_guard(&guard, limits);
	do {
		passage = offer(&guard, limit, frame, frames, cpus);
	} while (--attempts && passage.stalled > passage.seconds / 50);
	most = limit * passage.seconds * 1.05;
	least = limit * (passage.seconds - passage.stalled) * 0.95;
	if (passage.packets < least || passage.packets > most)
		snprintf(why, sizeof(why), "%llu passed in %.3f s, %.0f to %.0f should",
			 (unsigned long long)passage.packets, passage.seconds, least, most);
	snprintf(full, sizeof(full), "%s %llu from %d CPU(s): within 5 %%", name,
		 (unsigned long long)limit, cpus);
	printf("# %.2f %% of the limit, stalled for %.3f s\n",
	       100 * passage.packets / (limit * passage.seconds), passage.stalled);
	report(full, why);
	guard_close(&guard);
}

static void check_rates(int cpus)
{
	static const uint64_t rates[] = { 60, 1000, 20000 };
	struct ecdn_xdp_limits limits = { .pps = 1, .hold_ns = FOR_GOOD };

	for (int i = 0; i < 3; i++) {
		limits.prefix_pps = rates[i];
		limits.answer_cps = 0;
		check_passed("prefix_pps", &limits, rates[i], &data, 1, cpus);
	}
	for (int i = 0; i < 2; i++) {
		limits.prefix_pps = 1000000;
		limits.answer_cps = rates[i];
		check_passed("answer_cps", &limits, rates[i], syns, PREFIXES, cpus);
	}
}

/* A flood from one prefix costs nobody else's packets. */
static void check_bystander(void)
{
	const struct ecdn_xdp_limits limits = {
		.pps = 100, .prefix_pps = 1000, .answer_cps = 500, .hold_ns = FOR_GOOD,
	};
	struct sender senders[SENDERS_MAX];
	char why[200] = "";
	struct guard guard;

	open_guard(&guard, &limits);
	for (int warm = 1; warm >= 0; warm--) {
		senders[0] = sender_new(&guard, 0, &data, 1, 50000, SECOND);
		senders[1] = sender_new(&guard, 0, syns, PREFIXES, 400, SECOND);
		senders_run(senders, 2);
	}
	if (senders[1].dropped)
		snprintf(why, sizeof(why), "%llu of %llu dropped",
			 (unsigned long long)senders[1].dropped,
			 (unsigned long long)senders[1].sent);
	report("prefixes below prefix_pps and answer_cps lose nothing to one that floods", why);
	guard_close(&guard);
}

/*
 * One prefix that floods with SYNs is let through up to prefix_pps, which is more than
 * answer_cps; that must not take the answers of those who ask now and then.
 */
static void check_fair_answers(void)
{
	const struct ecdn_xdp_limits limits = {
		.pps = 100, .prefix_pps = 2000, .answer_cps = 1000, .hold_ns = FOR_GOOD,
	};
	struct sender senders[SENDERS_MAX];
	char why[200] = "";
	struct guard guard;

	open_guard(&guard, &limits);
	for (int warm = 1; warm >= 0; warm--) {
		senders[0] = sender_new(&guard, 0, syns, 1, 50000, SECOND);
		senders[1] = sender_new(&guard, 0, syns + 1, PREFIXES - 1, 200, SECOND);
		senders_run(senders, 2);
	}
	if (senders[1].dropped > senders[1].sent / 50)
		snprintf(why, sizeof(why), "%llu of %llu dropped",
			 (unsigned long long)senders[1].dropped,
			 (unsigned long long)senders[1].sent);
	report("a prefix that floods takes no answers from those that do not", why);
	if (senders[0].sent - senders[0].dropped < 500)
		snprintf(why, sizeof(why), "%llu passed",
			 (unsigned long long)(senders[0].sent - senders[0].dropped));
	else
		why[0] = 0;
	report("but gets what they leave", why);
	guard_close(&guard);
}

/* Established connections and other regions are not touched by answer_cps. */
static void check_answers_only(void)
{
	const struct ecdn_xdp_limits limits = {
		.pps = 100, .answer_cps = 10, .hold_ns = FOR_GOOD,
	};
	struct region_counts stats;
	struct sender sender;
	struct guard guard;
	char why[200] = "";

	open_guard(&guard, &limits);
	sender = sender_new(&guard, 0, &data, 1, 20000, SECOND);
	senders_run(&sender, 1);
	guard_counts(&guard, REGION, &stats);
	if (all_dropped(&stats.dropped))
		snprintf(why, sizeof(why), "%llu dropped",
			 (unsigned long long)all_dropped(&stats.dropped));
	report("answer_cps drops new connections alone", why);
	guard_close(&guard);
}

static void check_monitor(void)
{
	const struct ecdn_xdp_limits limits = {
		.pps = 100, .prefix_pps = 1000, .hold_ns = FOR_GOOD,
	};
	struct region_counts stats;
	struct sender sender;
	struct guard guard;
	char why[200] = "";

	open_guard(&guard, &limits);
	guard.config.monitor = 1;
	guard_configure(&guard);
	sender = sender_new(&guard, 0, &data, 1, 20000, SECOND);
	senders_run(&sender, 1);
	guard_counts(&guard, REGION, &stats);
	if (all_dropped(&stats.dropped) || stats.would_drop.prefix_pps.packets < sender.sent / 2 ||
	    stats.would_drop.prefix_pps.bytes !=
	    stats.would_drop.prefix_pps.packets * data.length)
		snprintf(why, sizeof(why), "%llu dropped, %llu would be",
			 (unsigned long long)all_dropped(&stats.dropped),
			 (unsigned long long)stats.would_drop.prefix_pps.packets);
	report("monitor mode drops nothing and counts what it would", why);
	guard_close(&guard);
}

static void check_begin(const struct guard *guard, uint64_t began_ns)
{
	const char *name = "a surge is acted on within 100 ms";
	struct ecdn_xdp_region_state state;
	char why[200] = "";
	int64_t after;

	guard_state(guard, REGION, &state);
	after = state.since_ns - began_ns;
	if (state.state != ECDN_XDP_STATE_LIMITED)
		snprintf(why, sizeof(why), "state %u", state.state);
	/* The kernel's time is that of the jiffy's first packet. */
	if (!*why && (after < -(int64_t)(10 * MS) || after > (int64_t)(100 * MS)))
		snprintf(why, sizeof(why), "after %.1f ms", (double)after / MS);
	report(name, why);
}

/* Sends below 80 % until the state is normal again. */
static void check_end(const struct guard *guard, uint64_t hold_ns)
{
	struct sender sender = sender_new(guard, 0, &data, 1, 600, 100 * MS);
	struct ecdn_xdp_region_state state;
	char why[200] = "";
	uint64_t began = now_ns();
	double seconds;

	do {
		senders_run(&sender, 1);
		sender.sent = 0;
		guard_state(guard, REGION, &state);
	} while (state.state == ECDN_XDP_STATE_LIMITED && now_ns() < began + 30 * SECOND);

	seconds = (double)(int64_t)(state.since_ns - began) / SECOND;
	if (state.state != ECDN_XDP_STATE_NORMAL)
		snprintf(why, sizeof(why), "state %u", state.state);
	else if (seconds < (double)hold_ns / SECOND ||
		 seconds > (double)hold_ns / SECOND + 2.15 + 0.3)
		snprintf(why, sizeof(why), "after %.3f s", seconds);
	report("a surge ends when its rate was below 80 % for hold, and not before", why);
}

static void check_surge(void)
{
	const uint64_t hold_ns = 2 * SECOND;
	const struct ecdn_xdp_limits limits = {
		.pps = 1000, .prefix_pps = 100, .hold_ns = hold_ns,
	};
	struct region_counts stats;
	struct ecdn_xdp_region_state state;
	struct sender sender;
	struct guard guard;
	char why[200] = "";

	open_guard(&guard, &limits);
	sender = sender_new(&guard, 0, &data, 1, 500, 3 * SECOND);
	senders_run(&sender, 1);
	guard_state(&guard, REGION, &state);
	guard_counts(&guard, REGION, &stats);
	if (state.state != ECDN_XDP_STATE_NORMAL || all_dropped(&stats.dropped))
		snprintf(why, sizeof(why), "state %u", state.state);
	report("below its limit a region is not limited", why);

	/* So little more that only the fast window sees it in time. */
	sender = sender_new(&guard, 0, &data, 1, 3000, SECOND);
	senders_run(&sender, 1);
	check_begin(&guard, sender.first_ns);
	check_end(&guard, hold_ns);
	guard_close(&guard);
}

/* Packets that an hour's limit refuses, and the busiest one's does not. */
static void send_day(const struct guard *guard, uint64_t duration_ns)
{
	struct sender sender = sender_new(guard, 0, &data, 1, 3000, duration_ns);

	senders_run(&sender, 1);
}

static struct ecdn_xdp_limits limits_of(const struct guard *guard)
{
	const __u32 region = REGION;
	struct ecdn_xdp_limits limits;

	must(!bpf_map_lookup_elem(bpf_map__fd(guard->skel->maps.region_limits), &region, &limits),
	     "read the limits");
	return limits;
}

static void set_learned(const struct guard *guard, const struct ecdn_xdp_learned *row)
{
	const __u32 region = REGION;

	must(!bpf_map_update_elem(bpf_map__fd(guard->skel->maps.region_learned), &region, row, 0),
	     "write what was learned");
}

/* At the hour's limit, which is 1000. */
static void check_limited(const char *name, const struct guard *guard)
{
	struct ecdn_xdp_region_state state;

	send_day(guard, SECOND);
	guard_state(guard, REGION, &state);
	report(name, state.state == ECDN_XDP_STATE_LIMITED && limits_of(guard).pps == 1000 ? "" :
		     "no");
}

/* Waits for what a limit in force has begun to end. */
static void check_normal(const char *name, const struct guard *guard, uint64_t pps, uint64_t cps)
{
	uint64_t began = now_ns();
	struct ecdn_xdp_region_state state;
	struct ecdn_xdp_limits limits;
	char why[200] = "";

	do {
		send_day(guard, SECOND / 4);
		guard_state(guard, REGION, &state);
	} while (state.state != ECDN_XDP_STATE_NORMAL && now_ns() < began + 30 * SECOND);
	limits = limits_of(guard);
	if (state.state != ECDN_XDP_STATE_NORMAL || limits.pps != pps || limits.cps != cps ||
	    limits.answer_cps != 4 * cps || limits.learned_until_ns)
		snprintf(why, sizeof(why), "state %u, pps %llu, cps %llu, answer_cps %llu",
			 state.state, limits.pps, limits.cps, limits.answer_cps);
	report(name, why);
}

/* Nobody renews what was learned of an hour, and the guard alone has it give way. */
static void check_gives_way(void)
{
	struct ecdn_xdp_limits limits = {
		.pps = 1000, .cps = 50, .answer_cps = 200, .prefix_pps = 100, .hold_ns = SECOND,
		.own = ECDN_XDP_OWN_AUTO, .learned_until_ns = now_ns() + FOR_GOOD,
	};
	struct ecdn_xdp_learned row = {
		.learned = { 1000, 0, 50 }, .busiest = { 10000, 0, 90 },
		.until_ns = limits.learned_until_ns,
	};
	struct guard guard;

	open_guard(&guard, &limits);
	set_learned(&guard, &row);
	check_limited("before the end of an hour's limit it limits", &guard);
	limits.learned_until_ns = now_ns();
	guard_set_limits(&guard, REGION, &limits);
	check_normal("at its end it gives way to the busiest hour's", &guard, 10000, 90);

	limits.own |= ECDN_XDP_OWN_PPS;
	row.fixed[0] = 6000;
	set_learned(&guard, &row);
	limits.learned_until_ns = now_ns();
	guard_set_limits(&guard, REGION, &limits);
	check_normal("or to the operator's, if that is less", &guard, 6000, 90);

	limits.own &= ~ECDN_XDP_OWN_PPS;
	guard.config.default_limits.cps = 70;
	limits.learned_until_ns = now_ns();
	guard_set_limits(&guard, REGION, &limits);
	check_normal("or to the default", &guard, 10000, 70);
	guard_close(&guard);
}

/* One that has no end, and one whose row is gone. */
static void check_stays(void)
{
	struct ecdn_xdp_limits limits = {
		.pps = 1000, .prefix_pps = 100, .hold_ns = SECOND, .own = ECDN_XDP_OWN_AUTO,
	};
	const struct ecdn_xdp_learned row = { .learned = { 1000 }, .busiest = { 10000 } };
	struct guard guard;

	open_guard(&guard, &limits);
	set_learned(&guard, &row);
	check_limited("a learned limit without an end stays", &guard);
	guard_close(&guard);
	limits.learned_until_ns = 1;
	open_guard(&guard, &limits);
	check_limited("one of which nothing says what follows does too", &guard);
	guard_close(&guard);
}

int main(void)
{
	build_frames();
	check_surge();
	check_gives_way();
	check_stays();
	check_monitor();
	check_answers_only();
	check_bystander();
	check_fair_answers();
	check_rates(1);
	if (nth_cpu(1) >= 0)
		check_rates(2);
	else
		skip("rates from 2 CPUs", "there is only one");
	return report_end();
}
