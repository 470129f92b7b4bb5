// SPDX-License-Identifier: BSD-2-Clause
#include "base/syscalls.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
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

#define LOAD(member) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, member))
#define RETURN(what) BPF_STMT(BPF_RET | BPF_K, (what))
#define IF(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), (yes), (no))

#define IF_ANY(bits, yes, no) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (bits), (yes), (no))
#define ALLOW RETURN(SECCOMP_RET_ALLOW)
#define REFUSE RETURN(SECCOMP_RET_ERRNO | EPERM)

/* What the kernel takes of an argument that is an int, on machines as above. */
#define LOAD_ARGUMENT(n) LOAD(args[n])

/*
 * First another machine's calls; then what calls could be used for that are kept for something
 * else. An fd of root's that gets an owner sends him any signal, without a capability, whoever he
 * is; and a socket that listened can connect with its first bytes. The number is loaded after it.
 */
static const struct sock_filter head[] = {
	LOAD(arch), IF(ARCHITECTURE, 1, 0), RETURN(SECCOMP_RET_KILL_PROCESS),
	LOAD(nr), IF(SYS_fcntl, 0, 5),
	LOAD_ARGUMENT(1), IF(F_SETOWN, 2, 0), IF(F_SETOWN_EX, 1, 0), IF(F_SETSIG, 0, 1), REFUSE,
	LOAD(nr), IF(SYS_sendto, 0, 3),
	LOAD_ARGUMENT(3), IF_ANY(MSG_FASTOPEN, 0, 1), REFUSE,
	LOAD(nr), IF(SYS_sendmsg, 0, 3),
	LOAD_ARGUMENT(2), IF_ANY(MSG_FASTOPEN, 0, 1), REFUSE,
	LOAD(nr),
};

#define HEAD (sizeof(head) / sizeof(*head))

int syscalls_keep(const uint32_t *numbers, size_t count)
{
	struct sock_filter filter[HEAD + SYSCALLS_MAX + 2];
	struct sock_fprog program = { HEAD + count + 2, filter };
	unsigned int at = HEAD;

	if (!ARCHITECTURE)
		return 0;
	if (count > SYSCALLS_MAX)
		return -E2BIG;
	memcpy(filter, head, sizeof(head));
	for (size_t i = 0; i < count; i++, at++)
		filter[at] = (struct sock_filter)IF(numbers[i], count - i, 0);
	filter[at++] = (struct sock_filter)REFUSE;
	filter[at] = (struct sock_filter)ALLOW;
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) && errno != EINVAL)
		return -errno;
	return 0;
}
