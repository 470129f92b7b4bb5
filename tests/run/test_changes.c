// SPDX-License-Identifier: BSD-2-Clause
/*
 * Changes of states in the kernel: two CPUs make a thousand at once, and a reader that reads
 * meanwhile gets each of them once.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "fixtures.h"
#include "guard.skel.h"
#include "harness.h"
#include "view/view_changes.h"

#define MS 1000000ULL
#define SECOND 1000000000ULL
#define FIRST 20                /* a region for each CPU, and one for each test */
#define FLAPPING 30
#define SILENT 31
#define CPUS 2
#define CHANGES 1000            /* of all CPUs */
#define FLAPS 12

static struct guard guard;
static pthread_mutex_t configuring = PTHREAD_MUTEX_INITIALIZER;

/* 100.64.N.7, where the region is FIRST + N. */
static void frame_of(struct frame *frame, uint32_t region)
{
	fixture_build(fixture_named("IPv4 TCP SYN to 443"), frame);
	memcpy(frame->data + frame->ip + 12, "\x64\x40\x00\x07", 4);
	frame->data[frame->ip + 14] = region - FIRST;
}

static void open_guard(void)
{
	struct range_set regions = {};

	for (uint32_t region = FIRST; region <= SILENT; region++) {
		char cidr[32];

		snprintf(cidr, sizeof(cidr), "100.64.%u.0/24", region - FIRST);
		set_region(&regions, cidr, region);
	}
	guard_open(&guard);
	guard_set_regions(&guard, &regions);
	guard_configure(&guard);
	range_set_free(&regions);
}

/* With a new generation the next packet learns of the limits. */
static void set_limits(uint32_t region, const struct ecdn_xdp_limits *limits)
{
	pthread_mutex_lock(&configuring);
	guard_set_limits(&guard, region, limits);
	pthread_mutex_unlock(&configuring);
}

static void nap(uint64_t ns)
{
	const struct timespec time = { ns / SECOND, ns % SECOND };

	nanosleep(&time, NULL);
}

/* --- a reader */

struct reading {
	struct view_changes changes;
	struct ecdn_xdp_change found[CHANGES + 1]; /* by number, which begins at 1 */
	unsigned int count, doubled, strange;
	uint64_t lost;
	bool done;              /* nobody writes any more */
};

static int find(const struct ecdn_xdp_change *change, const struct ecdn_xdp_change *before,
		void *context)
{
	struct reading *reading = context;

	reading->count++;
	if (change->number > CHANGES || before) {
		reading->strange++;
		return 0;
	}
	reading->doubled += reading->found[change->number].number != 0;
	reading->found[change->number] = *change;
	return 0;
}

static struct guard_maps opened(void)
{
	return (struct guard_maps){
		.changes = bpf_map__fd(guard.skel->maps.changes),
		.change_head = bpf_map__fd(guard.skel->maps.change_head),
	};
}

static void *reader_main(void *arg)
{
	struct reading *reading = arg;
	bool last;

	do {
		uint64_t lost = 0;

		last = __atomic_load_n(&reading->done, __ATOMIC_ACQUIRE);
		if (view_changes_read(&reading->changes, now_ns(), find, reading, &lost))
			reading->strange++;
		reading->lost += lost;
	} while (!last);
	return NULL;
}

/* --- writers */

struct writer {
	int cpu;
	uint32_t region;
	unsigned int changes;
};

static void *writer_main(void *arg)
{
	const struct writer *writer = arg;
	struct frame frame;

	pin_to_cpu(writer->cpu);
	frame_of(&frame, writer->region);
	for (unsigned int i = 0; i < writer->changes; i++) {
		const struct ecdn_xdp_limits limits = { .blocked = !(i % 2) };

		set_limits(writer->region, &limits);
		guard_run(&guard, frame.data, frame.length);
	}
	return NULL;
}

