// SPDX-License-Identifier: BSD-2-Clause
/*
 * Rows of origins: more origins than rows, which of them keep theirs, and what becomes of
 * connections whose row another origin takes.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "harness.h"
#include "origin.skel.h"
#include "origin_fixture.h"

#define CROWD 5000
#define NAMED "10.200.0.1"
#define NAMED_ANY_PORT "10.200.0.2"
#define HEAVY "10.200.0.3"
#define HEAVY_WEIGHT 200
#define MANY 10000
#define ROUNDS 8

static struct observer observer;
static unsigned int many = MANY, rounds = ROUNDS;

static void check(const char *what, bool right, uint64_t number)
{
	char why[64];

	snprintf(why, sizeof(why), "it is %llu", (unsigned long long)number);
	report(what, right ? "" : why);
}

static void name(const char *text, uint16_t port)
{
	struct ecdn_xdp_origin_key key = { .family = 4, .port = port };
	const struct ecdn_xdp_origin_name value = { .name = "www.example" };

	must(inet_pton(AF_INET, text, key.addr) == 1, text);
	must(!bpf_map_update_elem(bpf_map__fd(observer.skel->maps.origin_names), &key, &value,
				  BPF_ANY), "name an origin");
}

static void refuse(const char *text)
{
	must(origin_connect(text, ORIGIN_TLS_PORT, NULL) == -ECONNREFUSED, "be refused");
}

/* A connection to each of so many addresses. */
static void crowd(unsigned int from, unsigned int count)
{
	char text[32];

	for (unsigned int i = from; i < from + count; i++) {
		snprintf(text, sizeof(text), "10.%u.%u.%u", 1 + i / 65536, i / 256 % 256, i % 256);
		refuse(text);
	}
}

/* What the rows count, and how many have an origin; each that has one is found by it. */
static uint64_t sum(unsigned int *used)
{
	struct ecdn_xdp_origin_stats stats;
	uint64_t connections = 0;
	bool found = true;

	*used = 0;
	for (uint32_t row = 0; row < ECDN_XDP_ORIGINS; row++) {
		struct ecdn_xdp_origin_key key;
		uint32_t of;

		must(!bpf_map_lookup_elem(bpf_map__fd(observer.skel->maps.origin_keys), &row, &key),
		     "read a key");
		observer_stats(&observer, row, &stats);
		connections += stats.connections;
		*used += key.family != 0;
		if (key.family)
			found &= !bpf_map_lookup_elem(bpf_map__fd(observer.skel->maps.origins),
						      &key, &of) && of == row;
	}
	report("each row's origin is found there", found ? "" : "one is not");
	return connections;
}

static uint32_t connections_of(const char *text)
{
	struct ecdn_xdp_origin_stats stats;
	uint32_t row = observer_row(&observer, text, ORIGIN_TLS_PORT);

	observer_stats(&observer, row, &stats);
	return row ? stats.connections : 0;
}

static void test_few(void)
{
	struct ecdn_xdp_origin_head head;
	struct ecdn_xdp_origin_stats none;
	unsigned int used;
	uint64_t counted;

	crowd(0, 100);
	crowd(0, 100);
	counted = sum(&used);
	check("every connection counts", counted == 200, counted);
	check("an origin has a row", used == 100, used);
	observer_head(&observer, &head);
	check("none was in want of a row", !head.no_row && !head.displaced, head.no_row);
	observer_stats(&observer, 0, &none);
	check("row 0 is nobody's", none.connections == 0, none.connections);
	observer_reset(&observer);
}

