// SPDX-License-Identifier: BSD-2-Clause
/*
 * What a process can do that keeps few system calls: these, but neither send signals nor connect by
 * what some of them are told.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/syscalls.h"

static const uint32_t kept[] = {
	SYS_fcntl, SYS_sendto, SYS_sendmsg, SYS_read, SYS_shutdown, SYS_exit, SYS_exit_group,
};

/* Sockets that a child uses: a pair, and one that listens. */
static int pair[2], listener;
static struct sockaddr_in place = { .sin_family = AF_INET };

static struct f_owner_ex anybody = { F_OWNER_PID, 1 };

static bool refused(long result)
{
	return result == -1 && errno == EPERM;
}

/* A check is passed if it returns true in a process that has the filter. */
static bool passes(bool (*check)(void))
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
		    syscalls_keep(kept, sizeof(kept) / sizeof(*kept)))
			_exit(2);
		_exit(!check());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_not_equal(WEXITSTATUS(status), 2);
	return !WEXITSTATUS(status);
}

static long send_message(int flags)
{
	char byte = 'x';
	struct iovec piece = { &byte, 1 };
	const struct msghdr message = { .msg_iov = &piece, .msg_iovlen = 1 };

	return sendmsg(pair[0], &message, flags);
}

static bool works_as_before(void)
{
	char byte;

	return !(fcntl(pair[0], F_GETFD) & ~FD_CLOEXEC) &&
	       fcntl(pair[0], F_SETFL, O_NONBLOCK) == 0 &&
	       fcntl(pair[0], F_DUPFD_CLOEXEC, 0) >= 0 &&
	       send(pair[0], "x", 1, MSG_NOSIGNAL) == 1 && read(pair[1], &byte, 1) == 1 &&
	       send_message(MSG_NOSIGNAL | MSG_DONTWAIT) == 1 && read(pair[1], &byte, 1) == 1;
}

static bool others_are_refused(void)
{
	return refused(syscall(SYS_getppid)) && refused(socket(AF_INET, SOCK_STREAM, 0)) &&
	       refused(kill(1, 0));
}

/* Root's fd sends any signal to anybody once it has an owner. */
static bool no_owner(void)
{
	return refused(fcntl(pair[0], F_SETOWN, 1)) &&
	       refused(fcntl(pair[0], F_SETOWN_EX, &anybody)) &&
	       refused(fcntl(pair[0], F_SETSIG, SIGKILL));
}

/* A socket that listens no more can connect with its first bytes. */
static bool no_connection(void)
{
	return !shutdown(listener, SHUT_RDWR) &&
	       refused(sendto(listener, "x", 1, MSG_FASTOPEN | MSG_NOSIGNAL,
			      (const struct sockaddr *)&place, sizeof(place))) &&
	       refused(send_message(MSG_FASTOPEN | MSG_NOSIGNAL));
}

static void test_kept(void **state)
{
	(void)state;
	assert_true(passes(works_as_before));
	assert_true(passes(others_are_refused));
}

static void test_signals(void **state)
{
	(void)state;
	assert_true(passes(no_owner));
}

static void test_connects(void **state)
{
	(void)state;
	assert_true(passes(no_connection));
}

static int make_sockets(void **state)
{
	socklen_t size = sizeof(place);

	(void)state;
	place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) ||
	       bind(listener, (const struct sockaddr *)&place, sizeof(place)) ||
	       listen(listener, 1) || getsockname(listener, (struct sockaddr *)&place, &size);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_signals),
		cmocka_unit_test(test_connects),
	};

	return cmocka_run_group_tests(tests, make_sockets, NULL);
}
