/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * agent_settings_file.h - the configuration file as the agent follows it: read at the start, and
 * again upon SIGHUP. What is wrong with it is logged, and what was in force stays.
 */
#ifndef AGENT_AGENT_SETTINGS_FILE_H
#define AGENT_AGENT_SETTINGS_FILE_H

#include "agent/agent_task.h"

/* Reads the file for the first time, and sets agent->pin_dir: to the one that was given, or that of
 * the file. 0 or a negative errno, logged. */
int agent_settings_file_open(struct agent *agent, const char *given_pin_dir);

/* Reads it again, and has every task follow. 0 or a negative errno, logged. */
int agent_settings_file_reload(struct agent *agent);

void agent_settings_file_close(struct agent *agent);

#endif
