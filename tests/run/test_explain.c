// SPDX-License-Identifier: BSD-2-Clause
/*
 * test_explain [PACKETS [SEED]]: random packets over random states, first through the program of a
 * dry run, then through the guard. Both must come to one verdict, the dry run's rows must become
 * what the guard's become, and no map of the guard may change by a dry run.
 */
#include <arpa/inet.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>

#include "drops.h"
#include "dry/dry_run.h"
#include "guard.skel.h"
#include "harness.h"
#include "random_frame.h"
#include "reference.h"
#include "regions/table.h"
#include "shield_frame.h"
#include "shield_meet.h"
#include "table/lines.h"
#include "trust/trust_store.h"
#include "trust/trust_table.h"

#define PACKETS 110000
#define PHASES 11
#define REGIONS 60
#define LOOPBACK REGIONS         /* the region of the open connection */
#define TRUSTED 24
#define TRIES 20                /* for a packet between whose runs no jiffy begins */
#define UNSEEN 300              /* dry runs between two looks at all maps */
#define SERVED 80
#define FOREVER 3600000000000ULL

/* Where connections of this host arrive. */
static const char *const served[] = { "127.0.0.1", "2001:db8::1" };
static const struct family loopback = { "IPv4", "127.0.0.1", "127.0.0.2", "127.0.0.9", AF_INET };

struct run {
	struct guard guard;
	struct dry_run *dry;
	struct world world;
	struct ecdn_xdp_table_line *regions, *trusted; /* as the guard's tables */
	uint16_t client_port;   /* of a connection that is open */
	uint32_t cpu;
	unsigned long compared, later; /* packets; of the others a new jiffy began */
	unsigned long met[DROPS_REASONS + 1], states[ECDN_XDP_STATE_MAX]; /* the last: passed */
	unsigned long sockets;  /* packets of the open connection that were proven */
};

static int fd(const struct bpf_map *map)
{
	return bpf_map__fd(map);
}

static bool chance(uint32_t percent)
{
	return random_below(100) < percent;
}

/* --- a host with a connection */

static void own_netns(void)
{
	struct ifreq up = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int control;

	must(!unshare(CLONE_NEWNET), "make a network namespace");
	control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	must(control >= 0 && !ioctl(control, SIOCSIFFLAGS, &up), "bring lo up");
	close(control);
}

static struct sockaddr_in at(const char *address, uint16_t port)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(port) };

	inet_pton(AF_INET, address, &in.sin_addr);
	return in;
}

/* At any address of either family: where nobody listens nothing is dropped. */
static void listen_everywhere(uint16_t port)
{
	const struct sockaddr_in6 any = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	int listener = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);

	must(listener >= 0 && !bind(listener, (const void *)&any, sizeof(any)) &&
	     !listen(listener, 4), "listen at any address");
}

/* Both ends stay open until the test ends. */
static void connect_once(struct run *run)
{
	struct sockaddr_in server = at(loopback.server, SERVED), client = at(loopback.client, 0);
	int end = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t size = sizeof(client);

	listen_everywhere(SERVED);
	listen_everywhere(443);
	must(end >= 0 && !bind(end, (void *)&client, sizeof(client)) &&
	     !connect(end, (void *)&server, sizeof(server)) &&
	     !getsockname(end, (void *)&client, &size), "connect");
	run->client_port = ntohs(client.sin_port);
}

/* --- random states */

static void arm(struct run *run, const char *address, uint16_t port, uint64_t found)
{
	struct ecdn_xdp_armed value = { .connected_ns = now_ns(), .found = found };
	struct ecdn_xdp_armed_key key = { .port = port };

	key.family = strchr(address, ':') ? 6 : 4;
	inet_pton(key.family == 4 ? AF_INET : AF_INET6, address, key.addr);
	must(!bpf_map_update_elem(fd(run->guard.skel->maps.armed), &key, &value, BPF_ANY), "arm");
}

/* So many cells of a hundred are set that some addresses are known. */
static void know_some(struct run *run, uint32_t percent)
{
	uint8_t span = (now_ns() >> ECDN_XDP_KNOWN_SPAN) % 255 + 1;
	struct ecdn_xdp_known_line line;

	for (__u32 i = 0; i < ECDN_XDP_KNOWN_LINES; i++) {
		for (size_t cell = 0; cell < sizeof(line.cell); cell++)
			line.cell[cell] = chance(percent) ? span : 0;
		must(!bpf_map_update_elem(fd(run->guard.skel->maps.known), &i, &line, BPF_ANY),
		     "set known addresses");
	}
}

