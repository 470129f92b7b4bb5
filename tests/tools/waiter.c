// SPDX-License-Identifier: BSD-2-Clause
/*
 * waiter: a server as small as can be. Whoever comes is told the same text: over HTTP,
 * or with --udp in a datagram that leaves from the address that was asked.
 *
 *	waiter [--udp] [--mptcp] [--v6only] [--workers N] [--name NAME] ADDR:PORT TEXT
 *
 * Prints "ready" once connections can come, and ends when it is killed. Workers are
 * processes with a SO_REUSEPORT socket each.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>

#include "base/options.h"
#include "listener.h"

#define WORKERS_MAX 32

struct waiter {
	bool udp, mptcp, v6only;
	unsigned int workers;
	const char *name, *text;
	struct steer_rule at;
};

static void set(int fd, int level, int option, int value)
{
	must(!setsockopt(fd, level, option, &value, sizeof(value)), "setsockopt");
}

static int wait_there(const struct waiter *waiter)
{
	int family = waiter->at.listener.family;
	struct sockaddr_in6 room;
	socklen_t length = listener_address(&waiter->at, &room);
	int fd = socket(family, waiter->udp ? SOCK_DGRAM : SOCK_STREAM,
			waiter->mptcp ? IPPROTO_MPTCP : 0);

	must(fd >= 0, "socket");
	set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (waiter->workers > 1 || waiter->udp)
		set(fd, SOL_SOCKET, SO_REUSEPORT, 1);
	if (family == AF_INET6)
		set(fd, IPPROTO_IPV6, IPV6_V6ONLY, waiter->v6only);
	if (waiter->udp && family == AF_INET)
		set(fd, IPPROTO_IP, IP_PKTINFO, 1);
	else if (waiter->udp)
		set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
	must(!bind(fd, (struct sockaddr *)&room, length), "bind");
	if (!waiter->udp)
		must(!listen(fd, 128), "listen");
	return fd;
}

static void serve_connection(const struct waiter *waiter, int listener)
{
	int fd = accept(listener, NULL, NULL);
	char request[4096];

	if (fd < 0)
		return;
	if (read(fd, request, sizeof(request)) > 0)
		dprintf(fd, "HTTP/1.0 200 OK\r\nConnection: close\r\n\r\n%s\n", waiter->text);
	close(fd);
}

/* The control message that told the address asked for goes back as the one to answer
 * from; the interface in it is left out. */
static void serve_datagram(const struct waiter *waiter, int fd)
{
	char control[256], payload[2048];
	struct sockaddr_in6 from;
	struct iovec data = { payload, sizeof(payload) };
	struct msghdr message = {
		.msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &data, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};

	if (recvmsg(fd, &message, 0) < 0)
		return;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c)) {
		struct in_pktinfo *v4 = (struct in_pktinfo *)CMSG_DATA(c);

		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			v4->ipi_ifindex = 0;
			v4->ipi_spec_dst = v4->ipi_addr;
		}
	}
	data = (struct iovec){ (void *)waiter->text, strlen(waiter->text) };
	sendmsg(fd, &message, 0);
}

static void serve(const struct waiter *waiter, int fd)
{
	for (;;) {
		if (waiter->udp)
			serve_datagram(waiter, fd);
		else
			serve_connection(waiter, fd);
	}
}

/* Every worker has its socket before the first is said to be ready. */
static void serve_all(const struct waiter *waiter)
{
	int fds[WORKERS_MAX] = {};

	for (unsigned int i = 0; i < waiter->workers; i++)
		fds[i] = wait_there(waiter);
	for (unsigned int i = 1; i < waiter->workers; i++) {
		pid_t child = fork();

		must(child >= 0, "fork");
		if (child)
			continue;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (unsigned int other = 0; other < waiter->workers; other++)
			if (other != i)
				close(fds[other]);
		serve(waiter, fds[i]);
	}
	for (unsigned int i = 1; i < waiter->workers; i++)
		close(fds[i]);
	puts("ready");
	fflush(stdout);
	serve(waiter, fds[0]);
}

int main(int argc, char **argv)
{
	struct waiter waiter = { .workers = 1 };
	const struct option_row rows[] = {
		{ "udp", 0, OPTION_FLAG, &waiter.udp, NULL, "datagrams", 0 },
		{ "mptcp", 0, OPTION_FLAG, &waiter.mptcp, NULL, "connections of many paths", 0 },
		{ "v6only", 0, OPTION_FLAG, &waiter.v6only, NULL, "no IPv4 at [::]", 0 },
		{ "workers", 0, OPTION_COUNT, &waiter.workers, "N", "that many", 0 },
		{ "name", 0, OPTION_TEXT, &waiter.name, "NAME", "of the process", 0 },
	};
	int count = options_read(argc - 1, argv + 1, rows, sizeof(rows) / sizeof(*rows), NULL);

	if (count != 2 || !waiter.workers || waiter.workers > WORKERS_MAX ||
	    steer_rule_parse_listener(argv[1], &waiter.at)) {
		fprintf(stderr, "usage: waiter [--udp] [--mptcp] [--v6only] [--workers N] "
			"[--name NAME] ADDR:PORT TEXT\n");
		return 2;
	}
	waiter.text = argv[2];
	if (waiter.name)
		prctl(PR_SET_NAME, waiter.name);
	signal(SIGPIPE, SIG_IGN);
	serve_all(&waiter);
	return 0;
}
