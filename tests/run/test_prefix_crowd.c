// SPDX-License-Identifier: BSD-2-Clause
/*
 * Many limited regions at once: those that are flooded from very many prefixes take all buckets
 * that they can get, and whoever sends little in the others, in bursts, loses nothing by it. The
 * forger knows no hash_seed: he takes what prefixes come.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "fixtures.h"
#include "guard.skel.h"
#include "harness.h"
#include "known_cell.h"
#include "prefix_bucket.h"

#define SECOND 1000000000ULL
#define FOR_GOOD (3600 * SECOND)
#define FIRST_BYTE 40           /* of region FIRST_REGION, which has the whole /8 */
#define FIRST_REGION 7
#define REGIONS 40
#define CROWD 14000             /* prefixes of a flood, which fit into a CPU's table */
#define FLOOD_PPS 1             /* of each, so that all ask for more than they may */
#define MODEST 16               /* prefixes in each region that is not flooded */
#define BURST 16                /* packets that any limit lets come at once ... */
#define BURSTS_PER_SECOND 2
#define MODEST_PPS 1000         /* ... as one that is so much higher does anyway */

struct sent {
	uint64_t packets, dropped;
};

static struct frame frame;

static void set_source(unsigned int region, uint32_t prefix)
{
	const uint8_t source[] = { FIRST_BYTE + region, prefix >> 8, prefix, 7 };

	memcpy(frame.data + frame.ip + 12, source, sizeof(source));
}

static void send_from(const struct guard *guard, unsigned int region, uint32_t prefix,
		      struct sent *sent)
{
	set_source(region, prefix);
	sent->packets++;
	sent->dropped += guard_run(guard, frame.data, frame.length) == XDP_DROP;
}

static void open_guard(struct guard *guard, unsigned int flooded, uint64_t flood_pps)
{
	struct ecdn_xdp_limits limits = { .pps = 1, .hold_ns = FOR_GOOD };
	struct range_set regions = {};
	char cidr[32];

	guard_open(guard);
	for (unsigned int i = 0; i < REGIONS; i++) {
		snprintf(cidr, sizeof(cidr), "%u.0.0.0/8", FIRST_BYTE + i);
		set_region(&regions, cidr, FIRST_REGION + i);
	}
	guard_set_regions(guard, &regions);
	for (unsigned int i = 0; i < REGIONS; i++) {
		limits.prefix_pps = i < flooded ? flood_pps : MODEST_PPS;
		guard_set_limits(guard, FIRST_REGION + i, &limits);
	}
	range_set_free(&regions);
}

/* The n-th prefix that sends little, of all; they send one after the other, in time. */
static void send_modest(const struct guard *guard, unsigned int flooded, uint64_t n,
			struct sent *modest)
{
	unsigned int region = flooded + n % (REGIONS - flooded);
	uint32_t prefix = n / (REGIONS - flooded) % MODEST * 40503;

	for (int i = 0; i < BURST; i++)
		send_from(guard, region, prefix, modest);
}

static void send_both(const struct guard *guard, unsigned int flooded, uint64_t duration_ns,
		      struct sent *flood, struct sent *modest)
{
	uint64_t step_ns = SECOND / BURSTS_PER_SECOND / ((REGIONS - flooded) * MODEST), n = 0;
	uint64_t begin_ns = now_ns(), time_ns;

	for (uint32_t i = 0; (time_ns = now_ns()) < begin_ns + duration_ns; i++) {
		send_from(guard, i % flooded, i % CROWD * 4, flood);
		if (time_ns >= begin_ns + n * step_ns)
			send_modest(guard, flooded, n++, modest);
	}
}

static void check(unsigned int flooded)
{
	struct sent flood = {}, modest = {};
	struct ecdn_xdp_events events;
	struct guard guard;
	char name[200], why[200] = "";

	open_guard(&guard, flooded, FLOOD_PPS);
	send_both(&guard, flooded, 2 * SECOND, &flood, &modest);
	flood = modest = (struct sent){};
	send_both(&guard, flooded, 2 * SECOND, &flood, &modest);
	guard_events(&guard, &events);
	if (!flood.dropped || !events.bucket_evicted || (flooded > 4 && !events.bucket_full))
		snprintf(why, sizeof(why), "of the flood %llu of %llu dropped, evicted %llu, full "
			 "%llu", (unsigned long long)flood.dropped,
			 (unsigned long long)flood.packets,
			 (unsigned long long)events.bucket_evicted,
			 (unsigned long long)events.bucket_full);
	else if (modest.dropped || !modest.packets)
		snprintf(why, sizeof(why), "%llu of %llu dropped",
			 (unsigned long long)modest.dropped, (unsigned long long)modest.packets);
	snprintf(name, sizeof(name), "%u of %d regions are flooded: others lose nothing", flooded,
		 REGIONS);
	report(name, why);
	guard_close(&guard);
}