static void test_crowd(void)
{
	struct ecdn_xdp_origin_head head;
	struct ecdn_xdp_origin_stats none;
	unsigned int used;
	uint64_t counted;

	name(NAMED, ORIGIN_TLS_PORT);
	name(NAMED_ANY_PORT, 0);
	refuse(NAMED);
	refuse(NAMED_ANY_PORT);
	for (int i = 0; i < HEAVY_WEIGHT; i++)
		refuse(HEAVY);
	crowd(0, CROWD);
	counted = sum(&used);
	observer_head(&observer, &head);
	observer_stats(&observer, 0, &none);
	check("all rows are in use", used == ECDN_XDP_ORIGINS - 1, used);
	check("those without one are in row 0", none.connections == head.no_row, none.connections);
	/* How many do is by chance, and all where a slow machine gives weights time to be halved. */
	check("some displaced another", head.displaced > 0, head.displaced);
	check("and all others have no row", head.displaced + head.no_row ==
	      CROWD + 3 - (ECDN_XDP_ORIGINS - 1), head.no_row);
	/* A row that is displaced here had one connection, but for those that are checked below. */
	check("no other is missed", counted == CROWD + HEAVY_WEIGHT + 2 - head.displaced, counted);
	check("what ended without a row counts in row 0",
	      none.cause[ECDN_XDP_ORIGIN_REFUSED] == none.connections,
	      none.cause[ECDN_XDP_ORIGIN_REFUSED]);
	/* Weights are halved each epoch, so the heavy one has to stay in use. */
	for (unsigned int i = 0; i < rounds; i++) {
		crowd(CROWD * (i + 2) / 2, CROWD / 2);
		for (int j = 0; j < HEAVY_WEIGHT; j++)
			refuse(HEAVY);
	}
	check("a named origin keeps its row", connections_of(NAMED) == 1, connections_of(NAMED));
	check("one that is named for all ports, too", connections_of(NAMED_ANY_PORT) == 1,
	      connections_of(NAMED_ANY_PORT));
	check("a heavy one, too", connections_of(HEAVY) == (1 + rounds) * HEAVY_WEIGHT,
	      connections_of(HEAVY));
	observer_reset(&observer);
}

/* A connection that is open while its origin loses its row. */
static void test_displaced(void)
{
	int listener = origin_listen(ORIGIN_HTTP_PORT);
	struct pair pair = pair_open(listener, "10.100.0.1", ORIGIN_HTTP_PORT);
	struct ecdn_xdp_origin_stats before, after;
	unsigned int from = 0;
	uint32_t row = observer_row(&observer, "10.100.0.1", ORIGIN_HTTP_PORT);

	check("an origin has a row", row, row);
	while (observer_row(&observer, "10.100.0.1", ORIGIN_HTTP_PORT) && from < 100 * CROWD) {
		crowd(from, 500);
		from += 500;
	}
	check("it has none in the end", from < 100 * CROWD, from);
	observer_stats(&observer, 0, &before);
	pair_close_node(&pair, false);
	observer_stats(&observer, 0, &after);
	check("its connection counts in row 0",
	      after.cause[ECDN_XDP_ORIGIN_IDLE] == before.cause[ECDN_XDP_ORIGIN_IDLE] + 1,
	      after.cause[ECDN_XDP_ORIGIN_IDLE]);
	observer_stats(&observer, row, &after);
	check("and not in the row that was its own", after.cause[ECDN_XDP_ORIGIN_IDLE] == 0,
	      after.cause[ECDN_XDP_ORIGIN_IDLE]);
	check("which was emptied", after.established == 0, after.established);
	close(listener);
	observer_reset(&observer);
}

/* TCP's sockets that this network namespace has. */
static long sockets(void)
{
	FILE *file = fopen("/proc/self/net/sockstat", "r");
	char line[256];
	long inuse = -1, orphan = 0;

	must(file, "open sockstat");
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "TCP: inuse %ld orphan %ld", &inuse, &orphan) == 2)
			break;
	fclose(file);
	return inuse + orphan;
}

/* Records hang on sockets, and go with them. */
static void test_many(void)
{
	int listener = origin_listen(ORIGIN_HTTP_PORT);
	struct ecdn_xdp_origin_stats stats;
	struct ecdn_xdp_origin_head head;
	long before = sockets();

	for (unsigned int i = 0; i < many; i++) {
		struct pair pair = pair_open(listener, "10.1.1.1", ORIGIN_HTTP_PORT);

		/* By RST, so that no port waits for a time. */
		pair_close_node(&pair, true);
	}
	observer_stats(&observer, observer_row(&observer, "10.1.1.1", ORIGIN_HTTP_PORT), &stats);
	observer_head(&observer, &head);
	check("many connections are counted", stats.connections == many, stats.connections);
	check("and have ended", stats.cause[ECDN_XDP_ORIGIN_IDLE] == many,
	      stats.cause[ECDN_XDP_ORIGIN_IDLE]);
	check("none was in want of memory", head.no_memory == 0, head.no_memory);
	check("their sockets are gone", sockets() <= before, sockets());
	close(listener);
}

/* With an argument, a part of one in so many of what is repeated. */
int main(int argc, char **argv)
{
	unsigned int part = argc > 1 ? strtoul(argv[1], NULL, 10) : 1;

	many = MANY / part;
	rounds = ROUNDS / part;
	observer_open(&observer);
	test_few();
	test_crowd();
	test_displaced();
	test_many();
	observer_close(&observer);
	return report_end();
}
