/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * agent_hook_file.h - whether root alone can change what the agent runs as root. Silent.
 */
#ifndef AGENT_AGENT_HOOK_FILE_H
#define AGENT_AGENT_HOOK_FILE_H

#include <limits.h>

#define AGENT_HOOK_FILE_SIZE (PATH_MAX + 128)

/*
 * Checks that a path is absolute and leads to a regular file, and that this file, each directory
 * and each link on the way are root's, and are not writable by others. 0, or a negative errno with
 * what is wrong in why; -ENOENT: it is not there.
 */
int agent_hook_file_check(const char *path, char why[AGENT_HOOK_FILE_SIZE]);

/*
 * The same of the file that says what is run, which may be named from where the agent is, and may
 * be in a directory such as /tmp: nobody can put another one in the place of root's there.
 */
int agent_hook_file_check_settings(const char *path, char why[AGENT_HOOK_FILE_SIZE]);

#endif
