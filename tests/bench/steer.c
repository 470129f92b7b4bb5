// SPDX-License-Identifier: BSD-2-Clause
/*
 * steer.c - what new connections pay for steer: a client and a server in one
 * thread, which does the network's work as well; and the program alone.
 */
#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "empty.skel.h"
#include "kernel/pins.h"
#include "control/bring_up.h"
#include "attach/netns_link.h"
#include "steer/steer_part.h"
#include "sockets.h"

#define PORT 80
#define LISTENER_PORT 8513
#define CONNECTIONS 8192
#define RUN_SOURCES 1024
#define RUN_REPEAT 1000

enum server { USUAL, REFUSING };

struct family {
	int number;             /* 4 or 6 */
	union socket_address to;
	int listener[2];
	const uint32_t *source; /* POPULATION of them, of `words` each */
	unsigned int words, next;
};

/* A way that connections go; pins: of the guard whose steer is attached, or 0. */
struct way {
	const char *name;
	const char *pins;
	enum server wanted;
	struct samples samples, above;
};

static int open_listener(const char *address, uint16_t port)
{
	union socket_address at;
	int fd;

	socket_address_parse(&at, address, port);
	fd = tcp_listen(&at);
	need(!fcntl(fd, F_SETFL, O_NONBLOCK), "set up a socket");
	return fd;
}

static void open_family(struct family *family, int number, const char *to, const char *refusing)
{
	family->number = number;
	family->words = number == 4 ? 1 : 4;
	socket_address_parse(&family->to, to, PORT);
	family->listener[USUAL] = open_listener(to, PORT);
	family->listener[REFUSING] = open_listener(refusing, LISTENER_PORT);
}

/* True if the connection came to the wanted one. */
static bool connect_once(struct family *family, enum server wanted)
{
	uint32_t place = family->next++ & (POPULATION - 1);
	union socket_address from;
	enum server at = wanted;
	int client, server;

	socket_address(&from, family->number, &family->source[place * family->words], 0);
	client = tcp_connect(&from, &family->to);
	while ((server = accept(family->listener[at], NULL, NULL)) < 0) {
		need(errno == EAGAIN, "accept a connection");
		at = !at;
	}
	close(client);
	close(server);
	return at == wanted;
}

/* CPU time in ns per connection. Few go the wrong way: those that are trusted. */
static double connect_many(struct family *family, enum server wanted)
{
	unsigned int found = 0;
	double start = thread_ns();

	for (unsigned int i = 0; i < CONNECTIONS; i++)
		found += connect_once(family, wanted);
	start = thread_ns() - start;
	if (found < CONNECTIONS * 0.9) {
		fprintf(stderr, "bench: of %d connections %u came to the listener\n", CONNECTIONS,
			found);
		need(false, "measure steer");
	}
	return start / CONNECTIONS;
}

static void add_listener(const char *pins, const char *listener)
{
	struct steer_rule rule = { .port = PORT, .protocol = IPPROTO_TCP };
	struct request request;
	char text[64];

	snprintf(text, sizeof(text), "%s:%d", listener, LISTENER_PORT);
	need(!steer_rule_parse_listener(text, &rule), text);
	request_init(&request);
	request.steer.must_listen = true;
	need(!steer_rules_add(&request.steer.rules, &rule) && !bring_up_change(pins, &request),
	     "add a listener");
	request_free(&request);
}

static double measure_way(struct family *family, const struct way *way)
{
	double ns;

	need(!way->pins || !netns_link_start(&steer_part_hook, way->pins), "attach steer");
	ns = connect_many(family, way->wanted);
	need(!way->pins || !pinned_link_stop(&steer_part_hook, way->pins), "detach steer");
	return ns;
}

