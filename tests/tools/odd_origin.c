// SPDX-License-Identifier: BSD-2-Clause
/*
 * odd_origin.c - an HTTP server that answers as the path says, and mostly wrong:
 *
 *	odd_origin ADDR:PORT
 *
 * A connection is a process. Prints "ready" when it listens.
 */
#include <signal.h>
#include <unistd.h>

#include "listener.h"

enum end { END_CLOSE, END_RESET, END_WAIT, END_AGAIN };

static const struct answer {
	const char *path, *bytes;
	enum end end;
} answers[] = {
	{ "/ok", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok\n", END_CLOSE },
	{ "/missing", "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
	  END_CLOSE },
	{ "/gateway", "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
	  END_CLOSE },
	/* The connection is kept, and closed when another request comes. */
	{ "/kept", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n", END_AGAIN },
	{ "/silent", "", END_CLOSE },
	{ "/reset", "", END_RESET },
	{ "/wait", "", END_WAIT },
	{ "/status", "HTPT/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n", END_CLOSE },
	{ "/header", "HTTP/1.1 200 OK\r\nBad\001header: 1\r\nContent-Length: 3\r\n\r\nok\n",
	  END_CLOSE },
	{ "/head", "HTTP/1.1 200 OK\r\nContent-Le", END_CLOSE },
	{ "/cut", "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nshort", END_CLOSE },
	{ "/cut-reset", "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nshort", END_RESET },
	{ "/chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n",
	  END_CLOSE },
	{ "/chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nwhole\r\n0\r\n\r\n",
	  END_CLOSE },
	{ "/until-close", "HTTP/1.1 200 OK\r\n\r\nwhole", END_CLOSE },
	{ "/stall", "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nshort", END_WAIT },
};

/* Reads the head of a request; false if the connection ends before. */
static bool read_head(int connection, char head[4096])
{
	size_t length = 0;

	do {
		ssize_t got = read(connection, head + length, 4095 - length);

		if (got <= 0)
			return false;
		length += got;
		head[length] = 0;
	} while (!strstr(head, "\r\n\r\n"));
	return true;
}

static const struct answer *find(const char *head)
{
	char path[64] = "";

	sscanf(head, "%*s %63s", path);
	for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++)
		if (!strcmp(answers[i].path, path))
			return &answers[i];
	return &answers[0];
}

static void serve(int connection)
{
	const struct linger reset = { .l_onoff = 1 };
	const struct answer *answer;
	char head[4096];

	if (!read_head(connection, head))
		return;
	answer = find(head);
	must(write(connection, answer->bytes, strlen(answer->bytes)) >= 0, "answer");
	if (answer->end == END_AGAIN || answer->end == END_WAIT)
		while (read(connection, head, sizeof(head)) > 0 && answer->end == END_WAIT)
			;
	if (answer->end == END_RESET) {
		/* What was sent arrives before the reset does. */
		usleep(50000);
		setsockopt(connection, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	}
}

int main(int argc, char **argv)
{
	const int on = 1;
	struct steer_rule at = {};
	struct sockaddr_in6 room;
	int listener;

	must(argc == 2 && !steer_rule_parse_listener(argv[1], &at), "odd_origin ADDR:PORT");
	listener = socket(at.listener.family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	must(listener >= 0, "make a socket");
	must(!setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)), "set an option");
	must(!bind(listener, (struct sockaddr *)&room, listener_address(&at, &room)), "bind");
	must(!listen(listener, 64), "listen");
	signal(SIGCHLD, SIG_IGN);
	printf("ready\n");
	fflush(stdout);
	for (;;) {
		int connection = accept(listener, NULL, NULL);

		must(connection >= 0, "accept");
		if (!fork()) {
			close(listener);
			serve(connection);
			_exit(0);
		}
		close(connection);
	}
}
