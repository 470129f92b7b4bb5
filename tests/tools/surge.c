// SPDX-License-Identifier: BSD-2-Clause
/*
 * surge.c - real connections at a rate, from addresses of this host in turn, each with a request
 * and the status that it is told, as many people would make them. Prints when it begins, and at
 * the end:
 *
 *	start_ns=N
 *	end_ns=N opened=N stalled=S ok=N refused=N failed=N
 *
 * start_ns and end_ns: when the first and the last one were opened, by CLOCK_MONOTONIC; stalled:
 * seconds in which it did not run; ok and refused: those that were told 200 and 513. SIGTERM ends
 * it early, and cuts what is under way.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/options.h"

#define TICK_NS 1000000
#define OPEN_MAX 4096
#define PATIENCE_NS (2 * NS_PER_SECOND)
/* A longer gap than this is no pacing any more. */
#define STALL_NS 20000000

static const char request[] = "GET / HTTP/1.0\r\nHost: edge.test\r\n\r\n";

enum step { OPENING, ASKED };

struct connection {
	enum step step;
	uint64_t opened_ns;
};

struct surge {
	const char *to;
	struct option_list from;
	unsigned int port;
	uint64_t rate, count, duration_ns;
	bool bare;
	struct sockaddr_in6 source[OPTION_LIST_MAX], target;
	socklen_t size;
	struct pollfd poll[OPEN_MAX];
	struct connection at[OPEN_MAX];
	unsigned int open;
	uint64_t opened, start_ns, end_ns, stalled_ns, ok, refused, failed;
};

static volatile sig_atomic_t ended;

static void end(int signal)
{
	(void)signal;
	ended = 1;
}

/* Writes a socket address of that family into room, which IPv4 fills in part. */
static int fill(struct sockaddr_in6 *room, const char *text, unsigned int port, int *family)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)room;

	memset(room, 0, sizeof(*room));
	if (text && inet_pton(AF_INET, text, &v4->sin_addr) == 1)
		*family = v4->sin_family = AF_INET;
	else if (text && inet_pton(AF_INET6, text, &room->sin6_addr) == 1)
		*family = room->sin6_family = AF_INET6;
	else
		return log_error(-EINVAL, "--to and --from must be addresses");
	room->sin6_port = htons(port);
	return 0;
}

static int prepare(struct surge *surge)
{
	int family = 0, other = 0, err = fill(&surge->target, surge->to, surge->port, &family);

	for (unsigned int i = 0; i < surge->from.count && !err; i++) {
		err = fill(&surge->source[i], surge->from.value[i], 0, &other);
		if (!err && other != family)
			err = log_error(-EINVAL, "--from must be of --to's family");
	}
	if (!err && (!surge->from.count || !surge->rate || (!surge->count && !surge->duration_ns)))
		err = log_error(-EINVAL, "--from, --rate, and --count or --seconds are needed");
	surge->size = family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
	return err;
}

static int open_one(struct surge *surge)
{
	const struct sockaddr_in6 *from = &surge->source[surge->opened % surge->from.count];
	int fd = socket(from->sin6_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	/* The port is chosen by connect(), which knows the other end. */
	if (fd < 0 || setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &(int){ 1 }, sizeof(int)) ||
	    bind(fd, (const struct sockaddr *)from, surge->size) ||
	    (connect(fd, (struct sockaddr *)&surge->target, surge->size) && errno != EINPROGRESS))
		return log_error(-errno, "cannot connect: %s", strerror(errno));
	surge->end_ns = clock_monotonic_ns();
	surge->at[surge->open] = (struct connection){ OPENING, surge->end_ns };
	surge->poll[surge->open++] = (struct pollfd){ .fd = fd, .events = POLLOUT };
	surge->opened++;
	return 0;
}

/* The last one takes its place. */
static void drop(struct surge *surge, unsigned int i)
{
	close(surge->poll[i].fd);
	surge->open--;
	surge->poll[i] = surge->poll[surge->open];
	surge->at[i] = surge->at[surge->open];
}

static void take_answer(struct surge *surge, unsigned int i)
{
	char answer[512] = "";
	ssize_t size = recv(surge->poll[i].fd, answer, sizeof(answer) - 1, 0);
	int status = size > 9 ? atoi(answer + 9) : 0;

	surge->ok += status == 200;
	surge->refused += status == 513;
	surge->failed += status != 200 && status != 513;
	drop(surge, i);
}

