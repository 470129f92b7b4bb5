/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * syscalls.h - which system calls a process keeps that reads what strangers send.
 */
#ifndef BASE_SYSCALLS_H
#define BASE_SYSCALLS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>

#define SYSCALLS_MAX 128

/* Refuses all others with EPERM from now on, and of these what sends signals (fcntl) or connects
 * (MSG_FASTOPEN); no_new_privs must be set. 0, also where the kernel has no seccomp or the machine
 * is none that is known here; or a negative errno, silent. */
int syscalls_keep(const uint32_t *numbers, size_t count);

/* What a process does with itself, for a list of calls to keep: its memory, the time, its signals,
 * and its end. */
#ifdef SYS_time
#define SYSCALLS_TIME SYS_time,
#else
#define SYSCALLS_TIME
#endif
#define SYSCALLS_OF_ITSELF \
	SYSCALLS_TIME SYS_clock_gettime, SYS_clock_nanosleep, SYS_nanosleep, SYS_gettimeofday, \
	SYS_brk, SYS_mmap, SYS_munmap, SYS_mremap, SYS_mprotect, SYS_madvise, \
	SYS_getrandom, SYS_getpid, SYS_gettid, SYS_futex, SYS_sched_yield, \
	SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_restart_syscall, SYS_exit, SYS_exit_group

#endif
