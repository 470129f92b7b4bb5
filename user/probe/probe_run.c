// SPDX-License-Identifier: BSD-2-Clause
#include "probe/probe_run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/scoped.h"
#include "probe/probe_child.h"
#include "probe/probe_hand.h"

#define STACK_SIZE (1UL << 20)
#define NS_PER_MS 1000000ULL

/* Every connection as late as can be, and some time to get ready. */
#define RUN_NS (PROBE_CONNECTIONS * (PROBE_HAND_NS + NS_PER_SECOND) + 10 * NS_PER_SECOND)

/* Reads a whole record: 1, 0 at the end of the pipe, or -ETIMEDOUT or another negative errno. */
static int read_record(int pipe, uint64_t until_ns, uint8_t bytes[PROBE_WIRE_SIZE])
{
	size_t used = 0;

	while (used < PROBE_WIRE_SIZE) {
		struct pollfd fd = { pipe, POLLIN, 0 };
		uint64_t now_ns = clock_monotonic_ns();
		ssize_t got;

		if (now_ns >= until_ns)
			return -ETIMEDOUT;
		if (poll(&fd, 1, (until_ns - now_ns) / NS_PER_MS + 1) <= 0)
			continue;
		got = read(pipe, bytes + used, PROBE_WIRE_SIZE - used);
		if (got < 0 && errno != EINTR)
			return -errno;
		if (!got)
			return 0;
		used += got > 0 ? got : 0;
	}
	return 1;
}

static int listen_to(int pipe, void (*progress)(unsigned int connections, void *context),
		     void *context, struct probe_result *result)
{
	uint64_t until_ns = clock_monotonic_ns() + RUN_NS;
	uint8_t bytes[PROBE_WIRE_SIZE];
	int got;

	while ((got = read_record(pipe, until_ns, bytes)) > 0) {
		unsigned int before = result->rows.connections;
		int err = probe_wire_take(bytes, result);

		if (err)
			return err;
		if (progress && result->rows.connections != before)
			progress(result->rows.connections, context);
	}
	return got;
}

static void explain_end(int err, int status, struct probe_result *result)
{
	if (result->ended || *result->fault)
		return;
	if (err == -EBADMSG)
		snprintf(result->fault, sizeof(result->fault),
			 "its process said what it should not");
	else if (err)
		snprintf(result->fault, sizeof(result->fault), "its process was not heard: %s",
			 strerror(-err));
	else if (WIFSIGNALED(status))
		snprintf(result->fault, sizeof(result->fault), "its process was ended by a signal "
			 "(%s) at what the origin said", strsignal(WTERMSIG(status)));
	else
		snprintf(result->fault, sizeof(result->fault), "its process ended early");
}

/* clone(), as fork() would have the child return to the verb. The child gets a copy of all memory,
 * and returns from its function only. */
static pid_t start(struct probe_child *child, void *stack)
{
	pid_t pid = clone(probe_child_main, (char *)stack + STACK_SIZE, SIGCHLD, child);

	return pid < 0 ? log_error(-errno, "cannot start a process for the probe: %s",
				   strerror(errno)) : pid;
}

static int run(struct probe_child *child, int pipe, void *stack,
	       void (*progress)(unsigned int connections, void *context), void *context,
	       struct probe_result *result)
{
	pid_t pid = start(child, stack);
	int err, status = 0;

	close(child->pipe);
	if (pid < 0)
		return pid;
	err = listen_to(pipe, progress, context, result);
	if (err)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	explain_end(err, status, result);
	if (!result->begun)
		return log_error(-EPERM, "cannot probe: %s; nothing was asked", result->fault);
	return 0;
}

int probe_run(const struct probe_target *target, const struct probe_offer *offer,
	      void (*progress)(unsigned int connections, void *context), void *context,
	      struct probe_result *result)
{
	struct probe_child child = { target, offer, -1 };
	void *stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	scoped_fd int pipe_read = -1;
	int ends[2], err;

	memset(result, 0, sizeof(*result));
	result->rows.whole_13 = probe_offer_whole_13(offer);
	if (stack == MAP_FAILED)
		return log_error(-ENOMEM, "out of memory for the probe");
	if (pipe2(ends, O_CLOEXEC)) {
		err = log_error(-errno, "cannot make a pipe for the probe: %s", strerror(errno));
	} else {
		pipe_read = ends[0];
		child.pipe = ends[1];
		err = run(&child, pipe_read, stack, progress, context, result);
	}
	munmap(stack, STACK_SIZE);
	return err;
}
