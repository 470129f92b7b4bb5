/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * agent_metrics_child.h - the program that serves the metrics: started, asked by, and started again
 * when it dies, with longer and longer pauses. It knows nothing but what it is handed.
 */
#ifndef AGENT_AGENT_METRICS_CHILD_H
#define AGENT_AGENT_METRICS_CHILD_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include <systemd/sd-event.h>

#include "agent/agent_metrics_where.h"
#include "config/agent_settings.h"

struct agent_metrics_child {
	sd_event *loop;
	char program[PATH_MAX]; /* empty: it is not installed */
	int listener;           /* the owner's */
	char *words[AGENT_SETTINGS_WORDS + 3]; /* of its command line */
	/* Makes a page: a memfd, which the caller closes, and its size; or a negative errno. */
	int (*page)(void *context, uint64_t *size);
	void *context;

	pid_t pid;              /* 0: it does not run */
	int socket;             /* to it, or -1 */
	sd_event_source *ended, *asked, *again;
	uint64_t started_ns;
	unsigned int deaths;    /* since it last ran for long */
	bool told;              /* that it died; told again once it has run for long */
};

/* Finds the program beside this one; `page` and `context` are set by the caller. */
void agent_metrics_child_init(struct agent_metrics_child *child, sd_event *loop);

/* Its command line. The hosts' names live as long as they are in force. */
void agent_metrics_child_words(struct agent_metrics_child *child,
			       const struct agent_metrics_where *where,
			       const struct agent_words *hosts);

/* Starts it for a socket that listens. 0 or a negative errno, logged. */
int agent_metrics_child_start(struct agent_metrics_child *child, int listener);

/* Ends it, and whatever is planned. */
void agent_metrics_child_stop(struct agent_metrics_child *child);

#endif
