// SPDX-License-Identifier: BSD-2-Clause
/*
 * said.c - what a proxy pays to say what an origin answered: libecdn-xdp's search for the origin's
 * row, and its additions to memory that the kernel shares.
 */
#include "bench.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "ecdn-xdp.h"
#include "sockets.h"

#define ORIGINS 256
#define RUNS (1 << 20)

static struct ecdn_xdp_client *client;

static void address_of(uint32_t number, union socket_address *address)
{
	const uint32_t word_be = htonl(0xc6330000 + number);

	socket_address(address, 4, &word_be, 80);
}

/* A connection is refused at once, and makes the origin's row. */
static void connect_to(uint32_t number)
{
	union socket_address address;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	address_of(number, &address);
	need(fd >= 0 && connect(fd, &address.any, sizeof(address.v4)) && errno == ECONNREFUSED,
	     "be refused by an origin");
	close(fd);
}

static unsigned int rows_in(const char *dir)
{
	struct ecdn_xdp_origin_key key;
	unsigned int rows = 0;
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/origin_keys", dir);
	fd = bpf_obj_get(path);
	need(fd >= 0, path);
	for (uint32_t row = 1; row < ECDN_XDP_ORIGINS; row++) {
		need(!bpf_map_lookup_elem(fd, &row, &key), "read a row");
		rows += key.family != 0;
	}
	close(fd);
	return rows;
}

static const struct {
	const char *name;
	uint32_t first, count;  /* origins in turn */
	unsigned int runs;
} cases[] = {
	{ "ecdn_xdp_origin_count, 256 origins", 0, ORIGINS, RUNS },
	{ "the same, one origin", 7, 1, RUNS },
	{ "the same, 256 origins without a row", 0x4000, ORIGINS, RUNS },
	/* More than are remembered. */
	{ "the same, an origin that is new to it", 0x8000, 0x8000, 0x4000 },
};

#define CASES (sizeof(cases) / sizeof(*cases))

static double run(unsigned int of, bool counts)
{
	union socket_address address;
	double start = thread_ns();

	address_of(0, &address);
	for (unsigned int i = 0; i < cases[of].runs; i++) {
		address.v4.sin_addr.s_addr =
			htonl(0xc6330000 + cases[of].first + i % cases[of].count);
		if (counts)
			need(!ecdn_xdp_origin_count(client, &address.any,
						    ECDN_XDP_RESULT_ANSWERED, 404),
			     "count what an origin answered");
		else
			__asm__ volatile("" : : "r"(&address) : "memory");
	}
	return (thread_ns() - start) / cases[of].runs;
}

void bench_said(const struct world *world, char **pins)
{
	struct samples samples[CASES] = {};
	double first;

	(void)world;
	for (uint32_t number = 0; number < ORIGINS; number++)
		connect_to(number);
	need(rows_in(pins[0]) == ORIGINS, "give each origin a row");
	client = ecdn_xdp_open(pins[0], NULL, NULL);
	need(client, "open a client");
	for (unsigned int round = 0; round < ROUNDS; round++)
		for (unsigned int i = 0; i < CASES; i++) {
			double base = run(i, false);

			samples_add(&samples[i], run(i, true) - base);
		}
	first = samples_median(&samples[0]);
	for (unsigned int i = 0; i < CASES; i++) {
		double ns = samples_median(&samples[i]);

		row("a proxy says what an origin answered", cases[i].name, "", ns, "ns",
		    i ? ns / first : 0, cases[0].name, "");
	}
	ecdn_xdp_close(client);
}