/* Of each region the changes follow one another, and so do their times. */
static const char *check_chain(const struct reading *reading, uint32_t region, char why[200])
{
	const struct ecdn_xdp_change *last = NULL;
	unsigned int count = 0;

	for (int n = 1; n <= CHANGES; n++) {
		const struct ecdn_xdp_change *change = &reading->found[n];

		if (change->region != region)
			continue;
		count++;
		if (change->from != (last ? last->to : ECDN_XDP_STATE_NORMAL) ||
		    change->from == change->to)
			snprintf(why, 200, "number %d is from %u to %u", n, change->from,
				 change->to);
		if (last && change->time_ns <= last->time_ns)
			snprintf(why, 200, "number %d is no later than the one before", n);
		if (change->family != 4 || change->addr[2] != region - FIRST)
			snprintf(why, 200, "number %d has another source", n);
		last = change;
	}
	if (count != CHANGES / CPUS)
		snprintf(why, 200, "%u changes", count);
	return why;
}

static void check_two_cpus(void)
{
	static struct reading reading;
	struct writer writers[CPUS];
	pthread_t threads[CPUS + 1];
	struct guard_maps maps = opened();
	char why[200] = "";

	if (view_changes_open(&reading.changes, &maps) ||
	    pthread_create(&threads[CPUS], NULL, reader_main, &reading)) {
		report("a reader", "it cannot be started");
		return;
	}
	for (int n = 0; n < CPUS; n++) {
		int cpu = nth_cpu(n);

		writers[n] = (struct writer){ cpu < 0 ? nth_cpu(0) : cpu, FIRST + n,
					      CHANGES / CPUS };
		pthread_create(&threads[n], NULL, writer_main, &writers[n]);
	}
	for (int n = 0; n < CPUS; n++)
		pthread_join(threads[n], NULL);
	__atomic_store_n(&reading.done, true, __ATOMIC_RELEASE);
	pthread_join(threads[CPUS], NULL);

	if (reading.count != CHANGES || reading.doubled || reading.strange || reading.lost)
		snprintf(why, sizeof(why), "%u read, %u twice, %u strange, %llu lost",
			 reading.count, reading.doubled, reading.strange,
			 (unsigned long long)reading.lost);
	report("1,000 changes on two CPUs are read once each, while they are written", why);
	why[0] = 0;
	for (int n = 1; n <= CHANGES && !*why; n++)
		if (reading.found[n].number != (uint64_t)n)
			snprintf(why, sizeof(why), "number %d is missing", n);
	report("their numbers are without a gap", why);
	for (int n = 0; n < CPUS; n++) {
		char name[64];

		why[0] = 0;
		snprintf(name, sizeof(name), "changes of region %d are in order", n);
		report(name, check_chain(&reading, FIRST + n, why));
	}
	view_changes_close(&reading.changes);
}

/* The last change that there is. */
static struct ecdn_xdp_change last_change(void)
{
	struct ecdn_xdp_change change = {};
	struct ecdn_xdp_change_head head;
	uint32_t place = 0;

	if (bpf_map_lookup_elem_flags(bpf_map__fd(guard.skel->maps.change_head), &place, &head,
				      BPF_F_LOCK))
		return change;
	place = head.number % ECDN_XDP_CHANGES;
	bpf_map_lookup_elem(bpf_map__fd(guard.skel->maps.changes), &place, &change);
	return change;
}

static uint32_t state_of(uint32_t region)
{
	struct ecdn_xdp_region_state state;

	guard_state(&guard, region, &state);
	return state.state;
}

/* Sends a packet each jiffy, until the region is in that state. */
static bool send_until(uint32_t region, uint32_t state)
{
	struct frame frame;

	frame_of(&frame, region);
	for (int i = 0; i < 100 && state_of(region) != state; i++) {
		for (int n = 0; n < 5; n++)
			guard_run(&guard, frame.data, frame.length);
		nap(11 * MS);
	}
	return state_of(region) == state;
}

