/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * agent_files.h - region and node files of the configuration are loaded again as they change, if
 * watch.files asks for it.
 */
#ifndef AGENT_AGENT_FILES_H
#define AGENT_AGENT_FILES_H

#include "agent/agent_task.h"

extern const struct agent_task agent_files_task;

#endif
