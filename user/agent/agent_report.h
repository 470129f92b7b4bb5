/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * agent_report.h - reports each event to people: to the journal, or as a line of `events`.
 */
#ifndef AGENT_AGENT_REPORT_H
#define AGENT_AGENT_REPORT_H

#include "agent/agent_task.h"

/* Whether reports go to the journal, as the settings and this process's standard error have it.
 * Silent. */
bool agent_report_is_journal(const struct agent *agent);

extern const struct agent_task agent_report_task;

#endif