/* What is above is told round by round: the machine's pace changes between them. */
static void measure(struct family *family, struct way *way, unsigned int count)
{
	char section[64];
	double first;

	for (unsigned int round = 0; round < ROUNDS; round++)
		for (unsigned int i = 0; i < count; i++) {
			double ns = measure_way(family, &way[i]);

			samples_add(&way[i].samples, ns);
			samples_add(&way[i].above, ns - way[0].samples.value[round]);
		}
	first = samples_median(&way[0].samples);
	snprintf(section, sizeof(section), "new TCP connections, IPv%d, of one CPU", family->number);
	for (unsigned int i = 0; i < count; i++) {
		double more = samples_median(&way[i].above);

		row(section, way[i].name, "real", 1e6 / (first + more), "k conn/s",
		    i ? first / (first + more) : 0, way[0].name, "");
		if (i)
			row(section, "the same, above without steer", "real", more, "ns", 0, "",
			    "");
	}
}

static double run_lookups(int program, const struct family *family)
{
	struct bpf_sk_lookup context = {
		.family = family->to.any.sa_family,
		.protocol = IPPROTO_TCP,
		.local_port = PORT,
	};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = &context, .ctx_size_in = sizeof(context),
		    .repeat = RUN_REPEAT);
	double start = thread_ns();

	for (unsigned int i = 0; i < RUN_SOURCES; i++) {
		const uint32_t *source = &family->source[i * family->words];

		if (family->number == 4)
			context.remote_ip4 = *source;
		else
			memcpy(context.remote_ip6, source, sizeof(context.remote_ip6));
		need(!bpf_prog_test_run_opts(program, &opts), "run steer");
	}
	return (thread_ns() - start) / RUN_SOURCES / RUN_REPEAT;
}

/* Each source many times in a row: its lines are in the caches. */
static void measure_program(const struct family *family, char **pins)
{
	struct empty_bpf *empty = empty_bpf__open_and_load();
	int passing = pins_get(pins[0], steer_part_hook.program_pin);
	int refusing = pins_get(pins[1], steer_part_hook.program_pin);
	struct samples passed = {}, steered = {};
	char sources[32];

	need(empty && passing >= 0 && refusing >= 0, "open steer");
	for (unsigned int round = 0; round < ROUNDS; round++) {
		double base = run_lookups(bpf_program__fd(empty->progs.empty), family);

		samples_add(&passed, run_lookups(passing, family) - base);
		samples_add(&steered, run_lookups(refusing, family) - base);
	}
	snprintf(sources, sizeof(sources), "IPv%d, hot", family->number);
	row("steer's program, net", "normal", sources, samples_median(&passed), "ns", 0, "", "");
	row("steer's program, net", "steered, 100,000 trusted", sources, samples_median(&steered),
	    "ns", samples_median(&steered) / samples_median(&passed), "normal", "");
	close(refusing);
	close(passing);
	empty_bpf__destroy(empty);
}

void bench_steer(const struct world *world, char **pins)
{
	static uint32_t v4[POPULATION], v6[POPULATION][4];
	struct family family[2] = { { .source = v4 }, { .source = v6[0] } };

	population_v4(&world->set, SOURCES_REAL, v4);
	population_v6(&world->set, SOURCES_REAL, v6);
	open_family(&family[0], 4, "198.18.0.1", "127.0.0.1");
	open_family(&family[1], 6, "fd00::1", "::1");
	for (unsigned int i = 0; i < 2; i++) {
		add_listener(pins[i], "127.0.0.1");
		add_listener(pins[i], "[::1]");
		need(!pinned_link_stop(&steer_part_hook, pins[i]), "detach steer");
	}
	for (unsigned int i = 0; i < 2; i++) {
		struct way way[] = {
			{ .name = "without steer", .wanted = USUAL },
			{ .name = "steer, region normal", .pins = pins[0], .wanted = USUAL },
			{ .name = "steered, 100,000 trusted", .pins = pins[1],
			  .wanted = REFUSING },
		};

		measure(&family[i], way, sizeof(way) / sizeof(*way));
	}
	for (unsigned int i = 0; i < 2; i++)
		measure_program(&family[i], pins);
}
