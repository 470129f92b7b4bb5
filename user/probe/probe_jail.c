// SPDX-License-Identifier: BSD-2-Clause
#include "probe/probe_jail.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/capability.h>

#include "ecdn-xdp-origin.h"
#include "probe/probe_filter.h"

/* Where fs.overflowuid stands: what the kernel shows where an id has no name. It is not looked up,
 * as that would ask a directory on the network. */
#define NOBODY 65534

#define MEMORY_MAX (256UL << 20)
#define CPU_SECONDS 20
#define FDS_MAX 4096            /* to be closed one by one, where close_range() is not there */

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1             /* its shadow takes terabytes of addresses */
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif

int probe_jail_close(int pipe)
{
	if (pipe != PROBE_JAIL_PIPE && dup2(pipe, PROBE_JAIL_PIPE) < 0)
		return -errno;
	/* Not dup2() of a fd to itself, which leaves O_CLOEXEC: this child never calls exec. */
#ifdef SYS_close_range
	if (!syscall(SYS_close_range, PROBE_JAIL_PIPE + 1, UINT_MAX, 0))
		return 0;
#endif
	for (int fd = PROBE_JAIL_PIPE + 1; fd < FDS_MAX; fd++)
		close(fd);
	return 0;
}

int probe_jail_sockets(int family, int sockets[PROBE_CONNECTIONS], uint32_t *mark_error)
{
	const uint32_t mark = ECDN_XDP_ORIGIN_MARK;

	*mark_error = 0;
	for (int i = 0; i < PROBE_CONNECTIONS; i++) {
		sockets[i] = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		if (sockets[i] < 0)
			return -errno;
		if (setsockopt(sockets[i], SOL_SOCKET, SO_MARK, &mark, sizeof(mark)))
			*mark_error = errno;
	}
	return 0;
}

/* The directory is gone before it becomes the root, so that nothing can ever be in it. */
static int enter_nothing(void)
{
	static const char *const places[] = { "/run/ecdn-xdp-probe.XXXXXX",
					      "/tmp/ecdn-xdp-probe.XXXXXX" };
	char path[32];
	int err = -ENOENT;

	for (unsigned int i = 0; i < sizeof(places) / sizeof(*places) && err; i++) {
		strcpy(path, places[i]);
		if (!mkdtemp(path)) {
			err = -errno;
			continue;
		}
		err = chdir(path) ? -errno : 0;
		if (rmdir(path) && !err)
			err = -errno;
	}
	if (!err && chroot("."))
		err = -errno;
	return err;
}

/* Needs CAP_SETPCAP. Without it the set stays, of which nothing can be had without a file. */
static int drop_bounding(void)
{
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	for (int capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; capability++)
		if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0))
			break;
	return 0;
}

static int drop_groups(void)
{
	return setgroups(0, NULL) ? -errno : 0;
}

static int become_nobody(void)
{
	if (setresgid(NOBODY, NOBODY, NOBODY) || setresuid(NOBODY, NOBODY, NOBODY))
		return -errno;
	return setresuid(-1, 0, -1) && getuid() == NOBODY && getgid() == NOBODY ? 0 : -EPERM;
}

static int drop_capabilities(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2] = {};

	return syscall(SYS_capset, &header, none) ? -errno : 0;
}

static int limit(int resource, rlim_t most)
{
	const struct rlimit limits = { most, most };

	return setrlimit(resource, &limits) ? -errno : 0;
}

static int set_limits(void)
{
	int err = limit(RLIMIT_CPU, CPU_SECONDS);

#ifndef SANITIZED
	err = err ?: limit(RLIMIT_AS, MEMORY_MAX);
#endif
	err = err ?: limit(RLIMIT_FSIZE, 0);
	err = err ?: limit(RLIMIT_CORE, 0);
	err = err ?: limit(RLIMIT_NPROC, 0);
	/* poll() takes no more fds at once than this; no new one has a place below it. */
	return err ?: limit(RLIMIT_NOFILE, PROBE_JAIL_PIPE + 1);
}

static int no_new_privileges(void)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
		return -errno;
	/* After the change of user, which unsets it: the child ends when its parent does. */
	return prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) ? -errno : 0;
}

static const struct {
	int (*step)(void);
	int root;               /* only root can, and only root need */
	const char *what;
} steps[] = {
	{ enter_nothing, 1, "have an empty directory as its root" },
	{ drop_bounding, 1, "drop capabilities that it might get" },
	{ drop_groups, 1, "leave its groups" },
	{ become_nobody, 1, "become nobody" },
	{ drop_capabilities, 0, "drop its capabilities" },
	{ no_new_privileges, 0, "renounce new privileges" },
	{ set_limits, 0, "limit its memory and time" },
	{ probe_filter_set, 0, "restrict its system calls" },
};

int probe_jail_enter(const char **what)
{
	int is_root = !geteuid(), err = 0;

	for (unsigned int i = 0; i < sizeof(steps) / sizeof(*steps) && !err; i++) {
		*what = steps[i].what;
		if (is_root || !steps[i].root)
			err = steps[i].step();
	}
	return err;
}