static void make_known(const struct guard *guard, const uint32_t addr_be[4])
{
	uint64_t hash = known_hash(4, addr_be, guard->config.hash_seed);
	uint32_t index = hash & (ECDN_XDP_KNOWN_LINES - 1);
	int map = bpf_map__fd(guard->skel->maps.known);
	struct ecdn_xdp_known_line line = {};

	line.cell[hash >> 32 & 63] = line.cell[hash >> 40 & 63] = known_span(now_ns());
	bpf_map_update_elem(map, &index, &line, 0);
}

/* As forged prefixes leave all buckets, which they empty faster than they fill. Those of a set are
 * of one region, or of so many. */
static void fill_buckets(const struct guard *guard, unsigned int region, unsigned int regions)
{
	int map = bpf_map__fd(guard->skel->maps.prefix_buckets);

	for (uint32_t index = 0; index < ECDN_XDP_BUCKET_SETS; index++) {
		struct ecdn_xdp_bucket_set set = {};

		for (uint32_t way = 0; way < ECDN_XDP_BUCKET_WAYS; way++) {
			uint32_t prefix = index * ECDN_XDP_BUCKET_WAYS + way;
			uint64_t hash = prefix_hash(prefix, guard->config.hash_seed);

			set.bucket[way].key = prefix_bucket_key(hash, prefix_key_v4(prefix,
				region + way % regions));
			set.bucket[way].spent_ns = now_ns() + 60 * SECOND;
		}
		bpf_map_update_elem(map, &index, &set, 0);
	}
}

/* A region is shielded, and what is forged in its name has used up all buckets: the connections of
 * a known address have theirs all the same, and a stranger's have not. */
static void check_known(bool is_known)
{
	struct ecdn_xdp_limits limits = { .pps = 1, .hold_ns = FOR_GOOD, .prefix_pps = 20 };
	struct ecdn_xdp_region_state state;
	uint32_t addr_be[4] = {};
	struct sent sent = {};
	struct guard guard;
	char why[200] = "";

	open_guard(&guard, 1, 20);
	guard_set_limits(&guard, FIRST_REGION, &limits);
	guard.config.shield = ECDN_XDP_SHIELD_ON;
	guard_configure(&guard);
	fixture_build(fixture_named("IPv4 TCP SYN to 443"), &frame);
	set_source(0, 5);
	memcpy(addr_be, frame.data + frame.ip + 12, 4);
	if (is_known)
		make_known(&guard, addr_be);
	do {
		send_from(&guard, 0, 900, &sent);
		guard_state(&guard, FIRST_REGION, &state);
	} while (state.state != ECDN_XDP_STATE_SHIELDED);
	fill_buckets(&guard, FIRST_REGION, 1);
	sent = (struct sent){};
	for (int i = 0; i < BURST; i++)
		send_from(&guard, 0, 5, &sent);
	if (is_known ? sent.dropped : !sent.dropped)
		snprintf(why, sizeof(why), "%llu of %llu dropped",
			 (unsigned long long)sent.dropped, (unsigned long long)sent.packets);
	report(is_known ? "forged prefixes take no bucket of known addresses" :
	       "forged prefixes do take a stranger's", why);
	guard_close(&guard);
}

/* Where no bucket is left, all bursts of a prefix pass that its limit allows. */
static void check_alone(void)
{
	const unsigned int region = REGIONS - 1;
	struct ecdn_xdp_region_state state;
	struct ecdn_xdp_events events;
	struct sent sent = {};
	struct guard guard;
	char why[200] = "";

	open_guard(&guard, 1, FLOOD_PPS);
	do {
		send_from(&guard, region, 900, &sent);
		guard_state(&guard, FIRST_REGION + region, &state);
	} while (state.state != ECDN_XDP_STATE_LIMITED);
	fill_buckets(&guard, FIRST_REGION, ECDN_XDP_BUCKET_WAYS);
	sent = (struct sent){};
	for (int burst = 0; burst < 10; burst++) {
		for (int i = 0; i < BURST; i++)
			send_from(&guard, region, 5, &sent);
		usleep(40000);
	}
	guard_events(&guard, &events);
	if (sent.dropped || !events.bucket_full)
		snprintf(why, sizeof(why), "%llu of %llu dropped, full %llu",
			 (unsigned long long)sent.dropped, (unsigned long long)sent.packets,
			 (unsigned long long)events.bucket_full);
	report("where no bucket is left, a prefix has what its limit allows", why);
	guard_close(&guard);
}

/* With an argument, without those checks that need a fast machine. */
int main(int argc, char **argv)
{
	(void)argv;
	fixture_build(fixture_named("IPv4 TCP ACK to 443, 100 bytes"), &frame);
	pin_to_cpu(nth_cpu(0));
	if (argc < 2) {
		check(1);
		check(8);
	}
	check_alone();
	check_known(true);
	check_known(false);
	return report_end();
}
