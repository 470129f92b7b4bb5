// SPDX-License-Identifier: BSD-2-Clause
/*
 * Regions that are limited at the same time and whose prefixes share a set of prefix_buckets: a
 * flood of one costs the others nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixtures.h"
#include "harness.h"
#include "prefix.h"

#define SECOND 1000000000ULL
#define FOR_GOOD (3600 * SECOND)
#define FLOODED 9
#define PREFIXES 40
#define REGIONS 5               /* one more than a set has ways */

static struct frame flood[PREFIXES];    /* of FLOODED, all in one set */
static struct frame modest[REGIONS];    /* of the regions after it, in that set too */
static unsigned int found[1 + REGIONS];
static uint64_t flooding_ns = 2 * SECOND; /* after half as long, which makes the regions limited */

static uint32_t set_of(uint32_t prefix, uint64_t seed)
{
	return prefix_hash(prefix, seed) >> 32 & (ECDN_XDP_BUCKET_SETS - 1);
}

/* Packets of every prefix within 100.N.0.0/16, 101.N... that belongs to the set of the first. */
static void build_frames(uint64_t seed)
{
	uint32_t first = 100U << 16, set = set_of(first, seed);

	for (uint32_t prefix = first; prefix < 200U << 16; prefix++) {
		unsigned int region = (prefix >> 16) % (1 + REGIONS), n = found[region];
		struct frame *frame = region ? &modest[region - 1] : &flood[n];

		if (set_of(prefix, seed) != set || n == (region ? 1 : PREFIXES))
			continue;
		found[region]++;
		fixture_build(fixture_named("IPv4 TCP ACK to 443, 100 bytes"), frame);
		memcpy(frame->data + frame->ip + 12,
		       (uint8_t[]){ prefix >> 16, prefix >> 8, prefix, 7 }, 4);
	}
}

static void open_guard(struct guard *guard, uint64_t flood_pps, uint64_t modest_pps)
{
	struct ecdn_xdp_limits limits = { .pps = 1, .hold_ns = FOR_GOOD };
	struct range_set regions = {};
	char cidr[32];

	guard_open(guard);
	for (unsigned int byte = 100; byte < 200; byte++) {
		snprintf(cidr, sizeof(cidr), "%u.0.0.0/8", byte);
		set_region(&regions, cidr, FLOODED + byte % (1 + REGIONS));
	}
	guard_set_regions(guard, &regions);
	for (unsigned int i = 0; i <= REGIONS; i++) {
		limits.prefix_pps = i ? modest_pps : flood_pps;
		guard_set_limits(guard, FLOODED + i, &limits);
	}
	range_set_free(&regions);
}

struct sent {
	uint64_t packets, dropped;
};

static void send_frame(const struct guard *guard, const struct frame *frame, struct sent *sent)
{
	sent->packets++;
	sent->dropped += guard_run(guard, frame->data, frame->length) == XDP_DROP;
}

/* The flood comes as fast as it can; the other prefix never faster than at its rate. */
static void send_both(const struct guard *guard, uint64_t modest_pps, uint64_t duration_ns,
		      struct sent *flooding, struct sent *beside)
{
	uint64_t end_ns = now_ns() + duration_ns, due_ns = 0, time_ns;

	for (uint32_t i = 0; (time_ns = now_ns()) < end_ns; i++) {
		send_frame(guard, &flood[i % PREFIXES], flooding);
		if (time_ns < due_ns)
			continue;
		due_ns = time_ns + SECOND / modest_pps;
		send_frame(guard, &modest[0], beside);
	}
}

/* One prefix sends a fifth of what it may, while 40 of another region send far above theirs. */
static void check_bystander(uint64_t flood_pps, uint64_t modest_pps)
{
	struct sent flooding = {}, beside = {};
	struct guard guard;
	char name[200], why[200] = "";

	open_guard(&guard, flood_pps, modest_pps);
	send_both(&guard, modest_pps / 5, flooding_ns / 2, &flooding, &beside);
	flooding = beside = (struct sent){};
	send_both(&guard, modest_pps / 5, flooding_ns, &flooding, &beside);
	if (flooding.dropped < flooding.packets / 4)
		snprintf(why, sizeof(why), "of the flood %llu of %llu were dropped",
			 (unsigned long long)flooding.dropped,
			 (unsigned long long)flooding.packets);
	else if (beside.dropped || !beside.packets)
		snprintf(why, sizeof(why), "%llu of %llu dropped",
			 (unsigned long long)beside.dropped, (unsigned long long)beside.packets);
	snprintf(name, sizeof(name), "a flood at prefix_pps %llu costs a region with %llu nothing",
		 (unsigned long long)flood_pps, (unsigned long long)modest_pps);
	report(name, why);
	guard_close(&guard);
}

/* Of five regions in one set, four have a bucket; the last one is limited by this CPU alone. */
static void check_full(void)
{
	struct ecdn_xdp_events events;
	struct sent sent = {};
	struct guard guard;
	char why[200] = "";

	open_guard(&guard, 100, 100);
	for (unsigned int warm = 2; warm--;) {
		sent = (struct sent){};
		for (uint64_t end_ns = now_ns() + SECOND; now_ns() < end_ns;)
			for (unsigned int i = 0; i < REGIONS; i++)
				send_frame(&guard, &modest[i], &sent);
	}
	guard_events(&guard, &events);
	/* Of 100/s and bursts of 16, the last one a quarter more; and half as much again if a busy
	 * machine stretches the second. */
	if (sent.packets - sent.dropped > REGIONS * 200)
		snprintf(why, sizeof(why), "%llu of %llu dropped",
			 (unsigned long long)sent.dropped, (unsigned long long)sent.packets);
	else if (!events.bucket_full)
		snprintf(why, sizeof(why), "bucket_full is %llu",
			 (unsigned long long)events.bucket_full);
	report("a fifth region in a set is limited by each CPU, and counted as bucket_full", why);
	guard_close(&guard);
}

/* With an argument, each flood lasts so many milliseconds. */
int main(int argc, char **argv)
{
	struct guard guard;

	if (argc > 1)
		flooding_ns = strtoull(argv[1], NULL, 10) * (SECOND / 1000);
	guard_open(&guard);
	build_frames(guard.config.hash_seed);
	guard_close(&guard);
	for (unsigned int region = 0; region <= REGIONS; region++)
		if (found[region] < (region ? 1 : PREFIXES)) {
			report("prefixes that share a set", "too few");
			return report_end();
		}
	check_bystander(1000, 50);
	check_bystander(20, 50);
	check_bystander(20, 1000);
	check_full();
	return report_end();
}
