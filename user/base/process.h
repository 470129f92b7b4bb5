/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * process.h - what /proc tells about the processes above ours.
 */
#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

/* Calls found for our process, its parent and so on, up to the first that cannot
 * be read, until it returns true. Returns whether it did. */
bool process_any_ancestor(bool (*found)(pid_t pid, void *context), void *context);

#endif
