/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * agent_backlog.h - reports that wait as whoever takes them is slow: in their order, and no more
 * than AGENT_BACKLOG_MAX bytes of them. Silent.
 */
#ifndef AGENT_AGENT_BACKLOG_H
#define AGENT_AGENT_BACKLOG_H

#include <stdbool.h>
#include <stddef.h>

#define AGENT_BACKLOG_MAX (4UL << 20)

struct agent_backlog {
	struct agent_backlog_report {
		struct agent_backlog_report *next;
		bool to_journal;        /* or to standard output */
		size_t size;
		char text[];
	} *first, *last;
	size_t bytes;           /* of all texts */
};

/* Adds a copy. 0; -ENOBUFS if there is no room for it; -ENOMEM. */
int agent_backlog_add(struct agent_backlog *backlog, bool to_journal, const char *text,
		      size_t size);

/* Removes the first one. */
void agent_backlog_drop(struct agent_backlog *backlog);

#endif