/* Forgets what was measured; surge: of what is proven. */
static void set_rate(struct run *run, __u32 region, bool surge)
{
	struct ecdn_xdp_region_rate rate = {};

	rate.proven.surge = surge ? 2 : 0;
	rate.proven.surge_ns = rate.proven.measured_ns = surge ? now_ns() : 0;
	must(!bpf_map_update_elem(fd(run->guard.skel->maps.region_rate), &region, &rate,
				  BPF_F_LOCK), "set a surge");
}

static void set_region_state(struct run *run, uint32_t region, uint32_t kind)
{
	struct ecdn_xdp_limits limits = {
		.pps = 1 + random_below(3), .hold_ns = FOREVER, .grace_ns = 1,
		.prefix_pps = 1 + random_below(40), .answer_cps = random_below(60),
		.shield_cps = random_below(60),
		.aggregate_pps = { random_below(120), random_below(240) },
	};

	limits.blocked = kind == 0;
	limits.exempt_until_ns = kind == 1 ? ~0ULL : 0;
	if (kind == 2)
		limits.pps = 0;
	guard_set_limits(&run->guard, region, &limits);
	set_rate(run, region, kind > 4);
}

static void set_trusted(struct run *run)
{
	char text[CIDR_TEXT_SIZE];

	for (size_t i = 0; i < TRUSTED; i++) {
		const char *cidr = cidr_format(&run->world.prefix[random_below(400)], text);

		if (i % 2)
			guard_allow(&run->guard, cidr);
		else
			guard_add_node(&run->guard, cidr);
	}
	lines_free(run->trusted);
	run->trusted = NULL;
	must(!trust_store_compile(&run->guard.trusted, &run->trusted), "compile the trusted list");
}

static void enter_phase(struct run *run, int number)
{
	struct ecdn_xdp_config *config = &run->guard.config;

	config->shield = number % 3 == 2 ? ECDN_XDP_SHIELD_OFF : ECDN_XDP_SHIELD_ON;
	config->monitor = number % 5 == 4;
	config->node_pps = random_below(30);
	config->node_cps = random_below(30);
	config->allow_pps = random_below(30);
	config->ceiling_from_ns = number % 4 == 3 ? ~0ULL : 1;
	if (number % 4 == 0)
		set_trusted(run);
	guard_set_ports(&run->guard, true, number % 2);
	config->protect |= number % 6 == 5 ? ECDN_XDP_PROTECT_ALL : 0;
	guard_configure(&run->guard);
	for (uint32_t region = 0; region < REGIONS; region++)
		set_region_state(run, region, random_below(8));
	/* Shielded in one phase, limited in the next. */
	set_region_state(run, LOOPBACK, number % 2 ? 7 : 4);
	/* Shielded in one phase, limited in the next. */
	set_region_state(run, LOOPBACK, number % 2 ? 7 : 4);
	know_some(run, number % 2 ? 2 : 30);
	for (size_t i = 0; i < sizeof(served) / sizeof(*served); i++) {
		arm(run, served[i], SERVED, number % 7 == 6 ? 0 : ECDN_XDP_ARMED_FOUND);
		arm(run, served[i], 443, ECDN_XDP_ARMED_FOUND);
	}
}

/* --- packets */

/* Sends some to an address and port that are armed. */
static void aim(struct frame *frame)
{
	uint8_t *ip = frame->data + frame->ip;

	if (!frame->ip || chance(30))
		return;
	if (*ip >> 4 == 4)
		inet_pton(AF_INET, served[0], ip + 16);
	else
		inet_pton(AF_INET6, served[1], ip + 24);
}

/* One of the open connection. */
static void make_proven(const struct run *run, struct frame *frame)
{
	const struct packet_words words = {
		&loopback, loopback.client, run->client_port, SERVED, 1, 1,
	};

	frame->length = shield_frame(&words, PLAIN, frame->data);
	frame->ip = 14;
}

static void read_address(const uint8_t *from, int family, struct address *address)
{
	uint8_t bytes[16] = {};

	memcpy(bytes, from, family == AF_INET ? 4 : 16);
	address_from_bytes(address, family, bytes);
}

/* Where the IP header begins, behind tags: a frame's `ip` tells it no longer once it is damaged. */
static uint32_t ip_at(const struct frame *frame)
{
	uint32_t at = 12;

	while ((frame->data[at] == 0x81 && !frame->data[at + 1]) ||
	       (frame->data[at] == 0x88 && frame->data[at + 1] == 0xa8))
		at += 4;
	return at + 2;
}

