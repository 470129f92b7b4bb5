// SPDX-License-Identifier: BSD-2-Clause
/*
 * Regions that are limited at the same time and whose prefixes share a set of prefix_buckets: a
 * flood of one costs the others nothing.
 */
#include <stdio.h>
#include <string.h>

#include "prefix.h"
#include "sender.h"

#define SECOND 1000000000ULL
#define FOR_GOOD (3600 * SECOND)
#define FLOODED 9
#define PREFIXES 40
#define REGIONS 5               /* one more than a set has ways */

static struct frame flood[PREFIXES];    /* of FLOODED, all in one set */
static struct frame modest[REGIONS];    /* of the regions after it, in that set too */
static unsigned int found[1 + REGIONS];

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

static struct sender sender_of(const struct guard *guard, const struct frame *frame,
			       unsigned int frames, double pps)
{
	return (struct sender){ .guard = guard, .frame = frame, .frames = frames,
				.cpu = nth_cpu(0), .pps = pps, .duration_ns = 2 * SECOND };
}

/* One prefix sends a fifth of what it may, while 40 of another region send far above theirs. */
static void check_bystander(uint64_t flood_pps, uint64_t modest_pps)
{
	struct sender senders[2];
	struct guard guard;
	char name[200], why[200] = "";

	open_guard(&guard, flood_pps, modest_pps);
	for (int warm = 1; warm >= 0; warm--) {
		senders[0] = sender_of(&guard, flood, PREFIXES, 40000);
		senders[1] = sender_of(&guard, modest, 1, modest_pps / 5.0);
		senders_run(senders, 2);
	}
	if (senders[0].dropped < senders[0].sent / 2)
		snprintf(why, sizeof(why), "of the flood %llu of %llu were dropped",
			 (unsigned long long)senders[0].dropped,
			 (unsigned long long)senders[0].sent);
	else if (senders[1].dropped)
		snprintf(why, sizeof(why), "%llu of %llu dropped",
			 (unsigned long long)senders[1].dropped,
			 (unsigned long long)senders[1].sent);
	snprintf(name, sizeof(name), "a flood at prefix_pps %llu costs a region with %llu nothing",
		 (unsigned long long)flood_pps, (unsigned long long)modest_pps);
	report(name, why);
	guard_close(&guard);
}

/* Of five regions in one set, four have a bucket; the last one goes free, and is counted. */
static void check_full(void)
{
	struct ecdn_xdp_events events;
	struct sender sender;
	struct guard guard;
	char why[200] = "";

	open_guard(&guard, 100, 100);
	sender = sender_of(&guard, modest, REGIONS, REGIONS * 1000.0);
	senders_run(&sender, 1);
	guard_events(&guard, &events);
	if (sender.dropped < sender.sent * 7 / 10 || sender.dropped > sender.sent * 8 / 10)
		snprintf(why, sizeof(why), "%llu of %llu dropped",
			 (unsigned long long)sender.dropped, (unsigned long long)sender.sent);
	else if (events.bucket_full < sender.sent / 10)
		snprintf(why, sizeof(why), "bucket_full is %llu",
			 (unsigned long long)events.bucket_full);
	report("a fifth region in a set is not limited, and counted as bucket_full", why);
	guard_close(&guard);
}

int main(void)
{
	struct guard guard;

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