/* One that is connected asks, or with --bare is closed. */
static void go_on(struct surge *surge, unsigned int i)
{
	if (surge->at[i].step == ASKED) {
		take_answer(surge, i);
	} else if (surge->poll[i].revents & (POLLERR | POLLHUP) ||
		   (!surge->bare && send(surge->poll[i].fd, request, sizeof(request) - 1,
					 MSG_NOSIGNAL) < 0)) {
		surge->failed++;
		drop(surge, i);
	} else if (surge->bare) {
		surge->ok++;
		drop(surge, i);
	} else {
		surge->at[i].step = ASKED;
		surge->poll[i].events = POLLIN;
	}
}

/* From the end, as what is dropped is replaced by the last. */
static void go_on_all(struct surge *surge, uint64_t at_ns)
{
	if (poll(surge->poll, surge->open, 0) < 0)
		return;
	for (unsigned int i = surge->open; i--;) {
		if (surge->poll[i].revents) {
			go_on(surge, i);
		} else if (at_ns - surge->at[i].opened_ns > PATIENCE_NS) {
			surge->failed++;
			drop(surge, i);
		}
	}
}

static uint64_t due(const struct surge *surge, uint64_t at_ns)
{
	uint64_t wanted = (unsigned __int128)(at_ns - surge->start_ns) * surge->rate /
			  NS_PER_SECOND + 1;

	return surge->count && wanted > surge->count ? surge->count : wanted;
}

static bool over(const struct surge *surge, uint64_t at_ns)
{
	if (surge->count)
		return surge->opened >= surge->count;
	return at_ns - surge->start_ns >= surge->duration_ns;
}

static int run(struct surge *surge)
{
	uint64_t at_ns = clock_monotonic_ns(), last_ns = at_ns;
	int err = 0;

	surge->start_ns = at_ns;
	printf("start_ns=%lu\n", at_ns);
	fflush(stdout);
	while (!err && !ended && (!over(surge, at_ns) || surge->open)) {
		uint64_t wanted = over(surge, at_ns) ? 0 : due(surge, at_ns);

		while (!err && surge->opened < wanted && surge->open < OPEN_MAX)
			err = open_one(surge);
		go_on_all(surge, at_ns);
		nanosleep(&(struct timespec){ .tv_nsec = TICK_NS }, NULL);
		at_ns = clock_monotonic_ns();
		if (at_ns - last_ns > STALL_NS)
			surge->stalled_ns += at_ns - last_ns;
		last_ns = at_ns;
	}
	while (surge->open)
		drop(surge, 0);
	return err;
}

int main(int argc, char **argv)
{
	static struct surge surge = { .port = 80 };
	const struct option_row rows[] = {
		{ "to", 0, OPTION_TEXT, &surge.to, "ADDR", "the server", 0 },
		{ "port", 0, OPTION_COUNT, &surge.port, "N", "its port (80)", 0 },
		{ "from", 0, OPTION_LIST, &surge.from, "ADDR", "addresses of this host", 0 },
		{ "rate", 0, OPTION_RATE, &surge.rate, "N", "connections/s", 0 },
		{ "count", 0, OPTION_RATE, &surge.count, "N", "stop after N of them", 0 },
		{ "seconds", 0, OPTION_DURATION, &surge.duration_ns, "DURATION",
		  "stop after that time", 0 },
		{ "bare", 0, OPTION_FLAG, &surge.bare, NULL, "ask nothing; ok: connected", 0 },
	};
	int err;

	if (options_read(argc - 1, argv + 1, rows, sizeof(rows) / sizeof(*rows), NULL))
		return 2;
	err = prepare(&surge);
	if (err)
		return 1;
	signal(SIGTERM, end);
	sched_setscheduler(0, SCHED_FIFO, &(struct sched_param){ .sched_priority = 1 });
	err = run(&surge);
	printf("end_ns=%lu opened=%lu stalled=%.3f ok=%lu refused=%lu failed=%lu\n", surge.end_ns,
	       surge.opened, surge.stalled_ns / 1e9, surge.ok, surge.refused, surge.failed);
	return err ? 1 : 0;
}
