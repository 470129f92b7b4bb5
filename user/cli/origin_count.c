// SPDX-License-Identifier: BSD-2-Clause
#include "cli/origin_count.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/report.h"
#include "origin/origin_line.h"
#include "origin/origin_said.h"
#include "show/output.h"

/* The longest line that is read, and what is read at once. */
#define LINE_MOST 1024
#define ROOM 65536

struct counting {
	struct origin_said said;
	struct report report;
	uint64_t lines, counted, nothing, lost; /* of all lines: counted, about no origin, and not
						   counted for want of an observer */
	bool datagrams;         /* the input is a socket of which each read is a line */
	bool skips;             /* what is read belongs to a line that is too long */
	size_t length;          /* bytes of `room` that are in use */
	char room[ROOM];
};

static void count_line(struct counting *counting, struct text text)
{
	char quoted[TEXT_QUOTE_SIZE];
	struct origin_line line;
	const char *wrong;

	counting->lines++;
	wrong = text_length(text) > LINE_MOST ? "is too long" : origin_line_parse(text, &line);
	if (wrong)
		report_line(&counting->report, counting->lines, "\"%s\" %s",
			    text_quote(text, quoted), wrong);
	else if (!line.said || ecdn_xdp_origin_loopback(&line.origin))
		counting->nothing++;
	else if (origin_said_count(&counting->said, &line.origin, line.what, line.status))
		counting->counted++;
	else
		counting->lost++;
}

/* What is left of a line that has no end yet goes to the room's front. */
static void count_lines(struct counting *counting)
{
	struct text rest = { counting->room, counting->room + counting->length };
	const char *end;

	while ((end = memchr(rest.start, '\n', text_length(rest)))) {
		if (!counting->skips)
			count_line(counting, (struct text){ rest.start, end });
		counting->skips = false;
		rest.start = end + 1;
	}
	if (counting->skips)
		rest.start = rest.end;
	if (text_length(rest) > LINE_MOST) {
		count_line(counting, rest);
		counting->skips = true;
		rest.start = rest.end;
	}
	counting->length = text_length(rest);
	memmove(counting->room, rest.start, counting->length);
}

/* A last line needs no line end, nor does a datagram. */
static void end_line(struct counting *counting)
{
	if (counting->length)
		count_line(counting, (struct text){ counting->room,
						    counting->room + counting->length });
	counting->length = 0;
	counting->skips = false;
}

/* A datagram may be empty; nothing more comes once the socket has been shut down. */
static bool is_end(const struct counting *counting)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLRDHUP };

	if (!counting->datagrams)
		return true;
	poll(&input, 1, 0);
	return input.revents & POLLRDHUP;
}

static int read_all(struct counting *counting)
{
	ssize_t got;

	while ((got = read(STDIN_FILENO, counting->room + counting->length,
			   ROOM - counting->length)) != 0 || !is_end(counting)) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return log_error(-errno, "cannot read standard input: %s", strerror(errno));
		counting->length += got;
		count_lines(counting);
		if (counting->datagrams)
			end_line(counting);
	}
	end_line(counting);
	return 0;
}

static bool is_datagrams(void)
{
	socklen_t length = sizeof(int);
	int type;

	return !getsockopt(STDIN_FILENO, SOL_SOCKET, SO_TYPE, &type, &length) &&
	       type == SOCK_DGRAM;
}

static int sum_up(const struct counting *counting, bool quiet)
{
	const struct report *report = &counting->report;

	report_finish(report, "line");
	if (!quiet)
		output_line("%lu line%s: %lu counted, %lu about no origin, "
			    "%lu without an observer, %u wrong", counting->lines,
			    counting->lines == 1 ? "" : "s", counting->counted, counting->nothing,
			    counting->lost, report->faults);
	if (report->faults && report->faults == counting->lines)
		return log_error(-EINVAL, "no line of standard input is ADDR:PORT WHAT STATUS, "
				 "such as \"203.0.113.7:443 answered 404\"");
	return 0;
}

int origin_count(const struct verb *verb, const struct cli *cli, int count, char **words,
		 const struct origin_words *given)
{
	struct counting *counting;
	int err;

	(void)given;
	if (count != 1 || strcmp(words[0], "-"))
		return cli_usage(verb, "`origin count -` reads lines of ADDR:PORT WHAT STATUS from "
				 "standard input");
	counting = calloc(1, sizeof(*counting));
	if (!counting)
		return log_error(-ENOMEM, "out of memory for lines");
	counting->report.path = "standard input";
	counting->datagrams = is_datagrams();
	err = origin_said_open(&counting->said, cli->pin_dir);
	if (!err) {
		err = read_all(counting);
		err = err ?: sum_up(counting, cli->quiet);
		origin_said_close(&counting->said);
	}
	free(counting);
	return err;
}
