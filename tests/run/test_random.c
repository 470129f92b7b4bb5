// SPDX-License-Identifier: BSD-2-Clause
/*
 * test_random [PACKETS [SEED]]: random packets through the guard, every action
 * and counter against an independent parser and search for the region.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <linux/bpf.h>

#include "fixtures.h"
#include "harness.h"
#include "random_frame.h"
#include "reference.h"

#define PACKETS 1000000
#define PHASES 10
#define REGIONS 300
#define ALLOWED 20

#define EVENT(field) { #field, offsetof(struct ecdn_xdp_events, field) / sizeof(__u64) }

static const struct {
	const char *name;
	size_t slot;
} event_slots[] = {
	EVENT(arp), EVENT(other_ethertype), EVENT(vlan_depth), EVENT(truncated),
	EVENT(bad_header), EVENT(fragment), EVENT(upper_truncated), EVENT(ext_headers),
};

struct phase {
	bool tcp, udp, all, monitor;
	size_t allowed;         /* the first so many prefixes of the world */
};

struct run {
	struct guard guard;
	struct world world;
	struct phase phase;
	struct region_counts stats[REGIONS]; /* as they should be */
	struct ecdn_xdp_events events;
};

static uint32_t region_of_prefix(size_t index)
{
	return 1 + index % (REGIONS - 1);
}

static bool is_blocked(uint32_t region)
{
	return region % 3 == 0;
}

/* The longest prefix that has the address, among all. */
static uint32_t search_region(const struct world *world, const struct address *source)
{
	uint32_t region = ECDN_XDP_REGION_NONE;
	int longest = -1;

	for (size_t i = 0; i < world->count; i++) {
		const struct cidr *prefix = &world->prefix[i];

		if (prefix->length > longest && prefix_has(prefix, source)) {
			longest = prefix->length;
			region = region_of_prefix(i);
		}
	}
	return region;
}

static bool is_allowed(const struct run *run, const struct address *source)
{
	for (size_t i = 0; i < run->phase.allowed; i++)
		if (prefix_has(&run->world.prefix[i], source))
			return true;
	return false;
}

static bool is_protected(const struct phase *phase, const struct reference *packet)
{
	if (phase->all)
		return !packet->neighbour;
	if (packet->has_port && packet->port != 80 && packet->port != 443)
		return false;
	return (phase->tcp && packet->maybe_tcp) || (phase->udp && packet->maybe_udp);
}

static void source_of(const struct reference *packet, struct address *source)
{
	source->family = packet->family == 4 ? AF_INET : AF_INET6;
	source->bits = 0;
	for (int i = 0; i < 16; i++)
		source->bits = source->bits << 8 | packet->source[i];
}

static void expect_event(struct run *run, const char *event)
{
	__u64 *counter = &run->events.arp;

	for (size_t i = 0; event && i < sizeof(event_slots) / sizeof(event_slots[0]); i++)
		if (!strcmp(event, event_slots[i].name))
			counter[event_slots[i].slot]++;
}

static uint32_t expect_drop(const struct run *run, struct ecdn_xdp_traffic *dropped,
			    struct ecdn_xdp_traffic *would_drop, uint32_t length)
{
	struct ecdn_xdp_traffic *traffic = run->phase.monitor ? would_drop : dropped;

	traffic->packets++;
	traffic->bytes += length;
	return run->phase.monitor ? XDP_PASS : XDP_DROP;
}

/* Adds to the counters what the frame must add. Returns the action. */
static uint32_t expect(struct run *run, const struct frame *frame, uint32_t *region)
{
	const struct phase *phase = &run->phase;
	struct region_counts *stats;
	struct reference packet;
	struct address source;

	*region = ECDN_XDP_REGION_NONE;
	reference_parse(frame->data, frame->length, &packet);
	expect_event(run, packet.event);
	if (!packet.family && !packet.too_deep)
		return XDP_PASS;
	source_of(&packet, &source);
	if (packet.family)
		*region = search_region(&run->world, &source);
	stats = &run->stats[*region];
	stats->packets++;
	stats->bytes += frame->length;
	stats->connections += packet.connection;
	if (packet.too_deep && (phase->tcp || phase->udp || phase->all))
		return expect_drop(run, &stats->dropped.vlan_depth, &stats->would_drop.vlan_depth,
				   frame->length);
	if (packet.too_deep || !is_blocked(*region) || !is_protected(phase, &packet) ||
	    is_allowed(run, &source))
		return XDP_PASS;
	return expect_drop(run, &stats->dropped.blocked, &stats->would_drop.blocked,
			   frame->length);
}

static void print_frame(const struct frame *frame, uint32_t region)
{
	printf("# %u bytes, region %u by the reference:\n# ", frame->length, region);
	for (uint32_t i = 0; i < frame->length; i++)
		printf("%02x", frame->data[i]);
	printf("\n");
}

static void name_counter(const char *group, const void *expected, const void *found,
			 size_t size, char why[200])
{
	const __u64 *want = expected, *got = found;

	for (size_t i = 0; !*why && i < size / sizeof(*want); i++)
		if (want[i] != got[i])
			snprintf(why, 200, "counter %zu of %s is %llu instead of %llu", i, group,
				 (unsigned long long)got[i], (unsigned long long)want[i]);
}

static void compare_region(const struct run *run, uint32_t region, char why[200])
{
	struct region_counts found;
	char group[32];

	guard_counts(&run->guard, region, &found);
	if (!memcmp(&found, &run->stats[region], sizeof(found)))
		return;
	snprintf(group, sizeof(group), "region %u", region);
	name_counter(group, &run->stats[region], &found, sizeof(found), why);
}

