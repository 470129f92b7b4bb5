/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * syscalls.h - which system calls a process keeps that reads what strangers send.
 */
#ifndef BASE_SYSCALLS_H
#define BASE_SYSCALLS_H

#include <stddef.h>
#include <stdint.h>

#define SYSCALLS_MAX 128

/* Refuses all others with EPERM from now on, and of these what sends signals (fcntl) or connects
 * (MSG_FASTOPEN); no_new_privs must be set. 0, also where the kernel has no seccomp or the machine
 * is none that is known here; or a negative errno, silent. */
int syscalls_keep(const uint32_t *numbers, size_t count);

#endif
