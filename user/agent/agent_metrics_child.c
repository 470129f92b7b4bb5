// SPDX-License-Identifier: BSD-2-Clause
#include "agent/agent_metrics_child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/agent_metrics_wire.h"
#include "base/clock.h"
#include "base/log.h"

/* The first pause after a death; each further one is twice as long. */
#define PAUSE_US 100000ULL
#define PAUSE_MAX_US 60000000ULL
#define LONG_NS (60 * NS_PER_SECOND)    /* who ran that long was well */

static int start(struct agent_metrics_child *child);
static void plan(struct agent_metrics_child *child);

static void find_program(char path[PATH_MAX])
{
	ssize_t length = readlink("/proc/self/exe", path, PATH_MAX - 1);
	char *name;

	path[length > 0 ? length : 0] = 0;
	name = strrchr(path, '/');
	if (!name || (size_t)(name - path) + sizeof(AGENT_METRICS_WIRE_PROGRAM) + 1 > PATH_MAX) {
		*path = 0;
		return;
	}
	strcpy(name + 1, AGENT_METRICS_WIRE_PROGRAM);
	if (access(path, X_OK)) {
		log_warning("metrics are not served: there is no %s", path);
		*path = 0;
	}
}

void agent_metrics_child_init(struct agent_metrics_child *child, sd_event *loop)
{
	memset(child, 0, sizeof(*child));
	child->loop = loop;
	child->socket = child->listener = -1;
	find_program(child->program);
}

static void forget(struct agent_metrics_child *child)
{
	child->ended = sd_event_source_disable_unref(child->ended);
	child->asked = sd_event_source_disable_unref(child->asked);
	if (child->socket >= 0)
		close(child->socket);
	child->socket = -1;
	child->pid = 0;
}

static int on_again(sd_event_source *timer, uint64_t due_us, void *context)
{
	struct agent_metrics_child *child = context;

	(void)timer;
	(void)due_us;
	child->again = sd_event_source_disable_unref(child->again);
	if (start(child))
		plan(child);
	return 0;
}

static void plan(struct agent_metrics_child *child)
{
	uint64_t pause_us = child->deaths < 10 ? PAUSE_US << child->deaths : PAUSE_MAX_US;
	int err;

	if (pause_us > PAUSE_MAX_US)
		pause_us = PAUSE_MAX_US;
	child->deaths++;
	err = sd_event_add_time_relative(child->loop, &child->again, CLOCK_MONOTONIC, pause_us, 0,
					 on_again, child);
	if (err < 0)
		log_error(err, "metrics are not served any more: cannot set a timer: %s",
			  strerror(-err));
}

static void tell_death(struct agent_metrics_child *child, const siginfo_t *info)
{
	if (clock_monotonic_ns() - child->started_ns > LONG_NS) {
		child->deaths = 0;
		child->told = false;
	}
	if (child->told)
		return;
	child->told = true;
	if (info->si_code == CLD_EXITED)
		log_warning("%s ended with status %d; it is started again",
			    AGENT_METRICS_WIRE_PROGRAM, info->si_status);
	else
		log_warning("%s was ended by a signal (%s); it is started again",
			    AGENT_METRICS_WIRE_PROGRAM, strsignal(info->si_status));
}

static int on_end(sd_event_source *source, const siginfo_t *info, void *context)
{
	struct agent_metrics_child *child = context;

	(void)source;
	tell_death(child, info);
	forget(child);
	plan(child);
	return 0;
}

static void send_page(struct agent_metrics_child *child)
{
	struct agent_metrics_wire wire = {};
	struct iovec piece = { &wire, sizeof(wire) };
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} control = {};
	struct msghdr message = { .msg_iov = &piece, .msg_iovlen = 1 };
	int fd = child->page(child->context, &wire.size);

	if (fd >= 0) {
		message.msg_control = &control;
		message.msg_controllen = sizeof(control);
		control.head.cmsg_level = SOL_SOCKET;
		control.head.cmsg_type = SCM_RIGHTS;
		control.head.cmsg_len = CMSG_LEN(sizeof(fd));
		memcpy(CMSG_DATA(&control.head), &fd, sizeof(fd));
	}
	/* One that does not take its answers has room for none, and asks again. */
	sendmsg(child->socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (fd >= 0)
		close(fd);
}

