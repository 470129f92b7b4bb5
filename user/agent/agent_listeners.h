/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * agent_listeners.h - listeners of steered ports that the kernel does not report as they start: of
 * UDP, and of TCP where no cgroup v2 is. They are found, and get their connections, within a
 * second.
 */
#ifndef AGENT_AGENT_LISTENERS_H
#define AGENT_AGENT_LISTENERS_H

#include "agent/agent_task.h"

extern const struct agent_task agent_listeners_task;

#endif
