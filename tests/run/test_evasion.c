// SPDX-License-Identifier: BSD-2-Clause
/*
 * Who knows the limiter and wants to pass it: prefixes that share a bucket set,
 * connections that hide what they are.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>

#include "prefix.h"
#include "sender.h"

#define SECOND 1000000000ULL
#define REGION 9
#define FOR_GOOD (3600 * SECOND)

/* More than a bucket set has ways. */
#define COLLIDING (2 * ECDN_XDP_BUCKET_WAYS)

#define HIDDEN_CPS 200

static uint64_t offered_ns = 3 * SECOND; /* after what makes the region limited */

static void open_guard(struct guard *guard, const struct ecdn_xdp_limits *limits)
{
	struct range_set regions = {};

	set_region(&regions, "10.0.0.0/8", REGION);
	set_region(&regions, FIXTURE_V4_PREFIX, REGION);
	set_region(&regions, FIXTURE_V6_PREFIX, REGION);
	guard_open(guard);
	guard_set_regions(guard, &regions);
	guard_set_limits(guard, REGION, limits);
	range_set_free(&regions);
}

/* As bpf/limit.h finds it. */
static uint32_t bucket_set(uint32_t prefix, uint64_t seed)
{
	return prefix_hash(prefix, seed) >> 32 & (ECDN_XDP_BUCKET_SETS - 1);
}

static uint32_t prefix_set(uint32_t prefix, uint64_t seed)
{
	return prefix_hash(prefix, seed) & (ECDN_XDP_PREFIX_SETS - 1);
}

/*
 * /24s below 10.0.0.0/8 in the bucket set, but each in another set of heavy
 * prefixes, which would be another limit. How many there are, COLLIDING at the most.
 */
static int find_colliding(uint32_t set, uint64_t seed, uint32_t found[COLLIDING])
{
	int count = 0, other;

	for (uint32_t n = 0; n < 65536 && count < COLLIDING; n++) {
		uint32_t prefix = 0x0a0000 | n;

		if (bucket_set(prefix, seed) != set)
			continue;
		for (other = 0; other < count; other++)
			if (prefix_set(found[other], seed) == prefix_set(prefix, seed))
				break;
		if (other == count)
			found[count++] = prefix;
	}
	return count;
}

static bool build_colliding(uint64_t seed, struct frame frames[COLLIDING])
{
	uint32_t prefixes[COLLIDING], set = 0;

	while (find_colliding(set, seed, prefixes) < COLLIDING)
		if (++set == ECDN_XDP_BUCKET_SETS)
			return false;
	for (int n = 0; n < COLLIDING; n++) {
		uint32_t source_be = htonl(prefixes[n] << 8 | 7);

		fixture_build(fixture_named("IPv4 TCP ACK to 443, 100 bytes"), &frames[n]);
		memcpy(frames[n].data + frames[n].ip + 12, &source_be, sizeof(source_be));
	}
	return true;
}

/* What passes in the time, after the surge was declared. */
static struct sender offer(const struct guard *guard, const struct frame *frame, size_t frames,
			   double pps)
{
	struct sender sender = {};

	for (int warm = 1; warm >= 0; warm--) {
		sender = (struct sender){
			.guard = guard, .frame = frame, .frames = frames, .cpu = nth_cpu(0),
			.pps = pps, .duration_ns = warm ? SECOND / 2 : offered_ns,
		};
		senders_run(&sender, 1);
	}
	return sender;
}

/* A machine that is late offers less, and what was saved up meanwhile passes. */
static void check_passed(const char *name, const struct sender *sender, double least, double most)
{
	double seconds = (double)(sender->last_ns - sender->first_ns) / SECOND;
	double stalled = (double)sender->stalled_ns / SECOND;
	uint64_t passed = sender->sent - sender->dropped;
	char why[200] = "";

	if (passed > most * seconds * 1.1 || passed < least * (seconds - stalled) * 0.9)
		snprintf(why, sizeof(why), "%llu of %llu passed in %.3f s, %.0f to %.0f should",
			 (unsigned long long)passed, (unsigned long long)sender->sent, seconds,
			 least * seconds, most * seconds);
	report(name, why);
}

/* The set as a whole passes no more than its ways are worth. */
static void check_colliding(void)
{
	const uint64_t limit = 500;
	const struct ecdn_xdp_limits limits = {
		.pps = 1, .prefix_pps = limit, .hold_ns = FOR_GOOD,
	};
	static struct frame frames[COLLIDING];
	struct sender sender;
	struct guard guard;

	open_guard(&guard, &limits);
	if (build_colliding(guard.config.hash_seed, frames)) {
		sender = offer(&guard, frames, COLLIDING, 10.0 * limit * COLLIDING);
		check_passed("8 prefixes in a bucket set pass no more than 4 may", &sender, limit,
			     ECDN_XDP_BUCKET_WAYS * limit);
		sender = offer(&guard, frames, ECDN_XDP_BUCKET_WAYS,
			       10.0 * limit * ECDN_XDP_BUCKET_WAYS);
		check_passed("4 of them pass as much as they may", &sender,
			     ECDN_XDP_BUCKET_WAYS * limit, ECDN_XDP_BUCKET_WAYS * limit);
	} else {
		report("8 prefixes in a bucket set", "not found");
	}
	guard_close(&guard);
}

/* What may open a connection counts as one that does. */
static void check_hidden(const char *fixture)
{
	const struct ecdn_xdp_limits limits = {
		.pps = 1, .answer_cps = HIDDEN_CPS, .hold_ns = FOR_GOOD,
	};
	struct region_counts stats;
	static struct frame frame;
	struct sender sender;
	struct guard guard;
	char name[200];

	fixture_build(fixture_named(fixture), &frame);
	open_guard(&guard, &limits);
	sender = offer(&guard, &frame, 1, 20 * HIDDEN_CPS);
	snprintf(name, sizeof(name), "answer_cps bounds: %s", fixture);
	check_passed(name, &sender, HIDDEN_CPS, HIDDEN_CPS);
	guard_counts(&guard, REGION, &stats);
	snprintf(name, sizeof(name), "counted as dropped by answer_cps: %s", fixture);
	report(name, stats.dropped.answer_cps.packets < sender.dropped ? "too few" : "");
	guard_close(&guard);
}

/* A surge of nothing but such packets is one of connections. */
static void check_hidden_surge(const char *fixture, bool wanted)
{
	const struct ecdn_xdp_limits limits = { .cps = 100, .hold_ns = FOR_GOOD };
	struct ecdn_xdp_region_state state;
	static struct frame frame;
	struct guard guard;
	char name[200];

	fixture_build(fixture_named(fixture), &frame);
	open_guard(&guard, &limits);
	offer(&guard, &frame, 1, 2000);
	guard_state(&guard, REGION, &state);
	snprintf(name, sizeof(name), "%s surge of connections: %s", wanted ? "a" : "no", fixture);
	report(name, (state.state == ECDN_XDP_STATE_LIMITED) == wanted ? "" : "the other way round");
	guard_close(&guard);
}

/* With an argument, for so many milliseconds each. */
int main(int argc, char **argv)
{
	if (argc > 1)
		offered_ns = strtoull(argv[1], NULL, 10) * (SECOND / 1000);
	check_colliding();
	check_hidden("IPv4 first fragment of 8 bytes, TCP");
	check_hidden("IPv6 first fragment of 8 bytes, TCP");
	check_hidden("IPv6 nine extension headers, TCP SYN to 22");
	check_hidden_surge("IPv4 first fragment of 8 bytes, TCP", true);
	check_hidden_surge("IPv4 last fragment, UDP", false);
	return report_end();
}