/* What it says is not trusted: any byte is a wish for a page, of which there is one a second. */
static int on_asked(sd_event_source *source, int fd, uint32_t events, void *context)
{
	struct agent_metrics_child *child = context;
	char word;
	ssize_t got = recv(fd, &word, 1, MSG_DONTWAIT);

	(void)events;
	if (got == 1 && word == AGENT_METRICS_WIRE_PAGE)
		send_page(child);
	/* Its end is told by the source of its process. */
	if (!got || (got < 0 && errno != EAGAIN && errno != EINTR))
		sd_event_source_set_enabled(source, SD_EVENT_OFF);
	return 0;
}

/* It gets two fds, no environment, and signals as a new process has them. */
static int spawn(struct agent_metrics_child *child, int socket)
{
	char *const environment[] = { NULL };
	posix_spawn_file_actions_t fds;
	posix_spawnattr_t attributes;
	sigset_t none, pipe;
	int high[2], err;

	/* Neither may stand where the other is to come. */
	high[0] = fcntl(child->listener, F_DUPFD_CLOEXEC, 10);
	high[1] = fcntl(socket, F_DUPFD_CLOEXEC, 10);
	sigemptyset(&none);
	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	posix_spawn_file_actions_init(&fds);
	posix_spawn_file_actions_addopen(&fds, 0, "/dev/null", O_RDWR, 0);
	posix_spawn_file_actions_adddup2(&fds, 0, 1);
	posix_spawn_file_actions_adddup2(&fds, high[0], AGENT_METRICS_WIRE_LISTENER);
	posix_spawn_file_actions_adddup2(&fds, high[1], AGENT_METRICS_WIRE_SOCKET);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &pipe);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	err = -posix_spawn(&child->pid, child->program, &fds, &attributes, child->words,
			   environment);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&fds);
	close(high[0]);
	close(high[1]);
	return err;
}

static int watch(struct agent_metrics_child *child)
{
	int err = sd_event_add_child(child->loop, &child->ended, child->pid, WEXITED, on_end,
				     child);

	return err < 0 ? err : sd_event_add_io(child->loop, &child->asked, child->socket, EPOLLIN,
					       on_asked, child);
}

static int start(struct agent_metrics_child *child)
{
	int sockets[2], err;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets))
		return log_error(-errno, "metrics: cannot make a socket: %s", strerror(errno));
	err = spawn(child, sockets[1]);
	close(sockets[1]);
	child->socket = sockets[0];
	child->started_ns = clock_monotonic_ns();
	if (!err)
		err = watch(child);
	if (err >= 0)
		return 0;
	agent_metrics_child_stop(child);
	return log_error(err, "metrics: cannot start %s: %s", child->program, strerror(-err));
}

void agent_metrics_child_words(struct agent_metrics_child *child,
			       const struct agent_metrics_where *where,
			       const struct agent_words *hosts)
{
	unsigned int count = 0;

	child->words[count++] = AGENT_METRICS_WIRE_PROGRAM;
	child->words[count++] = where->is_local ? AGENT_METRICS_WIRE_UNIX :
				where->is_loopback ? AGENT_METRICS_WIRE_LOOPBACK :
						     AGENT_METRICS_WIRE_NETWORK;
	for (unsigned int i = 0; i < hosts->count; i++)
		child->words[count++] = (char *)hosts->word[i];
	child->words[count] = NULL;
}

int agent_metrics_child_start(struct agent_metrics_child *child, int listener)
{
	if (!*child->program)
		return 0;
	child->listener = listener;
	child->deaths = 0;
	return start(child);
}

/* Its process ends by itself once its socket is closed; that is not waited for. */
void agent_metrics_child_stop(struct agent_metrics_child *child)
{
	pid_t pid = child->pid;

	child->again = sd_event_source_disable_unref(child->again);
	forget(child);
	if (pid) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
}
