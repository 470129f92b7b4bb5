// SPDX-License-Identifier: BSD-2-Clause
/*
 * fuzz_netlink.c - what the kernel replies to questions about sockets, addresses and
 * filters. The first byte is the question, then each datagram follows its length, two
 * bytes, the lower first. libmnl's socket is replaced here, and recvmsg(), which reads the
 * datagrams.
 */
#include "fuzz.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "attach/tc_clsact.h"
#include "attach/tc_hook.h"
#include "net/inet_diag.h"
#include "net/netlink.h"
#include "ping/ping_addresses.h"

static const uint8_t *at, *end;

struct mnl_socket {
	int none;
};

struct mnl_socket *mnl_socket_open2(int bus, int flags)
{
	static struct mnl_socket socket;

	(void)bus;
	(void)flags;
	return &socket;
}

int mnl_socket_bind(struct mnl_socket *socket, unsigned int groups, pid_t pid)
{
	(void)socket;
	(void)groups;
	(void)pid;
	return 0;
}

int mnl_socket_setsockopt(const struct mnl_socket *socket, int type, void *buf, socklen_t len)
{
	(void)socket;
	(void)type;
	(void)buf;
	(void)len;
	return 0;
}

unsigned int mnl_socket_get_portid(const struct mnl_socket *socket)
{
	(void)socket;
	return 0;
}

int mnl_socket_get_fd(const struct mnl_socket *socket)
{
	(void)socket;
	return -1;
}

int mnl_socket_close(struct mnl_socket *socket)
{
	(void)socket;
	return 0;
}

ssize_t mnl_socket_sendto(const struct mnl_socket *socket, const void *request, size_t length)
{
	(void)socket;
	(void)request;
	return (ssize_t)length;
}

/* libmnl takes a length of 2^31 and more for a negative one, which the kernel never sends. */
static void bound_lengths(uint8_t *room, size_t length)
{
	struct nlmsghdr *header;

	for (size_t i = 0; i + sizeof(*header) <= length; i += NLMSG_ALIGN(header->nlmsg_len)) {
		header = (struct nlmsghdr *)(room + i);
		header->nlmsg_len &= INT32_MAX;
		if (header->nlmsg_len < sizeof(*header))
			break;
	}
}

/* Without a datagram the kernel has no more memory for it, which ends a dump. */
ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
	void *room = message->msg_iov->iov_base;
	size_t length, size = message->msg_iov->iov_len;

	(void)fd;
	(void)flags;
	((struct sockaddr_nl *)message->msg_name)->nl_pid = 0;
	message->msg_flags = 0;
	if (end - at < 2) {
		errno = ENOBUFS;
		return -1;
	}
	length = at[0] | at[1] << 8;
	at += 2;
	if (length > (size_t)(end - at))
		length = end - at;
	if (length > size)
		length = size;
	memcpy(room, at, length);
	bound_lengths(room, length);
	at += length;
	return (ssize_t)length;
}

static int found(const struct listener *listener, void *context)
{
	(void)context;
	check(listener->holder_count == 0);
	return 0;
}

static void ask(uint8_t question)
{
	static const struct tc_hook hook = { .program = "fuzz" };
	struct tc_clsact_filter filter;
	struct ping_addresses addresses;

	switch (question % 3) {
	case 0:
		inet_diag_listeners(question & 4 ? IPPROTO_UDP : IPPROTO_TCP, AF_INET6, found,
				    NULL);
		break;
	case 1:
		if (!ping_addresses_read(&addresses))
			ping_addresses_free(&addresses);
		break;
	case 2:
		tc_clsact_find(&hook, 1, 7, &filter);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	at = data + 1;
	end = data + size;
	ask(data[0]);
	return 0;
}
