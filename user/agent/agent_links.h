/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * agent_links.h - interfaces that come back get what `load` had put on them: the guard in the mode
 * that was asked for, and ping. Whatever `unload` took off stays off.
 */
#ifndef AGENT_AGENT_LINKS_H
#define AGENT_AGENT_LINKS_H

#include "agent/agent_task.h"

extern const struct agent_task agent_links_task;

#endif
