// SPDX-License-Identifier: BSD-2-Clause
#include "asking.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"

#define OPEN_MAX_AT_ONCE 256
#define FIRST_OF_FIRST (ASKING_KNOWN + 1)

struct request {
	int fd;
	enum asker of;
	bool sent;
	double since_ms;
};

struct asking {
	uint32_t network_be, server_be;
	double end_ms;                  /* after this no request is begun; 0: not yet set */
	int kept;
	unsigned int next[ASKERS];      /* requests that were begun, of each kind */
	double due_ms[ASKERS];
	struct request request[OPEN_MAX_AT_ONCE];
	unsigned int open;
	struct answers answers[ASKERS];
};

static const char ask_once[] = "GET / HTTP/1.1\r\nHost: edge\r\nConnection: close\r\n\r\n";
static const char ask_again[] = "GET / HTTP/1.1\r\nHost: edge\r\n\r\n";

static int connect_from(const struct asking *asking, unsigned int host)
{
	struct sockaddr_in from = { .sin_family = AF_INET };
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(80) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	need(fd >= 0, "open a socket");
	from.sin_addr.s_addr = asking->network_be | htonl(host);
	to.sin_addr.s_addr = asking->server_be;
	need(!bind(fd, (struct sockaddr *)&from, sizeof(from)), "bind a client's address");
	need(!connect(fd, (struct sockaddr *)&to, sizeof(to)) || errno == EINPROGRESS,
	     "connect to the edge");
	return fd;
}

static void send_request(struct request *request)
{
	const char *text = request->of == ASKER_KEPT ? ask_again : ask_once;

	request->sent = write(request->fd, text, strlen(text)) > 0;
}

static void begin(struct asking *asking, enum asker of)
{
	unsigned int number = asking->next[of]++;
	struct request *request = &asking->request[asking->open];

	need(asking->open < OPEN_MAX_AT_ONCE, "wait for so many answers");
	*request = (struct request){ .of = of, .since_ms = wall_ms() };
	if (of == ASKER_KEPT) {
		request->fd = asking->kept;
		send_request(request);
	} else {
		request->fd = connect_from(asking, of == ASKER_BEFORE ?
					   number % ASKING_KNOWN + 1 : FIRST_OF_FIRST + number);
	}
	asking->open++;
}

static void end(struct asking *asking, struct request *request, unsigned int status)
{
	struct answers *answers = &asking->answers[request->of];
	double ms = wall_ms() - request->since_ms;

	answers->ok += status == 200;
	answers->refused += status == 513;
	answers->failed += status != 200 && status != 513;
	/* How long the connection that is kept had to wait counts, answer or not. */
	if (answers->count < ASKING_COUNT &&
	    (status == 200 || status == 513 || request->of == ASKER_KEPT))
		answers->ms[answers->count++] = ms;
	if (request->of != ASKER_KEPT)
		close(request->fd);
	*request = asking->request[--asking->open];
}

/* 0 if no answer is there yet; 1 if the connection was refused or lost. */
static unsigned int status_of(const struct request *request)
{
	char text[1024];
	unsigned int status = 1;
	ssize_t length = read(request->fd, text, sizeof(text) - 1);

	if (length < 0)
		return errno == EAGAIN ? 0 : 1;
	text[length] = 0;
	if (sscanf(text, "HTTP/1.1 %u", &status) != 1)
		return 1;
	return status;
}

static void go_on(struct asking *asking, struct request *request, short events)
{
	unsigned int status;

	if (!request->sent && events & POLLOUT) {
		send_request(request);
		return;
	}
	if (!(events & (POLLIN | POLLERR | POLLHUP)))
		return;
	status = status_of(request);
	if (status)
		end(asking, request, status);
}

static void meet_answers(struct asking *asking)
{
	struct pollfd at[OPEN_MAX_AT_ONCE];
	unsigned int count = asking->open;

	for (unsigned int i = 0; i < count; i++)
		at[i] = (struct pollfd){ asking->request[i].fd,
					 asking->request[i].sent ? POLLIN : POLLOUT, 0 };
	poll(at, count, 0);
	/* Backwards, as a request that ends is replaced by the last one. */
	for (unsigned int i = count; i--;) {
		if (at[i].revents)
			go_on(asking, &asking->request[i], at[i].revents);
		else if (wall_ms() - asking->request[i].since_ms > ASKING_PATIENCE_MS)
			end(asking, &asking->request[i], 0);
	}
}

static bool kept_waits(const struct asking *asking)
{
	for (unsigned int i = 0; i < asking->open; i++)
		if (asking->request[i].of == ASKER_KEPT)
			return true;
	return false;
}

/* Times between requests are random, so that they fall into any part of a jiffy. */
static void begin_what_is_due(struct asking *asking)
{
	double now_ms = wall_ms();

	for (enum asker of = 0; of < ASKERS; of++) {
		double period_ms = of == ASKER_KEPT ? ASKING_KEPT_MS : ASKING_PERIOD_MS;

		if (now_ms < asking->due_ms[of])
			continue;
		asking->due_ms[of] += period_ms * (0.5 + random_u64() % 1000 / 1000.0);
		if (of == ASKER_KEPT && kept_waits(asking))
			continue;
		if (asking->next[of] < ASKING_COUNT)
			begin(asking, of);
	}
}

bool asking_step(struct asking *asking)
{
	if (!asking->end_ms) {
		asking->end_ms = wall_ms() + ASKING_COUNT * ASKING_PERIOD_MS;
		for (enum asker of = 0; of < ASKERS; of++)
			asking->due_ms[of] = wall_ms() + 1 + of;
	}
	if (wall_ms() < asking->end_ms)
		begin_what_is_due(asking);
	meet_answers(asking);
	return asking->open || wall_ms() < asking->end_ms;
}

struct asking *asking_begin(uint32_t network_be, uint32_t server_be)
{
	struct asking *asking = calloc(1, sizeof(*asking));
	double end_ms = wall_ms() + 5000;

	need(asking, "find memory");
	asking->network_be = network_be;
	asking->server_be = server_be;
	while (asking->next[ASKER_BEFORE] < ASKING_KNOWN || asking->open) {
		if (asking->next[ASKER_BEFORE] < ASKING_KNOWN)
			begin(asking, ASKER_BEFORE);
		meet_answers(asking);
	}
	asking->kept = connect_from(asking, 1);
	while (!asking->answers[ASKER_KEPT].count && wall_ms() < end_ms) {
		if (!kept_waits(asking))
			begin(asking, ASKER_KEPT);
		meet_answers(asking);
	}
	if (asking->answers[ASKER_BEFORE].ok != ASKING_KNOWN || !asking->answers[ASKER_KEPT].ok) {
		errno = ECONNREFUSED;
		give_up("reach the edge before a flood");
	}
	memset(asking->answers, 0, sizeof(asking->answers));
	memset(asking->next, 0, sizeof(asking->next));
	return asking;
}

static int by_time(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

void asking_end(struct asking *asking, struct answers answers[ASKERS])
{
	close(asking->kept);
	memcpy(answers, asking->answers, sizeof(asking->answers));
	for (enum asker of = 0; of < ASKERS; of++)
		qsort(answers[of].ms, answers[of].count, sizeof(double), by_time);
	free(asking);
}
