// SPDX-License-Identifier: BSD-2-Clause
/*
 * test_prefix_guard [CROWD]: the heavy prefixes that the guard itself finds, on
 * every CPU it has: 100 of 1,000 packets each hidden in 200,000 sources of one
 * packet. A packet is a system call here; tests/unit/test_prefix.c does the
 * same with the real numbers.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <bpf/libbpf.h>
#include <sys/mman.h>

#include "fixtures.h"
#include "guard.skel.h"
#include "harness.h"
#include "random_frame.h"

#define HEAVY 100
#define HEAVY_PACKETS 1000
#define CROWD 200000
#define REGION_V4 5
#define REGION_V6 6
#define ON_ONE_CPU 500          /* packets until the next one's turn, after a pause */
#define PAUSE_US 2000           /* so that no CPU has 250,000 packets a second and samples */
#define SAMPLED 20000           /* packets of one prefix on a CPU that samples */

struct seen {
	uint64_t packets, bytes, last_ns;
};

struct frames {
	struct frame v4, v6;
};

/* Half of the heavy ones are in each family: 10.0.N.0/24 and fd00:0:N::/48. */
static bool heavy_is_v4(uint32_t n)
{
	return n < HEAVY / 2;
}

static uint64_t heavy_key(uint32_t n)
{
	if (heavy_is_v4(n))
		return (0x0a0000ULL | n) << ECDN_XDP_PREFIX_SHIFT | ECDN_XDP_PREFIX_V4 |
		       REGION_V4;
	return (0xfd0000000000ULL | n) << ECDN_XDP_PREFIX_SHIFT | ECDN_XDP_PREFIX_V6 | REGION_V6;
}

static void set_source(struct frame *frame, uint64_t upper)
{
	uint8_t *ip = frame->data + frame->ip;
	uint32_t words[2] = { htonl(upper >> 32), htonl(upper) };

	memcpy(ip + (frame->version == 4 ? 12 : 8), words, frame->version == 4 ? 4 : 8);
}

/* Any host of the prefix. */
static const struct frame *heavy_frame(struct frames *frames, uint32_t n)
{
	struct frame *frame = heavy_is_v4(n) ? &frames->v4 : &frames->v6;

	if (heavy_is_v4(n))
		set_source(frame, (0x0a000000ULL | n << 8 | random_below(256)) << 32);
	else
		set_source(frame, (0xfd0000000000ULL | n) << 16 | random_below(65536));
	return frame;
}

static const struct frame *crowd_frame(struct frames *frames)
{
	struct frame *frame = random_below(2) ? &frames->v4 : &frames->v6;

	set_source(frame, frame->version == 4 ? 1ULL << 63 | random_bits() :
						0x2000000000000000 | random_bits() >> 3);
	return frame;
}

static void send_all(const struct guard *guard, struct frames *frames, uint32_t crowd)
{
	static uint32_t sent[HEAVY];
	uint32_t heavy = HEAVY * HEAVY_PACKETS, n;
	int cpu = 0;

	while (heavy + crowd) {
		const struct frame *frame;

		if ((heavy + crowd) % ON_ONE_CPU == 0) {
			usleep(PAUSE_US);
			while (!pin_to_cpu(cpu++ % guard->cpus))
				;
		}
		if (random_below(heavy + crowd) < crowd) {
			crowd--;
			frame = crowd_frame(frames);
		} else {
			heavy--;
			for (n = random_below(HEAVY); sent[n] == HEAVY_PACKETS;)
				n = (n + 1) % HEAVY;
			sent[n]++;
			frame = heavy_frame(frames, n);
		}
		guard_run(guard, frame->data, frame->length);
	}
}

/* All CPUs' together. */
static struct seen find(const struct guard *guard, uint64_t key)
{
	struct seen seen = {};

	for (int set = 0; set < guard->cpus * ECDN_XDP_PREFIX_SETS; set++)
		for (int way = 0; way < ECDN_XDP_PREFIX_WAYS; way++) {
			const struct ecdn_xdp_prefix *prefix = &guard->prefixes[set].prefix[way];

			if (guard->prefixes[set].key[way] != key)
				continue;
			seen.packets += prefix->packets;
			seen.bytes += prefix->bytes;
			if (prefix->last_seen_ns > seen.last_ns)
				seen.last_ns = prefix->last_seen_ns;
		}
	return seen;
}

static void check_heavy(const struct guard *guard, const struct frames *frames, uint64_t since_ns)
{
	char counted[100] = "", exact[100] = "", times[100] = "";
	uint32_t found = 0;

	for (uint32_t n = 0; n < HEAVY; n++) {
		uint32_t length = heavy_is_v4(n) ? frames->v4.length : frames->v6.length;
		struct seen seen = find(guard, heavy_key(n));

		found += seen.packets >= HEAVY_PACKETS - HEAVY_PACKETS / 50;
		if (seen.packets > HEAVY_PACKETS || seen.bytes != seen.packets * length)
			snprintf(exact, sizeof(exact), "prefix %u: %llu packets, %llu bytes", n,
				 (unsigned long long)seen.packets,
				 (unsigned long long)seen.bytes);
		if (seen.packets && (seen.last_ns < since_ns || seen.last_ns > now_ns()))
			snprintf(times, sizeof(times), "prefix %u", n);
	}
	if (found < HEAVY - HEAVY / 100)
		snprintf(counted, sizeof(counted), "%u of %d", found, HEAVY);
	report("heavy prefixes are listed and counted to within 2 %", counted);
	report("no prefix is counted above the truth, its bytes are its packets'", exact);
	report("last seen after the test began and before now", times);
}

