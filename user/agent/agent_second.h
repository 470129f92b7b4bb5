/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * agent_second.h - reads the regions once a second for all tasks, so that they see the same.
 */
#ifndef AGENT_AGENT_SECOND_H
#define AGENT_AGENT_SECOND_H

#include "agent/agent_task.h"

extern const struct agent_task agent_second_task;

#endif
