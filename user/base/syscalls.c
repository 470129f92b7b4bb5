// SPDX-License-Identifier: BSD-2-Clause
#include "base/syscalls.h"

#include <errno.h>
#include <sys/prctl.h>

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

#define LOAD(member) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, member))
#define RETURN(what) BPF_STMT(BPF_RET | BPF_K, (what))
#define IF(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), (yes), (no))

int syscalls_keep(const uint32_t *numbers, size_t count)
{
	struct sock_filter filter[SYSCALLS_MAX + 6] = {
		LOAD(arch), IF(ARCHITECTURE, 1, 0), RETURN(SECCOMP_RET_KILL_PROCESS), LOAD(nr),
	};
	struct sock_fprog program = { count + 6, filter };
	unsigned int at = 4;

	if (!ARCHITECTURE)
		return 0;
	if (count > SYSCALLS_MAX)
		return -E2BIG;
	for (size_t i = 0; i < count; i++, at++)
		filter[at] = (struct sock_filter)IF(numbers[i], count - i, 0);
	filter[at++] = (struct sock_filter)RETURN(SECCOMP_RET_ERRNO | EPERM);
	filter[at] = (struct sock_filter)RETURN(SECCOMP_RET_ALLOW);
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) && errno != EINVAL)
		return -errno;
	return 0;
}
