// SPDX-License-Identifier: BSD-2-Clause
/*
 * What of dropped packets is sent to whoever captures: only these, by region and reason, as many as
 * a CPU may, with the frame's first bytes; and nothing once the time is over for which it was asked.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>

#include "fixtures.h"
#include "guard.skel.h"
#include "harness.h"
#include "kernel/perf_ring.h"

#define SECOND 1000000000ULL
#define REGION 5
#define OTHER 6
#define ALL ((1U << ECDN_XDP_DROP_MAX) - 1)
#define PLENTY (1000U << 16)

static const struct ecdn_xdp_limits blocked = { .blocked = 1 }, idle;

/* The last packet that was sent. */
static struct {
	unsigned int count;
	struct ecdn_xdp_captured about;
	uint8_t data[FRAME_MAX];
} got;

static struct guard guard;
static struct frame frame;

static int take(const void *data, size_t size, void *context)
{
	(void)context;
	if (size < sizeof(got.about))
		return -EPROTO;
	memcpy(&got.about, data, sizeof(got.about));
	memcpy(got.data, (const uint8_t *)data + sizeof(got.about),
	       size - sizeof(got.about) < sizeof(got.data) ? size - sizeof(got.about) :
							     sizeof(got.data));
	got.count++;
	return 0;
}

static int map_of(const struct bpf_map *map)
{
	return bpf_map__fd(map);
}

static struct ecdn_xdp_capture_cpu counted(void)
{
	struct ecdn_xdp_capture_cpu sum = {};

	for (uint32_t cpu = 0; cpu < (uint32_t)guard.cpus; cpu++) {
		struct ecdn_xdp_capture_cpu row = {};

		bpf_map_lookup_elem(map_of(guard.skel->maps.capture_cpu), &cpu, &row);
		sum.matched += row.matched;
		sum.sent += row.sent;
		sum.failed += row.failed;
	}
	return sum;
}

/* Begins anew, and asks for two spans. */
static void ask(uint32_t region, uint32_t reasons, uint32_t snap_bytes, uint32_t per_jiffy_q16)
{
	const struct ecdn_xdp_capture_rule rule = {
		.region = region, .reasons = reasons, .snap_bytes = snap_bytes,
		.per_jiffy_q16 = per_jiffy_q16,
	};
	const struct ecdn_xdp_capture_cpu none = {};

	for (uint32_t cpu = 0; cpu < (uint32_t)guard.cpus; cpu++)
		bpf_map_update_elem(map_of(guard.skel->maps.capture_cpu), &cpu, &none, BPF_ANY);
	bpf_map_update_elem(map_of(guard.skel->maps.capture_rule), &(uint32_t){ 0 }, &rule,
			    BPF_ANY);
	guard.config.capture = (now_ns() >> ECDN_XDP_CAPTURE_SPAN) + 2;
	guard_configure(&guard);
	memset(&got, 0, sizeof(got));
}

static uint32_t run(void)
{
	return guard_run(&guard, frame.data, frame.length);
}

/* Passes if so many packets matched, and the program did that with the frame. */
static void check_matched(const char *name, uint64_t matched, uint32_t action)
{
	uint32_t did = run();
	uint64_t found = counted().matched;
	char why[100];

	snprintf(why, sizeof(why), "action %u, %lu matched", did, found);
	report(name, did == action && found == matched ? "" : why);
}

static void check_filters(void)
{
	guard_set_limits(&guard, REGION, &blocked);
	guard.config.capture = 0;
	guard_configure(&guard);
	check_matched("nobody captures: dropped, and nothing matches", 0, XDP_DROP);
	ask(~0U, ALL, 64, PLENTY);
	check_matched("all: a drop matches", 1, XDP_DROP);
	ask(REGION, ALL, 64, PLENTY);
	check_matched("its region matches", 1, XDP_DROP);
	ask(OTHER, ALL, 64, PLENTY);
	check_matched("another region does not", 0, XDP_DROP);
	ask(~0U, 1U << ECDN_XDP_DROP_BLOCKED, 64, PLENTY);
	check_matched("its reason matches", 1, XDP_DROP);
	ask(~0U, ALL & ~(1U << ECDN_XDP_DROP_BLOCKED), 64, PLENTY);
	check_matched("the others do not", 0, XDP_DROP);
	guard_set_limits(&guard, REGION, &idle);
	ask(~0U, ALL, 64, PLENTY);
	check_matched("a packet that passes does not", 0, XDP_PASS);
	guard_set_limits(&guard, REGION, &blocked);
}

/* As the reader is gone, nothing more is looked at, and the guard tells itself so. */
static void check_time(void)
{
	struct ecdn_xdp_config config = {};
	char why[100];

	ask(~0U, ALL, 64, PLENTY);
	guard.config.capture = now_ns() >> ECDN_XDP_CAPTURE_SPAN;
	guard_configure(&guard);
	check_matched("time is over: nothing matches", 0, XDP_DROP);
	bpf_map_lookup_elem(map_of(guard.skel->maps.config), &(uint32_t){ 0 }, &config);
	snprintf(why, sizeof(why), "config.capture is %u", config.capture);
	report("time is over: the guard takes it back", config.capture ? why : "");
}

