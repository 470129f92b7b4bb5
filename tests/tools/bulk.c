// SPDX-License-Identifier: BSD-2-Clause
/*
 * bulk ADDR:PORT BYTES: a server that answers each connection over HTTP with that many bytes,
 * as fast as TCP takes them. Prints "ready" once connections can come. It ends when it is
 * killed, and after a minute at the latest.
 */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "listener.h"

static void serve(int listener, uint64_t bytes)
{
	static char data[1 << 20];
	int fd = accept(listener, NULL, NULL);

	if (fd < 0)
		return;
	if (read(fd, data, sizeof(data)) > 0)
		dprintf(fd, "HTTP/1.0 200 OK\r\nContent-Length: %llu\r\n\r\n",
			(unsigned long long)bytes);
	while (bytes) {
		ssize_t sent = write(fd, data, bytes < sizeof(data) ? bytes : sizeof(data));

		if (sent <= 0)
			break;
		bytes -= sent;
	}
	close(fd);
}

int main(int argc, char **argv)
{
	struct sockaddr_in6 room;
	struct steer_rule at;
	socklen_t length;
	int fd;

	if (argc != 3 || steer_rule_parse_listener(argv[1], &at)) {
		fprintf(stderr, "usage: bulk ADDR:PORT BYTES\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	alarm(60);
	length = listener_address(&at, &room);
	fd = socket(at.listener.family, SOCK_STREAM, 0);
	must(fd >= 0 && !bind(fd, (struct sockaddr *)&room, length) && !listen(fd, 8), "listen");
	puts("ready");
	fflush(stdout);
	for (;;)
		serve(fd, strtoull(argv[2], NULL, 0));
}
