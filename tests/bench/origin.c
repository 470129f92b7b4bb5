// SPDX-License-Identifier: BSD-2-Clause
/*
 * origin.c - what the observer of origins costs: a packet that is none of theirs, by its programs
 * alone and by the hooks that run them, and an origin's data.
 *
 * What is compared runs in turn, first there and back, so that what drifts in one direction does
 * not count. Nobody but this process is in the cgroup that programs are attached to.
 */
#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <openssl/ssl.h>

#include "empty.skel.h"
#include "sockets.h"

#define REPEAT 1000000
#define AIM_NS 4
#define DATAGRAMS 100000
#define DATAGRAM 64
#define TRANSFER (180 << 20)
#define TRANSFERS 3             /* of each kind in a round */
#define PIECE (64 << 10)
#define PORT 443
#define ORIGIN "10.79.0.2"
#define NODE "10.79.0.1"

static const char section[] = "what the observer of origins costs";

enum depth { DEPTH_NOTHING, DEPTH_SOCKETS, DEPTH_EMPTY, DEPTH_CONTENT, DEPTHS };

struct observer {
	int cgroup, sockets, in, out;
	struct empty_bpf *empty;
	int link[3];
};

static int open_program(const char *pins, const char *name)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/prog/%s", pins, name);
	fd = bpf_obj_get(path);
	need(fd >= 0, path);
	return fd;
}

static void observer_open(struct observer *observer, const char *cgroup, const char *pins)
{
	observer->cgroup = open(cgroup, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	need(observer->cgroup >= 0, cgroup);
	observer->sockets = open_program(pins, "origin");
	observer->in = open_program(pins, "origin_in");
	observer->out = open_program(pins, "origin_out");
	observer->empty = empty_bpf__open_and_load();
	need(observer->empty, "load the empty programs");
	for (unsigned int i = 0; i < 3; i++)
		observer->link[i] = -1;
}

static int attach(const struct observer *observer, int program, enum bpf_attach_type at)
{
	int link = bpf_link_create(program, observer->cgroup, at, NULL);

	need(link >= 0, "attach a program to a cgroup");
	return link;
}

static void observe(struct observer *observer, enum depth depth)
{
	const struct empty_bpf *empty = observer->empty;
	int in = observer->in, out = observer->out;

	if (depth == DEPTH_SOCKETS || depth == DEPTH_CONTENT)
		observer->link[0] = attach(observer, observer->sockets, BPF_CGROUP_SOCK_OPS);
	if (depth == DEPTH_EMPTY) {
		in = bpf_program__fd(empty->progs.empty_in);
		out = bpf_program__fd(empty->progs.empty_out);
	}
	if (depth != DEPTH_EMPTY && depth != DEPTH_CONTENT)
		return;
	observer->link[1] = attach(observer, in, BPF_CGROUP_INET_INGRESS);
	observer->link[2] = attach(observer, out, BPF_CGROUP_INET_EGRESS);
}

static void look_away(struct observer *observer)
{
	for (unsigned int i = 0; i < 3; i++) {
		if (observer->link[i] >= 0)
			close(observer->link[i]);
		observer->link[i] = -1;
	}
}

/* --- programs alone */

struct kind {
	const char *name;
	bool v6, udp;
	uint16_t from, to;
};

/* A frame of that kind, without a socket that knows it. */
static unsigned int make_frame(const struct kind *kind, uint8_t frame[78])
{
	unsigned int length = kind->v6 ? frame_v6(frame) : frame_v4(frame);
	uint8_t *protocol = frame + (kind->v6 ? 20 : 23), *ports = frame + (kind->v6 ? 54 : 34);

	if (kind->udp)
		*protocol = IPPROTO_UDP;
	ports[0] = kind->from >> 8;
	ports[1] = kind->from;
	ports[2] = kind->to >> 8;
	ports[3] = kind->to;
	return length;
}

static void measure_program(const struct kind *kind, const char *name, int program, int empty)
{
	struct samples samples = {};
	char what[96];
	uint8_t frame[78];
	unsigned int length = make_frame(kind, frame);
	double ns;

	for (unsigned int round = 0; round < ROUNDS; round++) {
		ns = run_program(program, frame, length, REPEAT);
		ns -= run_program(empty, frame, length, REPEAT);
		ns -= run_program(empty, frame, length, REPEAT);
		ns += run_program(program, frame, length, REPEAT);
		samples_add(&samples, ns / 2);
	}
	ns = samples_median(&samples);
	snprintf(what, sizeof(what), "%s, above an empty program", name);
	row(section, what, kind->name, ns, "ns", ns > 0.01 ? ns / AIM_NS : 0.01, "the aim of 4 ns",
	    "<=1");
}

static void measure_programs(const struct observer *observer)
{
	static const struct kind kinds[] = {
		{ "UDP, IPv4", false, true, 40000, 53 },
		{ "UDP, IPv6", true, true, 40000, 53 },
		{ "a client, IPv4", false, false, 40000, 443 },
		{ "a client, IPv6", true, false, 40000, 443 },
		{ "forged, IPv4", false, false, 443, 40000 },
		{ "forged, IPv6", true, false, 443, 40000 },
	};
	const struct empty_bpf *empty = observer->empty;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		measure_program(&kinds[i], "origin_in", observer->in,
				bpf_program__fd(empty->progs.empty_in));
		measure_program(&kinds[i], "origin_out", observer->out,
				bpf_program__fd(empty->progs.empty_out));
	}
}

