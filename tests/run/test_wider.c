// SPDX-License-Identifier: BSD-2-Clause
/*
 * One allocation is one source: a limited region whose packets come from very many prefixes of
 * one provider, each below prefix_pps, and from others that send little.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bucket.h"
#include "fixtures.h"
#include "harness.h"
#include "prefix.h"

#define SECOND 1000000000ULL
#define STALL_NS 10000000       /* in a longer one a bucket may be full and lose tokens */
#define FOR_GOOD (3600 * SECOND)
#define REGION 9
#define PREFIX_PPS 1000000      /* no narrow prefix sends that much */
#define WIDER_PPS 2000
#define WIDEST_PPS 8000
#define BESIDE 1000             /* of so many packets of the flood, one is a bystander's */

static uint32_t packets = 400000; /* after a quarter as many that make the region limited */

/* Who sends: prefixes that differ in `bits` bits from bit `at` on, of the address's first 64 (IPv4:
 * 32), and who sends beside them. */
struct crowd {
	const char *name;
	const char *fixture;
	uint64_t first, beside;
	unsigned int bits, at;
	uint64_t limit;         /* of all that come from there */
	uint64_t key;           /* of the prefix that is to be found heavy */
};

struct passage {
	uint64_t sent, passed;
	uint64_t beside, beside_passed;
	double seconds, stalled; /* of the latter, when the machine did something else */
};

static void set_source(struct frame *frame, uint64_t source)
{
	unsigned int bytes = frame->version == 4 ? 4 : 8;

	for (unsigned int i = 0; i < bytes; i++)
		frame->data[frame->ip + (bytes == 4 ? 12 : 8) + i] =
			source >> 8 * (bytes - 1 - i);
}

static void open_guard(struct guard *guard, const __u64 aggregate_pps[2])
{
	const struct ecdn_xdp_limits limits = {
		.pps = 1, .prefix_pps = PREFIX_PPS, .hold_ns = FOR_GOOD,
		.aggregate_pps = { aggregate_pps[0], aggregate_pps[1] },
	};
	struct range_set regions = {};

	set_region(&regions, "100.64.0.0/10", REGION);
	set_region(&regions, "2001:db8::/29", REGION);
	guard_open(guard);
	guard_set_regions(guard, &regions);
	guard_set_limits(guard, REGION, &limits);
	range_set_free(&regions);
}

static void send_crowd(const struct guard *guard, const struct crowd *crowd, uint32_t count,
		       struct passage *passage)
{
	static struct frame frame;
	uint64_t began_ns = now_ns(), last_ns = began_ns, sent_ns;

	fixture_build(fixture_named(crowd->fixture), &frame);
	*passage = (struct passage){ .sent = count };
	for (uint32_t i = 0; i < count; i++) {
		/* An odd factor, so that each prefix comes once in a round, and none in order. */
		uint64_t n = (uint64_t)i * 40503 & ((1ULL << crowd->bits) - 1);

		sent_ns = now_ns();
		if (sent_ns - last_ns > STALL_NS)
			passage->stalled += (double)(sent_ns - last_ns) / SECOND;
		last_ns = sent_ns;
		set_source(&frame, crowd->first | n << crowd->at);
		passage->passed += guard_run(guard, frame.data, frame.length) != XDP_DROP;
		if (i % BESIDE)
			continue;
		set_source(&frame, crowd->beside);
		passage->beside++;
		passage->beside_passed += guard_run(guard, frame.data, frame.length) != XDP_DROP;
	}
	passage->seconds = (double)(now_ns() - began_ns) / SECOND;
}

static uint64_t counted_of(const struct guard *guard, uint64_t key)
{
	uint64_t count = 0;

	for (int set = 0; set < guard->cpus * ECDN_XDP_PREFIX_SETS; set++)
		for (int way = 0; way < ECDN_XDP_PREFIX_WAYS; way++)
			if (guard->prefixes[set].key[way] == key)
				count += guard->prefixes[set].prefix[way].packets;
	return count;
}

/* The last jiffy before may have left as many as a batch and a bucket hold. */
static void check_passed(const struct crowd *crowd, const struct passage *passage)
{
	double most = crowd->limit * (passage->seconds * 1.02 + 0.02) + bucket_batch(crowd->limit) +
		      crowd->limit * bucket_depth(crowd->limit) / 1e9;
	double least = crowd->limit * (passage->seconds - passage->stalled) * 0.9 - bucket_batch(crowd->limit);
	char name[200], why[200] = "";

	if (least > passage->sent * 0.9)
		least = passage->sent * 0.9;
	if (passage->passed > most || passage->passed < least)
		snprintf(why, sizeof(why), "%llu of %llu passed in %.3f s, %.0f to %.0f should",
			 (unsigned long long)passage->passed, (unsigned long long)passage->sent,
			 passage->seconds, least, most);
	snprintf(name, sizeof(name), "%s: what aggregate_pps says passes", crowd->name);
	report(name, why);
}

