// SPDX-License-Identifier: BSD-2-Clause
#include "agent/agent_hook_child.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <syslog.h>
#include <unistd.h>

#include <linux/capability.h>
#include <systemd/sd-journal.h>

#include "base/scoped.h"

/* Exit statuses of a child that could not become the program, as shells have them. */
#define STATUS_FAILED 126       /* to give its privileges away */
#define STATUS_MISSING 127

#define PATH_DEFAULT "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define STACK_SIZE (256UL << 10)
#define FDS_MAX 65536           /* to be closed one by one, where close_range() is not there */

struct start {
	const struct agent_hook_child *child;
	int input;
	pid_t parent;
};

/* The journal may take its time: the child waits for it, and not the agent. */
static int open_output(bool journal)
{
	int fd = journal ? sd_journal_stream_fd("ecdn-xdp-hook", LOG_INFO, 0) : -1;

	return fd < 0 ? open("/dev/null", O_WRONLY | O_CLOEXEC) : fd;
}

/* A fd that is where it should be loses O_CLOEXEC. */
static int put(int fd, int where)
{
	if (fd == where)
		return fcntl(fd, F_SETFD, 0);
	return dup2(fd, where) < 0 ? -1 : 0;
}

static int set_files(int input, bool journal)
{
	int output;

	if (put(input, STDIN_FILENO))
		return -errno;
	output = open_output(journal);
	if (output < 0 || put(output, STDOUT_FILENO) || put(output, STDERR_FILENO))
		return -errno;
#ifdef SYS_close_range
	if (!syscall(SYS_close_range, STDERR_FILENO + 1, UINT_MAX, 0))
		return 0;
#endif
	for (int fd = STDERR_FILENO + 1; fd < FDS_MAX; fd++)
		close(fd);
	return 0;
}

/* By the system call: glibc ignores two of its own signals in what posix_spawn() starts, as make
 * does its commands, and signal() changes them for nobody. */
static void reset_signals(void)
{
	static const uint64_t by_default[4]; /* the kernel's struct sigaction */
	sigset_t none;

	for (int number = 1; number < NSIG; number++)
		syscall(SYS_rt_sigaction, number, by_default, NULL, sizeof(uint64_t));
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Needs CAP_SETPCAP. Without it the set stays, of which nothing can be had: the program begins with
 * no_new_privs and an empty permitted set. */
static void drop_bounding(void)
{
	for (int capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; capability++)
		if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0))
			break;
}

static int change_user(const struct agent_hook_child *child)
{
	if (child->user == (uid_t)-1)
		return 0;
	if (setgroups(1, &child->group) || setresgid(child->group, child->group, child->group) ||
	    setresuid(child->user, child->user, child->user))
		return -errno;
	return 0;
}

static int drop_privileges(const struct agent_hook_child *child)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2] = {};
	int err;

	drop_bounding();
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	err = change_user(child);
	if (err)
		return err;
	if (syscall(SYS_capset, &header, none) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	return 0;
}

/* A child whose agent has gone has nobody who would end it. */
static int die_with(pid_t parent)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0))
		return -errno;
	return getppid() == parent ? 0 : -ESRCH;
}

/* The whole life of the child until it is the program; its result is the exit status. */
static int become(void *context)
{
	const struct start *start = context;
	char path[4096];
	char *const environment[] = { path, NULL };

	snprintf(path, sizeof(path), "PATH=%s", getenv("PATH") ?: PATH_DEFAULT);
	setsid();
	umask(022);
	if (set_files(start->input, start->child->journal) || chdir("/") ||
	    drop_privileges(start->child) || die_with(start->parent))
		return STATUS_FAILED;
	reset_signals();
	execve(start->child->argv[0], (char *const *)start->child->argv, environment);
	return STATUS_MISSING;
}

/* The text is in the pipe before anybody reads it. */
static int fill(int fd, const char *text, size_t size)
{
	ssize_t done;

	if (fcntl(fd, F_SETFL, O_NONBLOCK))
		return -errno;
	done = write(fd, text, size);
	if (done < 0)
		return -errno;
	return (size_t)done == size ? 0 : -ENOBUFS;
}

/* clone(), as fork() would have the child return to the loop. The child gets a copy of all memory,
 * and returns from its function only. */
static pid_t start(struct start *start)
{
	scoped_free char *stack = malloc(STACK_SIZE);
	pid_t pid;

	if (!stack)
		return -ENOMEM;
	pid = clone(become, stack + STACK_SIZE, SIGCHLD, start);
	return pid < 0 ? -errno : pid;
}

pid_t agent_hook_child_start(const struct agent_hook_child *child, const char *text, size_t size)
{
	struct start given = { .child = child, .parent = getpid() };
	scoped_fd int input = -1, output = -1;
	int ends[2], err;

	if (size > AGENT_HOOK_CHILD_TEXT)
		return -EMSGSIZE;
	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	input = ends[0];
	output = ends[1];
	given.input = input;
	err = fill(output, text, size);
	return err ?: start(&given);
}

/* One that has not come as far as to its own group is no more than itself. */
void agent_hook_child_signal(pid_t pid, int number)
{
	if (kill(-pid, number) && errno == ESRCH)
		kill(pid, number);
}
