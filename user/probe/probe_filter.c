// SPDX-License-Identifier: BSD-2-Clause
#include "probe/probe_filter.h"

#include <stdint.h>
#include <sys/syscall.h>

#include "base/syscalls.h"

static const uint32_t allowed[] = {
	SYS_read, SYS_write, SYS_readv, SYS_writev, SYS_close, SYS_fcntl,
	SYS_connect, SYS_recvfrom, SYS_sendto, SYS_recvmsg, SYS_sendmsg, SYS_shutdown,
	SYS_getsockopt, SYS_setsockopt, SYS_ppoll,
#ifdef SYS_poll
	SYS_poll,
#endif
	SYS_brk, SYS_mmap, SYS_munmap, SYS_mremap, SYS_mprotect, SYS_madvise,
	SYS_clock_gettime, SYS_clock_nanosleep, SYS_nanosleep, SYS_gettimeofday,
#ifdef SYS_time
	SYS_time,
#endif
	SYS_getrandom, SYS_getpid, SYS_gettid, SYS_futex, SYS_sched_yield,
	SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_restart_syscall, SYS_exit, SYS_exit_group,
};

int probe_filter_set(void)
{
	return syscalls_keep(allowed, sizeof(allowed) / sizeof(*allowed));
}