static void describe(const struct run *run, const struct frame *frame, struct dry_packet *packet)
{
	struct reference reference;
	struct dry_rows_key *key = &packet->key;
	int family;

	*packet = (struct dry_packet){ frame->data, frame->length, .told = MEET_NOBODY };
	key->cpu = run->cpu;
	key->source.family = key->target.family = AF_INET;
	reference_parse(frame->data, frame->length, &reference);
	if (!reference.family)
		return;
	family = reference.family == 4 ? AF_INET : AF_INET6;
	read_address(reference.source, family, &key->source);
	read_address(frame->data + ip_at(frame) + (family == AF_INET ? 16 : 24), family,
		     &key->target);
	key->port = reference.port;
	key->region = table_lookup(run->regions, &key->source);
	if (run->guard.config.trusted)
		key->trusted = trust_table_lookup(run->trusted, &key->source);
}

static bool next_packet(const struct run *run, struct frame *frame, struct dry_packet *packet)
{
	bool proven = chance(10);

	if (proven) {
		make_proven(run, frame);
	} else {
		random_frame(&run->world, frame);
		aim(frame);
	}
	describe(run, frame, packet);
	if (proven)
		packet->told = MEET_SOCKET;
	return proven;
}

/* --- what both make of them */

static void read_row(const struct bpf_map *map, __u32 key, void *value)
{
	must(!bpf_map_lookup_elem(fd(map), &key, value), bpf_map__name(map));
}

static void differ(const void *dry, const void *real, size_t size, const char *map, char why[200])
{
	const uint8_t *one = dry, *other = real;

	for (size_t i = 0; i < size && !*why; i++)
		if (one[i] != other[i])
			snprintf(why, 200, "byte %zu of %s is %u after the dry run and %u after the "
				 "guard", i, map, one[i], other[i]);
}

static void compare_rows(const struct run *run, const struct dry_packet *packet, char why[200])
{
	const struct dry_rows *rows = dry_run_rows(run->dry);
	uint32_t region = packet->key.region;
	struct ecdn_xdp_region_cpu local;
	struct ecdn_xdp_region_state state;
	struct ecdn_xdp_cpu cpu;

	read_row(run->guard.skel->maps.cpu, run->cpu, &cpu);
	differ(dry_rows_at(rows, DRY_ROWS_CPU, 0), &cpu, sizeof(cpu), "cpu", why);
	read_row(run->guard.skel->maps.region_cpu,
		 run->cpu * ECDN_XDP_REGIONS_DEFAULT + region, &local);
	differ(dry_rows_at(rows, DRY_ROWS_REGION_CPU, region), &local, sizeof(local),
	       "region_cpu", why);
	read_row(run->guard.skel->maps.region_state, region, &state);
	differ(dry_rows_at(rows, DRY_ROWS_REGION_STATE, region), &state, sizeof(state),
	       "region_state", why);
}

/* The sets of prefixes that the guard has changed since `before` was copied. */
static void compare_sets(const struct run *run, const struct ecdn_xdp_prefix_set *before,
			 char why[200])
{
	const struct ecdn_xdp_prefix_set *after = run->guard.prefixes +
						  run->cpu * ECDN_XDP_PREFIX_SETS;

	for (uint32_t i = 0; i < ECDN_XDP_PREFIX_SETS && !*why; i++)
		if (memcmp(&before[i], &after[i], sizeof(*after)))
			differ(dry_rows_at(dry_run_rows(run->dry), DRY_ROWS_PREFIXES, i), &after[i],
			       sizeof(*after), "prefixes", why);
}

static void count(struct run *run, const struct dry_verdict *verdict, bool proven)
{
	run->compared++;
	run->met[verdict->reason < 0 ? DROPS_REASONS : (unsigned int)verdict->reason]++;
	run->states[verdict->state]++;
	run->sockets += proven && verdict->reason < 0 &&
			(verdict->state == ECDN_XDP_STATE_SHIELDED ||
			 verdict->state == ECDN_XDP_STATE_LIMITED);
}

