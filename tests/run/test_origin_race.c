// SPDX-License-Identifier: BSD-2-Clause
/*
 * Who gets a row of the observer when all are taken, while several CPUs ask for the same one.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <bpf/bpf.h>

#include "harness.h"
#include "origin.skel.h"
#include "origin_fixture.h"

#define THREADS 2
#define RIVALS 24               /* origins that may have the row, all in all */
#define SEARCHED 100000         /* for these, at the most */
#define CONTESTED 77            /* the row */
#define HEAVY (1U << 30)

static struct observer observer;
static struct ecdn_xdp_origin_stats *stats;
static char rivals[RIVALS][INET_ADDRSTRLEN];
static uint64_t until_ns, race_ns = 4000000000;
static unsigned int sought = RIVALS;

static void name(char text[INET_ADDRSTRLEN], unsigned int number)
{
	const uint8_t bytes[4] = { 10, 1 + (number >> 16), number >> 8, number };

	must(inet_ntop(AF_INET, bytes, text, INET_ADDRSTRLEN), "name an origin");
}

/* Nobody listens there: each connection is refused at once. */
static void connect_to(const char *text)
{
	must(origin_connect(text, ORIGIN_TLS_PORT, NULL) < 0, "be refused");
}

/* All rows have an origin, and weigh too much to be taken from it. */
static void fill_rows(void)
{
	const struct bpf_map *keys = observer.skel->maps.origin_keys;
	const struct bpf_map *origins = observer.skel->maps.origins;
	struct ecdn_xdp_origin_head head = { .rows = ECDN_XDP_ORIGINS - 1 };

	for (uint32_t row = 1; row < ECDN_XDP_ORIGINS; row++) {
		struct ecdn_xdp_origin_key key = { { 192, 0, row >> 8, row }, 443, 4, 0 };

		must(!bpf_map_update_elem(bpf_map__fd(keys), &row, &key, BPF_ANY) &&
		     !bpf_map_update_elem(bpf_map__fd(origins), &key, &row, BPF_ANY),
		     "fill the rows");
		stats[row].weight = HEAVY;
		stats[row].epoch = now_ns() >> 33;
	}
	must(!bpf_map_update_elem(bpf_map__fd(observer.skel->maps.origin_head), &(__u32){ 0 },
				  &head, BPF_ANY), "write the head");
}

/* An origin that gets a row while one alone is light may have that one. */
static unsigned int find_rivals(void)
{
	unsigned int found = 0;

	for (unsigned int i = 0; found < sought && i < SEARCHED; i++) {
		stats[CONTESTED].weight = 0;
		name(rivals[found], i);
		connect_to(rivals[found]);
		found += observer_row(&observer, rivals[found], ORIGIN_TLS_PORT) == CONTESTED;
	}
	return found;
}

/* Whoever has the row loses it to the next. */
static void *compete(void *given)
{
	unsigned int cpu = *(unsigned int *)given;

	pin_to_cpu(cpu);
	while (now_ns() < until_ns)
		for (unsigned int at = cpu; at < sought; at += THREADS) {
			stats[CONTESTED].weight = 0;
			connect_to(rivals[at]);
		}
	return NULL;
}

static void race(void)
{
	unsigned int cpu[THREADS] = { 0, 1 };
	pthread_t threads[THREADS];

	until_ns = now_ns() + race_ns;
	for (int i = 0; i < THREADS; i++)
		must(!pthread_create(&threads[i], NULL, compete, &cpu[i]), "start a thread");
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
}

/* Origins that count in a row which another one has. */
static unsigned int strangers(void)
{
	int keys = bpf_map__fd(observer.skel->maps.origin_keys), count = 0;
	int origins = bpf_map__fd(observer.skel->maps.origins);
	struct ecdn_xdp_origin_key key, *last = NULL, place;
	uint32_t row;

	for (; !bpf_map_get_next_key(origins, last, &key); last = &key) {
		must(!bpf_map_lookup_elem(origins, &key, &row) &&
		     !bpf_map_lookup_elem(keys, &row, &place), "read a row");
		count += memcmp(&place, &key, sizeof(key)) != 0;
	}
	return count;
}

static void check(const char *what, unsigned int number, unsigned int wanted)
{
	char why[64];

	snprintf(why, sizeof(why), "%u, not %u", number, wanted);
	report(what, number == wanted ? "" : why);
}

static void test_race(void)
{
	fill_rows();
	check("origins may have a row that is light", find_rivals(), sought);
	race();
	check("no origin counts in another one's row", strangers(), 0);
}

static void test_named(void)
{
	const struct ecdn_xdp_origin_key named = { { 10, 200, 0, 1 }, ORIGIN_TLS_PORT, 4, 0 };
	const struct ecdn_xdp_origin_name value = { .name = "shop" };
	int names = bpf_map__fd(observer.skel->maps.origin_names);
	uint32_t row;

	fill_rows();
	connect_to("10.200.0.2");
	check("an origin without a name takes no row that is heavy",
	      observer_row(&observer, "10.200.0.2", ORIGIN_TLS_PORT), 0);
	must(!bpf_map_update_elem(names, &named, &value, BPF_ANY), "name an origin");
	connect_to("10.200.0.1");
	row = observer_row(&observer, "10.200.0.1", ORIGIN_TLS_PORT);
	check("one that has a name does", row != 0, 1);
	check("and counts there", stats[row].connections, 1);
	bpf_map_delete_elem(names, &named);
}

/* With an argument, a part of one in so many of the rivals and of the time. */
int main(int argc, char **argv)
{
	unsigned int part = argc > 1 ? strtoul(argv[1], NULL, 10) : 1;

	sought /= part;
	race_ns /= part;
	observer_open(&observer);
	stats = mmap(NULL, ECDN_XDP_ORIGINS * sizeof(*stats), PROT_READ | PROT_WRITE, MAP_SHARED,
		     bpf_map__fd(observer.skel->maps.origin_stats), 0);
	must(stats != MAP_FAILED, "map the rows");
	test_race();
	observer_reset(&observer);
	test_named();
	observer_close(&observer);
	return report_end();
}
