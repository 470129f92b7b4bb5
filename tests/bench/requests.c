// SPDX-License-Identifier: BSD-2-Clause
/*
 * requests.c - what nginx's worker pays for the module: requests over connections
 * that stay, each connection from a source of its own, all waiting at once as on a
 * busy node.
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "guard/guard_maps.h"
#include "sockets.h"

#define TARGETS_MAX 4
#define CONNECTIONS 256
#define TURNS 100
#define REQUESTS ((double)CONNECTIONS * TURNS)
#define ANSWER_MAX 4096

static const char request[] = "GET /empty HTTP/1.1\r\nHost: edge.test\r\n\r\n";

/* NAME:PORT:STATUS[:PIN]. PIN: the guard that the module asks. */
struct target {
	char name[64], status[4], pin[96];
	unsigned int port;
	int connection[CONNECTIONS];
	size_t length;          /* of an answer, which is always the same */
	struct samples samples, above;
};

static struct target target[TARGETS_MAX];

static double worker_ns(const char *worker)
{
	char path[64];
	double ns = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%s/schedstat", worker);
	file = fopen(path, "r");
	need(file && fscanf(file, "%lf", &ns) == 1, "read the worker's CPU time");
	fclose(file);
	return ns;
}

static void ask_on(int connection)
{
	need(write(connection, request, sizeof(request) - 1) == sizeof(request) - 1,
	     "send a request");
}

/* The first answer tells how long they are: a header, and as much as it says. True if
 * it is of the wanted status. */
static bool learn_length(struct target *to, int connection)
{
	char answer[ANSWER_MAX], *body, *field;
	size_t length = 0;

	ask_on(connection);
	do {
		ssize_t got = read(connection, answer + length, sizeof(answer) - 1 - length);

		need(got > 0, "receive an answer");
		length += got;
		answer[length] = 0;
		body = strstr(answer, "\r\n\r\n");
		field = strstr(answer, "Content-Length: ");
		to->length = body && field ? body + 4 - answer + atoi(field + 16) : 0;
	} while (!body || length < to->length);
	need(to->length, "tell the length of an answer");
	return !memcmp(answer + sizeof("HTTP/1.1"), to->status, 3);
}

static void hear_on(const struct target *to, int connection)
{
	char answer[ANSWER_MAX];

	need(recv(connection, answer, to->length, MSG_WAITALL) == (ssize_t)to->length,
	     "receive an answer");
	if (!memcmp(answer + sizeof("HTTP/1.1"), to->status, 3))
		return;
	fprintf(stderr, "bench: %s: status %.3s\n", to->name, answer + sizeof("HTTP/1.1"));
	need(false, "measure nginx");
}

static double run(const struct target *to, const char *worker)
{
	double start = worker_ns(worker);

	for (unsigned int turn = 0; turn < TURNS; turn++) {
		for (unsigned int i = 0; i < CONNECTIONS; i++)
			ask_on(to->connection[i]);
		for (unsigned int i = 0; i < CONNECTIONS; i++)
			hear_on(to, to->connection[i]);
	}
	return (worker_ns(worker) - start) / REQUESTS;
}

static uint64_t counted(const char *dir)
{
	int cpus = libbpf_num_possible_cpus();
	struct ecdn_xdp_requests requests;
	uint64_t sum = 0;
	struct guard_maps maps;
	struct pins pins;

	need(!pins_init(&pins, dir) && !guard_maps_open(&maps, &pins), "open the guard's pins");
	for (uint32_t i = 0; i < (uint32_t)cpus * ECDN_XDP_REGIONS_DEFAULT; i++) {
		need(!bpf_map_lookup_elem(maps.request_stats, &i, &requests), "read the requests");
		sum += requests.requests;
	}
	guard_maps_close(&maps);
	return sum;
}

/* The module has seen all requests, or what was measured is something else. */
static void check(const struct target *to, const char *worker)
{
	uint64_t before = *to->pin ? counted(to->pin) : 0;

	run(to, worker);
	if (!*to->pin || counted(to->pin) - before == REQUESTS)
		return;
	fprintf(stderr, "bench: %s: of %.0f requests %lu were counted\n", to->name, REQUESTS,
		counted(to->pin) - before);
	need(false, "measure nginx");
}

/* Sources that happen to be trusted, and get another status, are passed over. */
static void open_target(struct target *to, const char *text, const uint32_t *source)
{
	const uint32_t *end = source + 2 * CONNECTIONS;
	union socket_address from, at;

	need(sscanf(text, "%63[^:]:%u:%3[^:]:%95s", to->name, &to->port, to->status, to->pin) >= 3,
	     text);
	socket_address_parse(&at, "198.18.0.1", to->port);
	for (unsigned int i = 0; i < CONNECTIONS; source++) {
		need(source < end, to->name);
		socket_address(&from, 4, source, 0);
		to->connection[i] = tcp_connect(&from, &at);
		if (learn_length(to, to->connection[i]))
			i++;
		else
			close(to->connection[i]);
	}
}

/* What is above is told round by round: the machine's pace changes between them. */
static void print(unsigned int count)
{
	const char *section = "requests to nginx, its worker's CPU time";
	double first = samples_median(&target[0].samples);
	char above[96];

	snprintf(above, sizeof(above), "the same, above %s", target[0].name);
	for (unsigned int i = 0; i < count; i++) {
		double more = samples_median(&target[i].above);

		row(section, target[i].name, "real", first + more, "ns",
		    i ? (first + more) / first : 0, target[0].name, "");
		if (i)
			row(section, above, "real", more, "ns", 0, "", "");
	}
}

void bench_requests(const struct world *world, char **targets, unsigned int count)
{
	static uint32_t source[POPULATION];
	const char *worker = targets[0];

	need(--count && count <= TARGETS_MAX, "measure so many");
	population_v4(&world->set, SOURCES_REAL, source);
	for (unsigned int i = 0; i < count; i++) {
		open_target(&target[i], targets[1 + i], source);
		check(&target[i], worker);
	}
	for (unsigned int round = 0; round < ROUNDS; round++)
		for (unsigned int i = 0; i < count; i++) {
			double ns = run(&target[i], worker);

			samples_add(&target[i].samples, ns);
			samples_add(&target[i].above, ns - target[0].samples.value[round]);
		}
	print(count);
}
