// SPDX-License-Identifier: BSD-2-Clause
#include "agent/agent_report.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/agent_backlog.h"
#include "agent/agent_journal.h"
#include "base/log.h"
#include "base/scoped.h"

/* How long until what waits is tried again: each time twice as long, while nothing goes. */
#define AGAIN_US 1000ULL
#define AGAIN_MOST_US 100000ULL

struct report {
	struct agent *agent;
	sd_event_source *timer; /* it is on while reports wait */
	struct agent_backlog backlog;
	uint64_t again_us;
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

static const char *taker(bool to_journal)
{
	return to_journal ? "the journal" : "standard output";
}

static void lose(struct report *report, bool to_journal, int err)
{
	report->agent->counters.unreported++;
	if (!report->failing)
		log_warning("events are not reported, as %s does not take them: %s; `ecdn-xdp "
			    "events` has them", taker(to_journal), strerror(-err));
	report->failing = true;
}

static int send_one(const struct report *report, const struct agent_backlog_report *first)
{
	return first->to_journal ?
	       agent_journal_send(report->journal, first->text, first->size) :
	       print_text(first->text, first->size);
}

/* 0, or -EAGAIN with what could not be reported yet. A loss is not said to be over as long as
 * something waits, which may be lost too. */
static int flush(struct report *report)
{
	const struct agent_backlog_report *first;
	bool to_journal = false;
	int err = 0;

	while ((first = report->backlog.first)) {
		to_journal = first->to_journal;
		err = send_one(report, first);
		if (err == -EAGAIN)
			return err;
		report->again_us = AGAIN_US;
		if (err)
			lose(report, to_journal, err);
		agent_backlog_drop(&report->backlog);
	}
	if (report->failing && !err)
		log_note("events are reported again, as %s takes them", taker(to_journal));
	report->failing &= err != 0;
	return 0;
}

/* Once more is to come, a report waits behind the others. */
static int try_later(struct report *report)
{
	int err = sd_event_source_set_time(report->timer, clock_monotonic_ns() / 1000 +
							  report->again_us);

	if (report->again_us < AGAIN_MOST_US)
		report->again_us *= 2;
	return err < 0 ? err : sd_event_source_set_enabled(report->timer, SD_EVENT_ONESHOT);
}

static int on_time(sd_event_source *timer, uint64_t due_us, void *context)
{
	struct report *report = context;

	(void)timer;
	(void)due_us;
	return flush(report) ? try_later(report) : 0;
}

static int make_line(const struct event_lines_item *item, char **text, size_t *size)
{
	FILE *line = open_memstream(text, size);

	if (!line)
		return -ENOMEM;
	event_lines_print(item, line);
	if (!fclose(line))
		return 0;
	free(*text);
	return -ENOMEM;
}

static int add(struct report *report, bool to_journal, const struct event_lines_item *item)
{
	scoped_free char *text = NULL;
	size_t size;
	int err = to_journal ? agent_journal_entry(item, &text, &size) :
			       make_line(item, &text, &size);

	if (err) {
		text = NULL;
		return err;
	}
	return agent_backlog_add(&report->backlog, to_journal, text, size);
}

static void event(struct agent *agent, void *state, const struct event_lines_item *item)
{
	bool to_journal = agent_report_is_journal(agent);
	struct report *report = state;
	bool waits = report->backlog.first;
	int err;

	if (agent->settings->report == AGENT_REPORT_OFF)
		return;
	err = add(report, to_journal, item);
	if (err)
		lose(report, to_journal, err);
	else if (!waits && flush(report))
		try_later(report);
}

static int start(struct agent *agent, void **state)
{
	struct report *report = calloc(1, sizeof(*report));
	int err;

	if (!report)
		return log_error(-ENOMEM, "out of memory");
	*state = report;
	report->agent = agent;
	report->again_us = AGAIN_US;
	report->journal = agent_journal_open();
	if (report->journal < 0)
		return log_error(report->journal, "cannot make a socket: %s",
				 strerror(-report->journal));
	err = sd_event_add_time(agent->loop, &report->timer, CLOCK_MONOTONIC, 0, 100, on_time,
				report);
	err = err < 0 ? err : sd_event_source_set_enabled(report->timer, SD_EVENT_OFF);
	return err < 0 ? log_error(err, "cannot set a timer: %s", strerror(-err)) : 0;
}

static void stop(struct agent *agent, void *state)
{
	struct report *report = state;

	(void)agent;
	flush(report);
	while (report->backlog.first)
		agent_backlog_drop(&report->backlog);
	sd_event_source_disable_unref(report->timer);
	scoped_close(&report->journal);
	free(report);
}

const struct agent_task agent_report_task = {
	.name = "report", .start = start, .event = event, .stop = stop,
};
