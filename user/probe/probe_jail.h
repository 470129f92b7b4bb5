/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_jail.h - the child gives away what it does not need before it reads a byte from an origin:
 * files, user, groups, capabilities, memory and time, and most of the system calls. What it keeps
 * is a pipe, and sockets that are not connected yet.
 */
#ifndef PROBE_PROBE_JAIL_H
#define PROBE_PROBE_JAIL_H

#include <stdint.h>

#include "probe/probe_rows.h"

#define PROBE_JAIL_PIPE 0       /* the pipe's end: the lowest fd, so that a limit of 1 fits it */

/* Puts the pipe in its place and closes every other fd. 0 or a negative errno, silent. */
int probe_jail_close(int pipe);

/* Makes the sockets, with the mark; *mark_error: the errno with which that was refused, or 0.
 * 0 or a negative errno, silent. */
int probe_jail_sockets(int family, int sockets[PROBE_CONNECTIONS], uint32_t *mark_error);

/* All that is to be given away. 0; or a negative errno and, in *what, what could not be done,
 * after which the caller must not go on. Root becomes nobody; another user stays who he is. */
int probe_jail_enter(const char **what);

#endif