static void compare_events(const struct run *run, char why[200])
{
	struct ecdn_xdp_events found;

	guard_events(&run->guard, &found);
	name_counter("events", &run->events, &found, sizeof(found), why);
}

static bool check_packet(struct run *run, char why[200])
{
	uint32_t region, expected, action;
	struct frame frame;

	random_frame(&run->world, &frame);
	expected = expect(run, &frame, &region);
	action = guard_run(&run->guard, frame.data, frame.length);
	if (action != expected)
		snprintf(why, 200, "action %u instead of %u", action, expected);
	if (!*why)
		compare_region(run, region, why);
	if (!*why)
		compare_events(run, why);
	if (*why)
		print_frame(&frame, region);
	return !*why;
}

static void allow_prefixes(struct run *run, size_t allowed)
{
	char text[CIDR_TEXT_SIZE];

	for (; run->phase.allowed > allowed; run->phase.allowed--)
		guard_disallow(&run->guard,
			       cidr_format(&run->world.prefix[run->phase.allowed - 1], text));
	for (; run->phase.allowed < allowed; run->phase.allowed++)
		guard_allow(&run->guard,
			    cidr_format(&run->world.prefix[run->phase.allowed], text));
}

/* The first as an agent sets it, later ones at random, but for one that is monitored and
 * protects something, so that there is something that would be dropped. */
static void enter_phase(struct run *run, int number)
{
	struct phase *phase = &run->phase;
	uint32_t dice = number ? random_below(1 << 16) : 0;

	phase->tcp = !(dice & 1) || number == 2;
	phase->udp = !(dice & 2);
	phase->all = number % 5 == 3;
	phase->monitor = number % 4 == 2;
	allow_prefixes(run, number ? random_below(ALLOWED) : 0);
	guard_set_ports(&run->guard, phase->tcp, phase->udp);
	if (phase->all)
		run->guard.config.protect |= ECDN_XDP_PROTECT_ALL;
	run->guard.config.monitor = phase->monitor;
	guard_configure(&run->guard);
}

static bool check_phase(struct run *run, int number, uint64_t packets)
{
	const struct phase *phase = &run->phase;
	char name[200], why[200] = "";
	uint64_t sent = 0;

	enter_phase(run, number);
	snprintf(name, sizeof(name), "%llu random packets,%s%s%s%s %zu prefixes allowed",
		 (unsigned long long)packets, phase->tcp ? " TCP" : "", phase->udp ? " UDP" : "",
		 phase->all ? " all protected," : " protected,",
		 phase->monitor ? " monitored," : "", phase->allowed);
	while (sent < packets && check_packet(run, why))
		sent++;
	for (uint32_t region = 0; !*why && region < REGIONS; region++)
		compare_region(run, region, why);
	report(name, why);
	return !*why;
}

/* Longer prefixes over shorter ones. */
static void load_world(struct run *run)
{
	const struct ecdn_xdp_limits blocked = { .blocked = 1 };
	struct range_set set = {};
	char text[CIDR_TEXT_SIZE];

	for (int length = 0; length <= 128; length++)
		for (size_t i = 0; i < run->world.count; i++)
			if (run->world.prefix[i].length == length)
				set_region(&set, cidr_format(&run->world.prefix[i], text),
					   region_of_prefix(i));
	guard_set_regions(&run->guard, &set);
	range_set_free(&set);
	for (uint32_t region = 0; region < REGIONS; region++)
		if (is_blocked(region))
			guard_set_limits(&run->guard, region, &blocked);
}

/* A test that never drops, counts or opens anything has tested nothing. */
static void check_variety(const struct run *run)
{
	struct region_counts sum = {};
	const __u64 *event = &run->events.arp;
	char why[200] = "";

	for (uint32_t region = 0; region < REGIONS; region++) {
		sum.packets += run->stats[region].packets;
		sum.connections += run->stats[region].connections;
		sum.dropped.blocked.packets += run->stats[region].dropped.blocked.packets;
		sum.dropped.vlan_depth.packets += run->stats[region].dropped.vlan_depth.packets;
		sum.would_drop.vlan_depth.packets += run->stats[region].would_drop.vlan_depth.packets;
		if (!run->stats[region].packets)
			snprintf(why, sizeof(why), "no packet from region %u", region);
	}
	for (size_t i = 0; i < sizeof(event_slots) / sizeof(event_slots[0]); i++)
		if (!event[event_slots[i].slot])
			snprintf(why, sizeof(why), "no packet counted as %s", event_slots[i].name);
	printf("# %llu packets counted, %llu dropped, %llu new connections\n",
	       (unsigned long long)sum.packets,
	       (unsigned long long)sum.dropped.blocked.packets,
	       (unsigned long long)sum.connections);
	if (!sum.dropped.blocked.packets || !sum.connections || !sum.dropped.vlan_depth.packets ||
	    !sum.would_drop.vlan_depth.packets)
		snprintf(why, sizeof(why), "nothing dropped or no connection");
	report("every region, event and verdict was met", why);
}

int main(int argc, char **argv)
{
	uint64_t packets = argc > 1 ? strtoull(argv[1], NULL, 0) : PACKETS;
	uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 0) : (uint64_t)time(NULL);
	static struct run run;
	bool alike = true; /* after a difference the counters stay different */

	printf("# seed %llu\n", (unsigned long long)seed);
	random_seed(seed);
	world_create(&run.world);
	guard_open(&run.guard);
	load_world(&run);
	for (int i = 0; alike && i < PHASES; i++)
		alike = check_phase(&run, i, packets / PHASES);
	if (alike)
		check_variety(&run);
	guard_close(&run.guard);
	return report_end();
}
