// SPDX-License-Identifier: BSD-2-Clause
#include "exporter_jail.h"

#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/capability.h>

#include "base/log.h"
#include "base/process.h"
#include "base/syscalls.h"

/* Where fs.overflowuid stands: no file is his. */
#define NOBODY 65534

#define MEMORY_MAX (256UL << 20)
#define FDS_MAX 64

/* Serving over sockets that are accepted here, and memory. None opens a file, makes a socket or
 * a process. */
static const uint32_t kept[] = {
	SYS_read, SYS_write, SYS_readv, SYS_writev, SYS_pread64, SYS_close, SYS_fcntl,
	SYS_recvfrom, SYS_sendto, SYS_recvmsg, SYS_sendmsg, SYS_shutdown, SYS_accept, SYS_accept4,
	SYS_getsockopt, SYS_setsockopt, SYS_getsockname, SYS_getpeername,
	SYS_ppoll, SYS_epoll_ctl, SYS_epoll_pwait,
#ifdef SYS_poll
	SYS_poll, SYS_epoll_wait,
#endif
	SYSCALLS_OF_ITSELF,
};

/* Of what it may not do, the agent may not either: its unit leaves it few capabilities. Then the
 * process stays who it is, without any, and no file can be opened. */
static int leave_user(void)
{
	for (int i = 0; process_may(CAP_SETPCAP) && prctl(PR_CAPBSET_READ, i, 0, 0, 0) >= 0; i++)
		if (prctl(PR_CAPBSET_DROP, i, 0, 0, 0))
			return -errno;
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (!process_may(CAP_SETUID) || !process_may(CAP_SETGID))
		return 0;
	return setgroups(0, NULL) || setresgid(NOBODY, NOBODY, NOBODY) ||
	       setresuid(NOBODY, NOBODY, NOBODY) ? -errno : 0;
}

static int drop_capabilities(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2] = {};

	return syscall(SYS_capset, &header, none) ? -errno : 0;
}

static int no_new_privileges(void)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
		return -errno;
	/* After the change of user, which unsets it. */
	return prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) ? -errno : 0;
}

static int limit(int resource, rlim_t most)
{
	const struct rlimit limits = { most, most };

	return setrlimit(resource, &limits) ? -errno : 0;
}

static int set_limits(void)
{
	int err = limit(RLIMIT_FSIZE, 0);

#ifndef __SANITIZE_ADDRESS__            /* its shadow takes terabytes of addresses */
	err = err ?: limit(RLIMIT_AS, MEMORY_MAX);
#endif
	err = err ?: limit(RLIMIT_CORE, 0);
	err = err ?: limit(RLIMIT_NPROC, 0);
	return err ?: limit(RLIMIT_NOFILE, FDS_MAX);
}

static int filter(void)
{
	return syscalls_keep(kept, sizeof(kept) / sizeof(*kept));
}

int exporter_jail_enter(void)
{
	static const struct {
		int (*step)(void);
		const char *what;
	} steps[] = {
		{ leave_user, "become nobody" },
		{ drop_capabilities, "drop its capabilities" },
		{ no_new_privileges, "renounce new privileges" },
		{ set_limits, "limit its memory" },
		{ filter, "restrict its system calls" },
	};
	int err = 0;

	for (unsigned int i = 0; i < sizeof(steps) / sizeof(*steps) && !err; i++) {
		err = steps[i].step();
		if (err)
			log_error(err, "the server of metrics cannot %s: %s", steps[i].what,
				  strerror(-err));
	}
	return err;
}
