// SPDX-License-Identifier: BSD-2-Clause
#include "probe/probe_filter.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

/* Another architecture's numbers, which a kernel may take as well, mean other calls. */
#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#define ARCHITECTURE 0
#endif

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

#define ALLOWED (sizeof(allowed) / sizeof(*allowed))

#define LOAD(member) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, member))
#define RETURN(what) BPF_STMT(BPF_RET | BPF_K, (what))
#define IF(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), (yes), (no))

int probe_filter_set(void)
{
	struct sock_filter filter[ALLOWED + 6] = {
		LOAD(arch), IF(ARCHITECTURE, 1, 0), RETURN(SECCOMP_RET_KILL_PROCESS), LOAD(nr),
	};
	struct sock_fprog program = { ALLOWED + 6, filter };
	unsigned int at = 4;

	if (!ARCHITECTURE)
		return 0;
	for (unsigned int i = 0; i < ALLOWED; i++, at++)
		filter[at] = (struct sock_filter)IF(allowed[i], ALLOWED - i, 0);
	filter[at++] = (struct sock_filter)RETURN(SECCOMP_RET_ERRNO | EPERM);
	filter[at] = (struct sock_filter)RETURN(SECCOMP_RET_ALLOW);
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) && errno != EINVAL)
		return -errno;
	return 0;
}