/* --- hooks */

/* CPU time in ns of a datagram over lo, sent and received. */
static double send_datagrams(int socket)
{
	char data[DATAGRAM] = {};
	double start = thread_ns();

	for (unsigned int i = 0; i < DATAGRAMS; i++) {
		need(send(socket, data, sizeof(data), 0) == sizeof(data), "send a datagram");
		need(recv(socket, data, sizeof(data), 0) == sizeof(data), "receive a datagram");
	}
	return (thread_ns() - start) / DATAGRAMS;
}

/* A socket that sends to itself. */
static int open_udp(void)
{
	union socket_address at;
	socklen_t length = sizeof(at);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	socket_address_parse(&at, "127.0.0.1", 0);
	need(fd >= 0 && !bind(fd, &at.any, sizeof(at.v4)) && !getsockname(fd, &at.any, &length) &&
	     !connect(fd, &at.any, sizeof(at.v4)), "open a socket");
	return fd;
}

static void measure_hooks(struct observer *observer)
{
	static const char *const what[DEPTHS] = {
		"a datagram over lo, nothing attached",
		"... --origin=sockets, above that",
		"... empty programs both ways, above that",
		"... --origin, above that",
	};
	struct samples samples[DEPTHS] = {};
	double nothing;
	int socket = open_udp();

	for (unsigned int round = 0; round < ROUNDS; round++) {
		double ns[DEPTHS] = {};

		for (unsigned int i = 0; i < 2 * DEPTHS; i++) {
			enum depth depth = i < DEPTHS ? i : 2 * DEPTHS - 1 - i;

			observe(observer, depth);
			ns[depth] += send_datagrams(socket) / 2;
			look_away(observer);
		}
		for (unsigned int i = 0; i < DEPTHS; i++)
			samples_add(&samples[i], i ? ns[i] - ns[0] : ns[0]);
	}
	nothing = samples_median(&samples[0]);
	row(section, what[0], "UDP, 64 bytes", nothing, "ns", 0, "", "");
	for (unsigned int i = 1; i < DEPTHS; i++) {
		double more = samples_median(&samples[i]);

		row(section, what[i], "UDP, 64 bytes", more, "ns", (nothing + more) / nothing,
		    "nothing attached", "");
	}
	close(socket);
}

/* --- an origin's data */

struct transfer {
	int listener;
	SSL_CTX *server, *client;
	uint64_t times;         /* with the observer */
};

static void enter(const char *netns)
{
	char path[96];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", netns);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	need(fd >= 0 && !setns(fd, CLONE_NEWNET), path);
	close(fd);
}

static void transfer_open(struct transfer *transfer, const char *node, const char *origin,
			  const char *certificate)
{
	union socket_address at;

	socket_address_parse(&at, ORIGIN, PORT);
	enter(origin);
	transfer->listener = tcp_listen(&at);
	enter(node);
	transfer->server = SSL_CTX_new(TLS_server_method());
	transfer->client = SSL_CTX_new(TLS_client_method());
	need(transfer->server && transfer->client &&
	     SSL_CTX_use_certificate_file(transfer->server, certificate, SSL_FILETYPE_PEM) == 1 &&
	     SSL_CTX_use_PrivateKey_file(transfer->server, certificate, SSL_FILETYPE_PEM) == 1,
	     "set up TLS");
}