static void check_limited(const struct crowd *crowd)
{
	/* A fast machine sends more than all /40s of a /32 may together. */
	const __u64 aggregate_pps[] = { crowd->limit == WIDEST_PPS ? 0 : WIDER_PPS, WIDEST_PPS };
	struct region_counts counts;
	struct passage passage;
	struct guard guard;
	char name[200], why[200] = "";
	uint64_t heavy;

	open_guard(&guard, aggregate_pps);
	send_crowd(&guard, crowd, packets / 4, &passage);
	send_crowd(&guard, crowd, packets, &passage);
	check_passed(crowd, &passage);

	snprintf(name, sizeof(name), "%s: others lose nothing", crowd->name);
	if (passage.beside_passed != passage.beside)
		snprintf(why, sizeof(why), "%llu of %llu passed",
			 (unsigned long long)passage.beside_passed,
			 (unsigned long long)passage.beside);
	report(name, why);

	snprintf(name, sizeof(name), "%s: the wider prefix is found heavy", crowd->name);
	heavy = counted_of(&guard, crowd->key);
	snprintf(why, sizeof(why), "%llu packets", (unsigned long long)heavy);
	report(name, heavy >= packets * 0.95 && heavy <= packets * 1.25 ? "" : why);

	snprintf(name, sizeof(name), "%s: drops count as prefix_pps", crowd->name);
	guard_counts(&guard, REGION, &counts);
	snprintf(why, sizeof(why), "%llu", (unsigned long long)counts.dropped.prefix_pps.packets);
	report(name, counts.dropped.prefix_pps.packets >= packets - passage.passed ? "" : why);
	guard_close(&guard);
}

/* Without a limit of wider prefixes, nothing is dropped: each of the narrow ones is below its. */
static void check_unlimited(const struct crowd *crowd)
{
	const __u64 none[] = { 0, 0 };
	struct passage passage;
	struct guard guard;
	char name[200], why[200] = "";

	open_guard(&guard, none);
	send_crowd(&guard, crowd, packets, &passage);
	if (passage.passed != passage.sent)
		snprintf(why, sizeof(why), "%llu of %llu passed",
			 (unsigned long long)passage.passed, (unsigned long long)passage.sent);
	snprintf(name, sizeof(name), "%s: with aggregate_pps 0 all pass", crowd->name);
	report(name, why);
	guard_close(&guard);
}

/* In normal times nothing is accounted to wider prefixes. */
static void check_quiet(const struct crowd *crowd)
{
	const struct ecdn_xdp_limits limits = { .aggregate_pps = { 1, 1 } };
	const __u64 any[] = { 1, 1 };
	struct passage passage;
	struct guard guard;

	open_guard(&guard, any);
	guard_set_limits(&guard, REGION, &limits);
	send_crowd(&guard, crowd, 1000, &passage);
	report("a region that is not limited has no wider prefixes",
	       passage.passed == passage.sent && !counted_of(&guard, crowd->key) ? "" :
	       "there are");
	guard_close(&guard);
}

/* With an argument, of so many packets. */
int main(int argc, char **argv)
{
	const struct crowd crowds[] = {
		{ "65,536 /48s of a /32", "IPv6 TCP SYN to 443", 0x20010db800000000,
		  0x20010db912340000, 16, 16, WIDEST_PPS,
		  prefix_key_wider(prefix_wider(ECDN_XDP_PREFIX_V6_32, 0x20010db8), REGION) },
		{ "256 /48s of a /40", "IPv6 TCP SYN to 443", 0x20010db877000000,
		  0x20010db912340000, 8, 16, WIDER_PPS,
		  prefix_key_wider(prefix_wider(ECDN_XDP_PREFIX_V6_40, 0x20010db877), REGION) },
		{ "16 /24s of a /20", "IPv4 TCP ACK to 443, 100 bytes", 0x64401007, 0x64402007,
		  4, 8, WIDER_PPS,
		  prefix_key_wider(prefix_wider(ECDN_XDP_PREFIX_V4_20, 0x64401), REGION) },
	};

	if (argc > 1)
		packets = strtoul(argv[1], NULL, 10);
	for (size_t i = 0; i < sizeof(crowds) / sizeof(*crowds); i++) {
		check_unlimited(&crowds[i]);
		check_limited(&crowds[i]);
		check_quiet(&crowds[i]);
	}
	return report_end();
}
