/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * process.h - the ancestors of this process, as /proc tells them, and what it may do.
 */
#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

/* Calls found() for this process, its parent and so on, until it returns true or the next
 * parent cannot be told. True if found() returned true. */
bool process_any_ancestor(bool (*found)(pid_t pid, void *context), void *context);

/* Whether this process has a capability of <linux/capability.h> in effect. Silent. */
bool process_may(unsigned int capability);

#endif
