/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * agent_events.h - reads ten times a second what happened, and has all tasks told.
 */
#ifndef AGENT_AGENT_EVENTS_H
#define AGENT_AGENT_EVENTS_H

#include "agent/agent_task.h"

extern const struct agent_task agent_events_task;

#endif
