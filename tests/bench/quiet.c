// SPDX-License-Identifier: BSD-2-Clause
/*
 * quiet.c - what the shield costs where nothing surges: a packet, by the guard's program alone,
 * and a connection, by the programs that see it established.
 */
#include "bench.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "attach/cgroup_open.h"
#include "guard/shield.h"
#include "shield.h"
#include "sockets.h"
#include "subject.h"

#define PORT 443
#define PROGRAMS 3
#define CONNECTIONS 1500        /* in a row; each way has 2 * ROUNDS times as many */

/* The packets' address is armed, as it is where connections are served: samples are looked up. No
 * socket is found for them, so this comes before each run, or the address would be learned anew. */
static void arm(const struct subject *subject, int family)
{
	struct ecdn_xdp_armed entry = { .found = 128 * ECDN_XDP_ARMED_FOUND };
	struct ecdn_xdp_armed_key key = { .port = PORT, .family = family };
	uint8_t frame[78];

	if (family == 4) {
		frame_v4(frame);
		memcpy(key.addr, frame + 30, 4);
	} else {
		frame_v6(frame);
		memcpy(key.addr, frame + 38, 16);
	}
	entry.connected_ns = wall_ms() * 1e6;
	need(!bpf_map_update_elem(bpf_map__fd(subject->guard->maps.armed), &key, &entry, BPF_ANY),
	     "arm an address");
}

/* One guard both times, as two are not in the same memory. */
static double run_with(struct feed_bpf *feeder, struct subject *subject, int family,
		       enum ecdn_xdp_shield shield)
{
	arm(subject, family);
	subject->config.shield = shield;
	subject_configure(subject);
	return feeder_run(feeder, family);
}

/* Off, on, on, off: what drifts in one direction does not count. */
static void measure_packet(struct feed_bpf *feeder, struct subject *subject, int family,
			   const char *sources)
{
	struct samples more = {};
	double ns;

	for (unsigned int round = 0; round < ROUNDS; round++) {
		ns = -run_with(feeder, subject, family, ECDN_XDP_SHIELD_OFF);
		ns += run_with(feeder, subject, family, ECDN_XDP_SHIELD_ON);
		ns += run_with(feeder, subject, family, ECDN_XDP_SHIELD_ON);
		ns -= run_with(feeder, subject, family, ECDN_XDP_SHIELD_OFF);
		samples_add(&more, ns / 2);
	}
	ns = samples_median(&more);
	row("what the shield costs while nothing surges", "a packet, guard's program", sources, ns,
	    "ns", ns > 0.01 ? ns : 0.01, "1 ns", "<=1");
}

void bench_quiet(const struct world *world)
{
	static const enum population kinds[] = { SOURCES_HOT, SOURCES_REAL };
	struct feed_bpf *feeder = feeder_open(0);
	struct subject subject = {};

	subject_open(&subject, ECDN_XDP_REGIONS_DEFAULT, &world->set, &limits_idle);
	feeder_aim(feeder, bpf_program__fd(subject.guard->progs.guard));
	for (int family = 4; family <= 6; family += 2)
		for (unsigned int k = 0; k < 2; k++) {
			char sources[32];

			snprintf(sources, sizeof(sources), "IPv%d, %s", family,
				 population_name(kinds[k]));
			feeder_sources(feeder, world, family, kinds[k]);
			measure_packet(feeder, &subject, family, sources);
		}
	subject_close(&subject);
	feed_bpf__destroy(feeder);
}

/* --- connections */

static int open_pinned(const char *dir, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return bpf_obj_get(path);
}

/* CPU time in ns of a connection over a veth: both ends are this thread's. */
static double connect_many(const union socket_address *from, const union socket_address *to,
			   int listener)
{
	double start = thread_ns();

	for (unsigned int i = 0; i < CONNECTIONS; i++) {
		int client = tcp_connect(from, to);
		int server = accept(listener, NULL, NULL);

		need(server >= 0, "accept a connection");
		close(client);
		close(server);
	}
	return (thread_ns() - start) / CONNECTIONS;
}

/* The connections' time with the programs attached to the root of cgroup v2, less that
 * without; in ns. */
static double measure_more(const int *program, unsigned int count, int cgroup,
			   const union socket_address *from, const union socket_address *to,
			   int listener)
{
	int link[PROGRAMS];
	double ns;

	ns = -connect_many(from, to, listener);
	for (unsigned int i = 0; i < count; i++) {
		link[i] = bpf_link_create(program[i], cgroup, BPF_CGROUP_SOCK_OPS, NULL);
		need(link[i] >= 0, "attach a program to a cgroup");
	}
	ns += connect_many(from, to, listener);
	ns += connect_many(from, to, listener);
	for (unsigned int i = 0; i < count; i++)
		close(link[i]);
	ns -= connect_many(from, to, listener);
	return ns / 2;
}

void bench_connection(const struct lab *lab, const char *server, const char *client)
{
	char why[CGROUP_WHY_SIZE], path[128];
	union socket_address from, to;
	int listener, cgroup = cgroup_open(NULL, why);
	const int program[PROGRAMS] = { open_pinned(lab->pins, SHIELD_PROGRAM_PIN),
					open_pinned(lab->pins, "prog/listen"),
					open_pinned(lab->pins, "prog/origin") };
	static const char *const what[PROGRAMS] = {
		"a connection, veth, program proven",
		"a connection, veth, with steer's listen too",
		"a connection, veth, with origin too, at its own end",
	};
	unsigned int count = 0;

	while (count < PROGRAMS && program[count] >= 0)
		count++;
	need(cgroup >= 0 && count && !shield_stop(lab->pins), "take the shield off");
	snprintf(path, sizeof(path), "%s/listen", lab->pins);
	need(!unlink(path) || errno == ENOENT, "take steer's program off");
	socket_address_parse(&from, client, 0);
	socket_address_parse(&to, server, PORT);
	lab_enter_edge(lab);
	listener = tcp_listen(&to);
	lab_enter(lab);
	connect_many(&from, &to, listener);
	for (unsigned int i = 0; i < count; i++) {
		struct samples more = {};
		double ns;

		for (unsigned int round = 0; round < ROUNDS; round++)
			samples_add(&more, measure_more(program, i + 1, cgroup, &from, &to,
							listener));
		ns = samples_median(&more);
		/* The shield's own aim: origin observes what is another matter. */
		row("what the shield costs while nothing surges", what[i], "IPv4", ns, "ns",
		    ns > 1 ? ns / 1000 : 0.01, "1 us", i < 2 ? "<=1" : "");
	}
	close(listener);
}
