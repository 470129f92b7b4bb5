// SPDX-License-Identifier: BSD-2-Clause
#include "agent/agent_backlog.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int agent_backlog_add(struct agent_backlog *backlog, bool to_journal, const char *text,
		      size_t size)
{
	struct agent_backlog_report *report;

	if (size > AGENT_BACKLOG_MAX - backlog->bytes)
		return -ENOBUFS;
	report = malloc(sizeof(*report) + size);
	if (!report)
		return -ENOMEM;
	report->next = NULL;
	report->to_journal = to_journal;
	report->size = size;
	memcpy(report->text, text, size);
	if (backlog->first)
		backlog->last->next = report;
	else
		backlog->first = report;
	backlog->last = report;
	backlog->bytes += size;
	return 0;
}

void agent_backlog_drop(struct agent_backlog *backlog)
{
	struct agent_backlog_report *report = backlog->first;

	backlog->first = report->next;
	backlog->bytes -= report->size;
	free(report);
}