/* Both see one time and draw the same random numbers while no jiffy has begun in between. */
static bool check_packet(struct run *run, char why[200])
{
	static struct ecdn_xdp_prefix_set sets[ECDN_XDP_PREFIX_SETS];
	struct ecdn_xdp_cpu before, after;
	struct dry_verdict verdict;
	struct dry_packet packet;
	struct frame frame;
	bool proven = next_packet(run, &frame, &packet), looks = chance(5);
	uint32_t action;
	int err;

	if (looks)
		memcpy(sets, run->guard.prefixes + run->cpu * ECDN_XDP_PREFIX_SETS, sizeof(sets));

	read_row(run->guard.skel->maps.cpu, run->cpu, &before);
	/* What one dry run leaves in its rows must not matter to the next. */
	if (chance(30))
		dry_run_packet(run->dry, &packet, &verdict);
	err = dry_run_packet(run->dry, &packet, &verdict);
	action = guard_run(&run->guard, frame.data, frame.length);
	read_row(run->guard.skel->maps.cpu, run->cpu, &after);
	if (err && err != -EAGAIN)
		snprintf(why, 200, "the dry run ended with %d", err);
	if (*why || before.jiffies != after.jiffies || verdict.cpu->jiffies != after.jiffies) {
		run->later++;
		return !*why;
	}
	if (verdict.dropped != (action == XDP_DROP))
		snprintf(why, 200, "%s by the dry run, action %u by the guard; reason %s, state %u",
			 verdict.dropped ? "dropped" : "passed", action,
			 dry_run_reason(verdict.reason), verdict.state);
	if (!*why)
		compare_rows(run, &packet, why);
	if (!*why && looks)
		compare_sets(run, sets, why);
	count(run, &verdict, proven);
	return !*why;
}

/* --- maps stay as they are */

static uint64_t add_bytes(uint64_t sum, const uint8_t *bytes, size_t size)
{
	uint64_t word;
	size_t i = 0;

	for (; i + sizeof(word) <= size; i += sizeof(word)) {
		memcpy(&word, bytes + i, sizeof(word));
		sum = (sum ^ word) * 0x100000001b3ULL;
	}
	for (; i < size; i++)
		sum = (sum ^ bytes[i]) * 0x100000001b3ULL;
	return sum;
}

/* Read as memory: a system call for each of many values takes its time. */
static uint64_t sum_array(uint64_t sum, const struct bpf_map *map)
{
	struct mapped mapped;

	must(!mapped_open(&mapped, fd(map), bpf_map__name(map), bpf_map__value_size(map)),
	     bpf_map__name(map));
	sum = add_bytes(sum, mapped.at, mapped.entries * mapped.stride);
	mapped_close(&mapped);
	return sum;
}

static uint64_t sum_map(const struct bpf_map *map)
{
	static uint8_t value[1 << 15];
	uint64_t sum = 0xcbf29ce484222325ULL;
	uint8_t key[32];
	void *last = NULL;

	if (bpf_map__type(map) == BPF_MAP_TYPE_ARRAY && bpf_map__map_flags(map) & BPF_F_MMAPABLE)
		return sum_array(sum, map);
	while (!bpf_map_get_next_key(fd(map), last, key)) {
		if (!bpf_map_lookup_elem(fd(map), key, value))
			sum = add_bytes(add_bytes(sum, key, bpf_map__key_size(map)), value,
					bpf_map__value_size(map));
		last = key;
	}
	return sum;
}

#define MAPS_MAX 64

static unsigned int sum_maps(const struct run *run, uint64_t sums[MAPS_MAX])
{
	struct bpf_map *map;
	unsigned int count = 0;

	bpf_object__for_each_map(map, run->guard.skel->obj)
		if (count < MAPS_MAX)
			sums[count++] = sum_map(map);
	return count;
}

/* What dry runs change in the guard's maps, by name; nothing if it is nothing. */
static void check_unchanged(struct run *run, char why[200])
{
	uint64_t before[MAPS_MAX], after[MAPS_MAX];
	struct dry_verdict verdict;
	struct dry_packet packet;
	struct bpf_map *map;
	struct frame frame;
	unsigned int i = 0;

	sum_maps(run, before);
	for (int n = 0; n < UNSEEN; n++) {
		next_packet(run, &frame, &packet);
		dry_run_packet(run->dry, &packet, &verdict);
	}
	sum_maps(run, after);
	bpf_object__for_each_map(map, run->guard.skel->obj) {
		if (i < MAPS_MAX && before[i] != after[i])
			snprintf(why, 200, "map %s has changed", bpf_map__name(map));
		i++;
	}
}

/* --- */

static uint32_t region_of_prefix(size_t index)
{
	return 1 + index % (REGIONS - 1);
}