/* A CPU keeps what it sees in its own sets. */
static void check_own_sets(const struct guard *guard)
{
	char why[100] = "";

	for (int cpu = 0; cpu < guard->cpus; cpu++) {
		bool runs = pin_to_cpu(cpu);
		uint32_t used = 0;

		for (int set = 0; set < ECDN_XDP_PREFIX_SETS; set++)
			used += !!guard->prefixes[cpu * ECDN_XDP_PREFIX_SETS + set].key[0];
		if (runs != !!used)
			snprintf(why, sizeof(why), "CPU %d has %u sets in use", cpu, used);
	}
	report("every CPU uses its own sets", why);
}

static uint32_t marked_ways(const struct guard *guard)
{
	uint32_t marked = 0;

	for (int set = 0; set < guard->cpus * ECDN_XDP_PREFIX_SETS; set++)
		marked += __builtin_popcount(guard->prefixes[set].sampled);
	return marked;
}

static void check_exact(const struct guard *guard)
{
	char why[100] = "";

	if (marked_ways(guard))
		snprintf(why, sizeof(why), "%u ways are", marked_ways(guard));
	report("below 250,000 packets a second none is marked as an estimate", why);
}

/* Sends one prefix's packets while every CPU believes that it is busy; returns what was
 * accounted to the prefix meanwhile. */
static uint64_t send_busy(const struct guard *guard, struct frames *frames, uint32_t packets)
{
	int fd = bpf_map__fd(guard->skel->maps.cpu);
	uint64_t before = find(guard, heavy_key(0)).packets;
	size_t size = guard->cpus * sizeof(struct ecdn_xdp_cpu);
	struct ecdn_xdp_cpu *row = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (row == MAP_FAILED) {
		report("map the CPUs' rows", strerror(errno));
		exit(report_end());
	}
	for (uint32_t n = 0; n < packets; n++) {
		const struct frame *frame = heavy_frame(frames, 0);

		for (int cpu = 0; cpu < guard->cpus; cpu++) {
			row[cpu].packets = UINT32_MAX / 2;
			row[cpu].sampled = 1;
		}
		guard_run(guard, frame->data, frame->length);
	}
	munmap(row, size);
	return find(guard, heavy_key(0)).packets - before;
}

/* Six standard deviations of a sampled count, sqrt((8 - 1) * packets), are 2,245. */
static void check_sampled(const struct guard *guard, struct frames *frames)
{
	uint64_t accounted = send_busy(guard, frames, SAMPLED);
	char why[100] = "", marks[100] = "";

	if (accounted + 2245 < SAMPLED || accounted > SAMPLED + 2245)
		snprintf(why, sizeof(why), "%llu of %d", (unsigned long long)accounted, SAMPLED);
	report("a busy CPU samples, and what it counts is near the truth", why);
	if (!marked_ways(guard))
		snprintf(marks, sizeof(marks), "none is");
	report("what was sampled is marked as an estimate", marks);
}

/* The first packet learns the state, and is accounted by it already. */
static void check_limited(struct guard *guard, struct frames *frames)
{
	const struct ecdn_xdp_limits limits = { .pps = 1, .hold_ns = UINT64_MAX };
	char why[100] = "";
	uint64_t accounted;

	guard_set_limits(guard, REGION_V4, &limits);
	send_busy(guard, frames, 1000);
	accounted = send_busy(guard, frames, SAMPLED);
	if (accounted != SAMPLED)
		snprintf(why, sizeof(why), "%llu of %d", (unsigned long long)accounted, SAMPLED);
	report("of a limited region a busy CPU accounts every packet", why);
}

int main(int argc, char **argv)
{
	uint32_t crowd = argc > 1 ? strtoul(argv[1], NULL, 0) : CROWD;
	uint64_t since_ns = now_ns() - 20000000;
	struct range_set regions = {};
	static struct frames frames;
	struct guard guard;

	random_seed(1);
	fixture_build(fixture_named("IPv4 TCP ACK to 443, 100 bytes"), &frames.v4);
	fixture_build(fixture_named("IPv6 UDP to 443"), &frames.v6);
	set_region(&regions, "10.0.0.0/8", REGION_V4);
	set_region(&regions, "fd00::/16", REGION_V6);
	guard_open(&guard);
	guard_set_regions(&guard, &regions);
	send_all(&guard, &frames, crowd);
	check_heavy(&guard, &frames, since_ns);
	check_own_sets(&guard);
	check_exact(&guard);
	check_sampled(&guard, &frames);
	check_limited(&guard, &frames);
	guard_close(&guard);
	range_set_free(&regions);
	return report_end();
}
