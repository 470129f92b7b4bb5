// SPDX-License-Identifier: BSD-2-Clause
#include "net/listener.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <linux/capability.h>

#include "base/log.h"
#include "base/process.h"

static const char *advice(int err)
{
	if (err == -EPERM && !process_may(CAP_SYS_PTRACE))
		return "; that takes CAP_SYS_PTRACE, which this process lacks";
	if (err == -EPERM)
		return "; run as root, and with kernel.yama.ptrace_scope below 3";
	if (err == -EOPNOTSUPP)
		return "; it is an MPTCP socket, to which the kernel steers nothing: have it "
		       "listen with TCP";
	return "";
}

int listener_try_take(const struct listener *listener)
{
	int fd = listener->holder_count ? -ESTALE : -ESRCH;

	for (unsigned int i = 0; i < listener->holder_count && fd < 0; i++)
		fd = holder_take(&listener->holders[i], listener->cookie);
	return fd;
}

int listener_take(const struct listener *listener)
{
	char text[LISTENER_TEXT_SIZE];
	int fd = listener_try_take(listener);

	listener_format(&listener->address, listener->port, text);
	if (!listener->holder_count)
		return log_error(-ESRCH, "cannot take the socket %s: no process in /proc has it "
				 "open; %s", text, process_may(CAP_SYS_PTRACE) ?
				 "one in another PID namespace has, or the kernel itself" :
				 "to see who has takes CAP_SYS_PTRACE, which this process lacks");
	if (fd < 0 && fd != -ESTALE)
		log_error(fd, "cannot take the socket %s from %s[%d]: %s%s", text,
			  listener->holders[listener->holder_count - 1].name,
			  listener->holders[listener->holder_count - 1].pid, strerror(-fd),
			  advice(fd));
	return fd;
}

char *listener_format(const struct address *address, uint16_t port,
		      char text[LISTENER_TEXT_SIZE])
{
	char number[ADDRESS_TEXT_SIZE];

	address_format(address, number);
	snprintf(text, LISTENER_TEXT_SIZE, address->family == AF_INET ? "%s:%u" : "[%s]:%u",
		 number, port);
	return text;
}
