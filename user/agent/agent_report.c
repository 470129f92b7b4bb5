// SPDX-License-Identifier: BSD-2-Clause
#include "agent/agent_report.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/agent_journal.h"
#include "base/log.h"
#include "base/scoped.h"

struct report {
	int journal;            /* a socket */
	bool failing;           /* since the last one: it was told */
};

bool agent_report_is_journal(const struct agent *agent)
{
	struct stat file;

	if (agent->settings->report != AGENT_REPORT_AUTO)
		return agent->settings->report == AGENT_REPORT_JOURNAL;
	return !fstat(STDERR_FILENO, &file) && agent_journal_is(getenv("JOURNAL_STREAM"), &file);
}

/* A pipe that poll() knows to have room takes a line, which is shorter than PIPE_BUF, at once. */
static int print_text(const char *text, size_t size)
{
	struct pollfd out = { .fd = STDOUT_FILENO, .events = POLLOUT };
	ssize_t done;

	if (poll(&out, 1, 0) <= 0 || !(out.revents & POLLOUT))
		return out.revents ? -EPIPE : -EAGAIN;
	done = write(STDOUT_FILENO, text, size);
	if (done < 0)
		return -errno;
	return (size_t)done == size ? 0 : -ENOSPC;
}

static int print_line(const struct event_lines_item *item)
{
	scoped_free char *text = NULL;
	size_t size;
	FILE *line = open_memstream(&text, &size);

	if (!line)
		return -ENOMEM;
	event_lines_print(item, line);
	return fclose(line) ? -ENOMEM : print_text(text, size);
}

static void tell(struct report *report, const char *to, int err)
{
	if (err && !report->failing)
		log_warning("events are not reported, as %s does not take them: %s; %s", to,
			    strerror(-err), "`ecdn-xdp events` has them");
	if (!err && report->failing)
		log_note("events are reported again, as %s takes them", to);
	report->failing = err;
}

static void event(struct agent *agent, void *state, const struct event_lines_item *item)
{
	struct report *report = state;
	bool to_journal = agent_report_is_journal(agent);
	int err;

	if (agent->settings->report == AGENT_REPORT_OFF)
		return;
	err = to_journal ? agent_journal_send(report->journal, item) : print_line(item);
	agent->counters.unreported += err != 0;
	tell(report, to_journal ? "the journal" : "standard output", err);
}

static int start(struct agent *agent, void **state)
{
	struct report *report = calloc(1, sizeof(*report));

	(void)agent;
	if (!report)
		return log_error(-ENOMEM, "out of memory");
	*state = report;
	report->journal = agent_journal_open();
	return report->journal < 0 ? log_error(report->journal, "cannot make a socket: %s",
					       strerror(-report->journal)) : 0;
}

static void stop(struct agent *agent, void *state)
{
	struct report *report = state;

	(void)agent;
	scoped_close(&report->journal);
	free(report);
}

const struct agent_task agent_report_task = {
	.name = "report", .start = start, .event = event, .stop = stop,
};