static SSL *wrap(SSL_CTX *context, int fd, bool is_server)
{
	SSL *ssl = SSL_new(context);

	need(ssl && SSL_set_fd(ssl, fd) == 1 && !fcntl(fd, F_SETFL, O_NONBLOCK), "set up TLS");
	SSL_set_mode(ssl, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	if (is_server)
		SSL_set_accept_state(ssl);
	else
		SSL_set_connect_state(ssl);
	return ssl;
}

/* Reads what has come. */
static size_t take(SSL *ssl)
{
	static char bytes[PIECE];
	size_t sum = 0;
	int part;

	while ((part = SSL_read(ssl, bytes, sizeof(bytes))) > 0)
		sum += part;
	return sum;
}

/* CPU time in ns of a connection with that much data: both ends are this thread's. */
static double transfer_once(const struct transfer *transfer)
{
	static const char bytes[PIECE];
	union socket_address from, to;
	size_t sent = 0, received = 0;
	double start = thread_ns();
	SSL *server, *client;
	int fd, other;

	socket_address_parse(&from, NODE, 0);
	socket_address_parse(&to, ORIGIN, PORT);
	fd = tcp_connect(&from, &to);
	other = accept(transfer->listener, NULL, NULL);
	need(other >= 0, "accept a connection");
	client = wrap(transfer->client, fd, false);
	server = wrap(transfer->server, other, true);
	while (SSL_do_handshake(client) != 1 || SSL_do_handshake(server) != 1)
		SSL_do_handshake(server);
	need(SSL_write(client, "GET", 3) == 3, "send a request");
	while (!take(server))
		;
	while (received < TRANSFER) {
		int part = 1;

		while (sent < TRANSFER && part > 0) {
			part = SSL_write(server, bytes, sizeof(bytes));
			sent += part > 0 ? part : 0;
		}
		received += take(client);
	}
	SSL_shutdown(server);
	take(client);
	SSL_shutdown(client);
	SSL_free(server);
	SSL_free(client);
	close(other);
	close(fd);
	return thread_ns() - start;
}

/* The observer has seen it all, or what was measured is something else. */
static void check(const struct transfer *transfer, const char *pins)
{
	struct ecdn_xdp_origin_stats stats;
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/origin_stats", pins);
	fd = bpf_obj_get(path);
	need(fd >= 0 && !bpf_map_lookup_elem(fd, &(uint32_t){ 1 }, &stats), path);
	close(fd);
	errno = EINVAL;
	need(stats.connections == transfer->times && stats.handshakes == transfer->times &&
	     stats.received >= transfer->times * TRANSFER &&
	     stats.cause[ECDN_XDP_ORIGIN_OK] == transfer->times, "observe all transfers");
}

/* Of each round the least counts, as what else the machine does can only add to it. */
static void measure_transfer(struct observer *observer, struct transfer *transfer)
{
	struct samples ratio = {}, alone = {};
	double share;

	transfer_once(transfer);
	for (unsigned int round = 0; round < ROUNDS; round++) {
		double least[2] = { INFINITY, INFINITY };

		for (unsigned int i = 0; i < 2 * TRANSFERS; i++) {
			bool observed = (i + 1) / 2 % 2;
			double ns;

			if (observed)
				observe(observer, DEPTH_CONTENT);
			ns = transfer_once(transfer);
			look_away(observer);
			transfer->times += observed;
			least[observed] = fmin(least[observed], ns);
		}
		samples_add(&alone, least[0] / 1e6);
		samples_add(&ratio, least[1] / least[0]);
	}
	share = samples_median(&ratio);
	row(section, "180 MB over TLS, --origin", "veth", samples_median(&alone) * share, "ms CPU",
	    share, "nothing attached", "<=1.02");
}

void bench_origin(const struct world *world, char **what)
{
	const char *cgroup = what[0], *pins = what[1];
	struct transfer transfer = {};
	struct observer observer;

	(void)world;
	observer_open(&observer, cgroup, pins);
	measure_programs(&observer);
	measure_hooks(&observer);
	transfer_open(&transfer, what[2], what[3], what[4]);
	measure_transfer(&observer, &transfer);
	check(&transfer, pins);
	empty_bpf__destroy(observer.empty);
}
