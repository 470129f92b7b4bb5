/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_filter.h - the system calls that are left to the child: those of a handshake over sockets
 * that it has.
 */
#ifndef PROBE_PROBE_FILTER_H
#define PROBE_PROBE_FILTER_H

/* Refuses all others with EPERM from now on; no_new_privs must be set. 0, also where the kernel
 * has no seccomp or the machine is none that is known here; or a negative errno, silent. */
int probe_filter_set(void);

#endif