static void check_one(const char *name, struct perf_ring *ring, uint32_t reason, uint32_t region,
		      uint32_t bytes, bool monitor)
{
	uint32_t did = run();
	char why[200] = "";

	if (perf_ring_read(ring))
		snprintf(why, sizeof(why), "cannot read");
	else if (got.count != 1 || counted().sent != 1)
		snprintf(why, sizeof(why), "%u came of %llu", got.count, counted().sent);
	else if (did != (monitor ? XDP_PASS : XDP_DROP) || got.about.monitor != monitor)
		snprintf(why, sizeof(why), "action %u, monitor %u", did, got.about.monitor);
	else if (got.about.reason != reason || got.about.region != region)
		snprintf(why, sizeof(why), "reason %u, region %u", got.about.reason,
			 got.about.region);
	else if (got.about.bytes != frame.length || got.about.snap_bytes != bytes)
		snprintf(why, sizeof(why), "%u bytes of %u", got.about.snap_bytes,
			 got.about.bytes);
	else if (memcmp(got.data, frame.data, bytes))
		snprintf(why, sizeof(why), "other bytes");
	else if (got.about.matched != 1 || got.about.sent != 1 ||
		 now_ns() - got.about.time_ns > SECOND)
		snprintf(why, sizeof(why), "matched %llu, sent %llu", got.about.matched,
			 got.about.sent);
	report(name, why);
}

static void check_deep(struct perf_ring *ring)
{
	const struct frame kept = frame;

	fixture_build(fixture_named("Nine tags, ARP"), &frame);
	ask(~0U, ALL, 2048, PLENTY);
	check_one("too many tags", ring, ECDN_XDP_DROP_VLAN_DEPTH, 0, frame.length, false);
	frame = kept;
}

static void check_sent(void)
{
	struct perf_ring *ring;

	if (perf_ring_open(&ring, map_of(guard.skel->maps.capture_packets), "capture_packets", 8,
			   take, NULL)) {
		report("a reader", "cannot open rings");
		return;
	}
	ask(~0U, ALL, 2048, PLENTY);
	check_one("sent: the whole frame", ring, ECDN_XDP_DROP_BLOCKED, REGION, frame.length, false);
	ask(REGION, 1U << ECDN_XDP_DROP_BLOCKED, 33, PLENTY);
	check_one("sent: its first bytes", ring, ECDN_XDP_DROP_BLOCKED, REGION, 33, false);
	guard.config.monitor = 1;
	ask(~0U, ALL, 40, PLENTY);
	check_one("sent: what monitor mode passes", ring, ECDN_XDP_DROP_BLOCKED, REGION, 40, true);
	guard.config.monitor = 0;
	check_deep(ring);
	perf_ring_close(ring);
	ask(~0U, ALL, 64, PLENTY);
	run();
	report("without a reader it fails, and is counted",
	       counted().failed == 1 && !counted().sent ? "" : "it is not");
}

/* The jiffy, by the clock that moves once in each. */
static uint64_t jiffy_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return now.tv_sec * SECOND + now.tv_nsec;
}

/* A rate that is a part of a packet in a jiffy, and one of several. Nobody reads, so that what may
 * be sent fails. What comes in no jiffy's time, as something else runs here, is not saved up. */
static void check_rate(const char *name, uint32_t per_jiffy_q16)
{
	struct timespec jiffy = { .tv_nsec = 4000000 };
	uint64_t start_ns, took_ns, last = 0, met = 0, most, least, sent;
	char why[100];

	clock_getres(CLOCK_MONOTONIC_COARSE, &jiffy);
	ask(~0U, ALL, 64, per_jiffy_q16);
	start_ns = now_ns();
	while (now_ns() - start_ns < SECOND / 2) {
		uint64_t at = jiffy_now();

		run();
		met += at != last;
		last = at;
	}
	took_ns = now_ns() - start_ns;
	/* One jiffy is begun at either end. */
	most = (took_ns / jiffy.tv_nsec + 2) * per_jiffy_q16 / 65536 + 1;
	least = (met - 2) * per_jiffy_q16 / 65536;
	sent = counted().failed;
	if (counted().matched < 4 * met)
		return skip(name, "the machine is too slow to reach it");
	snprintf(why, sizeof(why), "%lu, should be from %lu to %lu", sent, least, most);
	report(name, sent <= most && sent >= least ? "" : why);
}

int main(void)
{
	struct range_set regions = {};

	pin_to_cpu(nth_cpu(0));
	set_region(&regions, FIXTURE_V4_PREFIX, REGION);
	guard_open(&guard);
	guard_set_regions(&guard, &regions);
	fixture_build(fixture_named("IPv4 TCP ACK to 443, 100 bytes"), &frame);
	check_filters();
	check_time();
	check_sent();
	check_rate("rate: a packet in eight jiffies", 65536 / 8);
	check_rate("rate: three packets in two jiffies", 65536 * 3 / 2);
	guard_close(&guard);
	range_set_free(&regions);
	return report_end();
}
