// SPDX-License-Identifier: BSD-2-Clause
/*
 * exporter.c - ecdn-xdp-metrics: serves the agent's metrics over HTTP. The agent starts it; what
 * strangers send is parsed here, where there is nothing to be had: no capability, no file, and one
 * socket, over which the agent gives away what anybody may read who asks.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "agent/agent_metrics_wire.h"
#include "base/log.h"
#include "exporter_http.h"
#include "exporter_jail.h"

#define USAGE 2

static int serve(struct exporter_http *http)
{
	const char ready = AGENT_METRICS_WIRE_READY;
	struct pollfd fds[] = { { http->epoll, POLLIN, 0 }, { http->page.socket, POLLIN, 0 } };
	int err = send(http->page.socket, &ready, 1, MSG_NOSIGNAL) == 1 ? 0 : -errno;

	while (!err) {
		poll(fds, 2, exporter_http_timeout(http));
		err = exporter_http_run(http);
	}
	/* The agent has ended, or serves elsewhere by now. */
	return 0;
}

static int is_socket(int fd)
{
	int type;
	socklen_t size = sizeof(type);

	return !getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size);
}

/* What the agent was started with may be among its files, and is no business of this program. */
static void close_others(void)
{
#ifdef SYS_close_range
	syscall(SYS_close_range, AGENT_METRICS_WIRE_SOCKET + 1, UINT_MAX, 0);
#endif
}

int main(int argc, char **argv)
{
	struct exporter_http http = {
		.page = { .socket = AGENT_METRICS_WIRE_SOCKET },
		.names = argv + 2,
	};

	if (argc < 2 || !is_socket(AGENT_METRICS_WIRE_LISTENER) ||
	    !is_socket(AGENT_METRICS_WIRE_SOCKET)) {
		log_error(-EINVAL, "%s is started by `ecdn-xdp agent`",
			  AGENT_METRICS_WIRE_PROGRAM);
		return USAGE;
	}
	close_others();
	http.any_host = !strcmp(argv[1], AGENT_METRICS_WIRE_UNIX);
	http.packs = !strcmp(argv[1], AGENT_METRICS_WIRE_NETWORK);
	if (exporter_http_open(&http, AGENT_METRICS_WIRE_LISTENER) || exporter_jail_enter())
		return 1;
	return serve(&http);
}