/* A surge that is released each time. */
static void check_flaps(void)
{
	struct ecdn_xdp_limits limits = { .pps = 3, .grace_ns = 3600 * SECOND, .hold_ns = SECOND };
	struct ecdn_xdp_change first = {}, last;
	char why[200] = "";

	for (int i = 0; i < FLAPS / 2 && !*why; i++) {
		set_limits(FLAPPING, &limits);
		if (!send_until(FLAPPING, ECDN_XDP_STATE_SHIELDED))
			strcpy(why, "there is no surge");
		if (!i)
			first = last_change();
		limits.released_ns = now_ns();
		set_limits(FLAPPING, &limits);
		limits.pps = 0;
		set_limits(FLAPPING, &limits);
		if (!send_until(FLAPPING, ECDN_XDP_STATE_NORMAL))
			strcpy(why, "the surge does not end");
		limits.pps = 3;
	}
	last = last_change();
	if (!*why && (last.number != first.number || last.count != FLAPS ||
		      last.to != ECDN_XDP_STATE_NORMAL || last.last_ns <= last.time_ns))
		snprintf(why, sizeof(why), "%u changes in number %llu, which began in %llu",
			 last.count, (unsigned long long)last.number,
			 (unsigned long long)first.number);
	report("flaps are one entry with their count", why);
	if (first.measure != ECDN_XDP_MEASURE_PPS || first.limit != 3 || first.rate <= 3)
		snprintf(why, sizeof(why), "measure %u, %llu of %llu", first.measure,
			 (unsigned long long)first.rate, (unsigned long long)first.limit);
	report("the entry says which rate is above its limit", why);
}

static bool is_over(uint32_t region)
{
	struct ecdn_xdp_region_state state;

	guard_state(&guard, region, &state);
	return now_ns() > state.until_ns + SECOND / 5;
}

/* A surge that nobody ended: the next packet tells when it was over. */
static void check_silence(void)
{
	const struct ecdn_xdp_limits limits = {
		.pps = 3, .grace_ns = 3600 * SECOND, .hold_ns = 50 * MS,
	};
	struct ecdn_xdp_region_state before, after;
	struct ecdn_xdp_change change;
	struct frame frame;
	char why[200] = "";

	frame_of(&frame, SILENT);
	set_limits(SILENT, &limits);
	if (!send_until(SILENT, ECDN_XDP_STATE_SHIELDED))
		strcpy(why, "there is no surge");
	for (int i = 0; i < 500 && !is_over(SILENT); i++)
		nap(20 * MS);
	guard_state(&guard, SILENT, &before);
	guard_run(&guard, frame.data, frame.length);
	guard_state(&guard, SILENT, &after);
	change = last_change();
	if (!*why && (change.to != ECDN_XDP_STATE_NORMAL || change.last_ns != before.until_ns ||
		      change.count != 2 || change.region != SILENT))
		snprintf(why, sizeof(why), "to %u, %lld ns after it was over", change.to,
			 (long long)(change.last_ns - before.until_ns));
	report("a surge that ended by silence is told with the time of its end", why);
	if (after.state != ECDN_XDP_STATE_NORMAL || after.since_ns != before.until_ns)
		strcpy(why, "the state does not say so");
	report("the state begins then, too", why);
}

/* The highest rate, and when. */
static void check_peak(void)
{
	struct ecdn_xdp_region_history history;
	char why[200] = "";

	if (bpf_map_lookup_elem(bpf_map__fd(guard.skel->maps.region_history),
				&(uint32_t){ FLAPPING }, &history) ||
	    history.peak_pps <= 3 || history.peak_cps <= 3 || !history.peak_pps_ns ||
	    history.peak_pps_ns > now_ns())
		strcpy(why, "there is none");
	report("a region's highest rate is kept", why);
}

int main(void)
{
	open_guard();
	check_two_cpus();
	check_flaps();
	check_silence();
	check_peak();
	guard_close(&guard);
	return report_end();
}
