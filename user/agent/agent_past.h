/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * agent_past.h - keeps the last minutes of the regions in a file, for `top`.
 */
#ifndef AGENT_AGENT_PAST_H
#define AGENT_AGENT_PAST_H

#include "agent/agent_task.h"

extern const struct agent_task agent_past_task;

#endif
