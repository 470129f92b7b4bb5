/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * agent_clock.h - a task of the agent: once the time of day was set, blocks and exemptions end at
 * their times of day again.
 */
#ifndef AGENT_AGENT_CLOCK_H
#define AGENT_AGENT_CLOCK_H

#include "agent/agent_task.h"

extern const struct agent_task agent_clock_task;

#endif
