/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * agent_hook.h - runs the operator's program for each event but commands, with the event as JSON on
 * its standard input. Which one when: agent_hook_queue.h; as what: agent_hook_child.h.
 */
#ifndef AGENT_AGENT_HOOK_H
#define AGENT_AGENT_HOOK_H

#include "agent/agent_task.h"

extern const struct agent_task agent_hook_task;

#endif