static void load_world(struct run *run)
{
	const struct table_room room = { 0 };
	struct range_set set = {};
	char text[CIDR_TEXT_SIZE];

	world_create(&run->world);
	for (int length = 0; length <= 128; length++)
		for (size_t i = 0; i < run->world.count; i++)
			if (run->world.prefix[i].length == length)
				set_region(&set, cidr_format(&run->world.prefix[i], text),
					   region_of_prefix(i));
	set_region(&set, "127.0.0.0/24", LOOPBACK);
	guard_set_regions(&run->guard, &set);
	run->regions = lines_new();
	must(run->regions && !table_compile(&set, &room, run->regions, ECDN_XDP_TABLE_LINES_MAX),
	     "compile the regions");
	range_set_free(&set);
}

static void open_dry_run(struct run *run)
{
	const struct guard_bpf *skel = run->guard.skel;
	const struct dry_maps maps = {
		.config = fd(skel->maps.config),
		.protected_ports = fd(skel->maps.protected_ports),
		.region_table = fd(skel->maps.region_table),
		.region_learned = fd(skel->maps.region_learned),
		.region_limits = fd(skel->maps.region_limits),
		.trusted_table = fd(skel->maps.trusted_table),
		.trusted_ceilings = fd(skel->maps.trusted_ceilings),
		.region_rate = fd(skel->maps.region_rate),
		.region_state = fd(skel->maps.region_state),
		.region_cpu = fd(skel->maps.region_cpu),
		.prefixes = fd(skel->maps.prefixes),
		.prefix_buckets = fd(skel->maps.prefix_buckets),
		.cpu = fd(skel->maps.cpu),
		.known = fd(skel->maps.known),
		.armed = fd(skel->maps.armed),
		.trusted_rates = fd(skel->maps.trusted_rates),
		.trusted_cpu = fd(skel->maps.trusted_cpu),
	};

	must(!dry_run_open(&run->dry, &maps, ECDN_XDP_REGIONS_DEFAULT), "open the dry run");
}

static bool check_phase(struct run *run, int number, uint64_t packets)
{
	char name[120], why[200] = "";
	unsigned long until = run->compared + packets;
	uint64_t tries = packets * TRIES;

	enter_phase(run, number);
	while (run->compared < until && tries-- && check_packet(run, why))
		;
	if (!*why && run->compared < until)
		snprintf(why, sizeof(why), "a jiffy began in too many of them");
	snprintf(name, sizeof(name), "phase %d: %llu packets, dry and by the guard", number,
		 (unsigned long long)packets);
	report(name, why);
	if (*why)
		return false;
	check_unchanged(run, why);
	snprintf(name, sizeof(name), "phase %d: no map is changed by a dry run", number);
	report(name, why);
	return true;
}

/* A test that never drops for a reason has not compared that reason. */
static void check_variety(const struct run *run, uint64_t packets)
{
	char why[200] = "";

	printf("# %lu compared, %lu in another jiffy, %lu proven\n", run->compared, run->later,
	       run->sockets);
	for (unsigned int i = 0; i <= DROPS_REASONS; i++) {
		const char *reason = i < DROPS_REASONS ? dry_run_reason(i) : "nothing: passed";

		printf("# %lu for %s\n", run->met[i], reason);
		if (run->met[i] < packets / 10000)
			snprintf(why, sizeof(why), "%lu packets for %s", run->met[i], reason);
	}
	for (unsigned int i = 0; i < ECDN_XDP_STATE_MAX; i++)
		if (run->states[i] < packets / 10000)
			snprintf(why, sizeof(why), "%lu packets in state %u", run->states[i], i);
	if (run->sockets < packets / 10000)
		snprintf(why, sizeof(why), "%lu proven packets", run->sockets);
	/* With fewer packets, and where time is an emulator's, buckets may never be empty. */
	if (packets >= PACKETS)
		report("every reason and state was met", why);
}

int main(int argc, char **argv)
{
	uint64_t packets = argc > 1 ? strtoull(argv[1], NULL, 0) : PACKETS;
	uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 0) : (uint64_t)time(NULL);
	static struct run run;
	bool alike = true;

	printf("# seed %llu\n", (unsigned long long)seed);
	random_seed(seed);
	run.cpu = nth_cpu(0);
	must(pin_to_cpu(run.cpu), "stay on one CPU");
	own_netns();
	guard_open(&run.guard);
	load_world(&run);
	connect_once(&run);
	open_dry_run(&run);
	for (int i = 0; alike && i < PHASES; i++)
		alike = check_phase(&run, i, packets / PHASES);
	if (alike)
		check_variety(&run, packets);
	dry_run_close(run.dry);
	guard_close(&run.guard);
	lines_free(run.regions);
	lines_free(run.trusted);
	return report_end();
}
