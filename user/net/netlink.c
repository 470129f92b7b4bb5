// SPDX-License-Identifier: BSD-2-Clause
#include "net/netlink.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

/* How often a dump is begun before it is given up, as its objects change all the time. */
#define ATTEMPTS 10

/* The kernel's greatest errno. What a reply holds beyond it is none, and may have no negative. */
#define ERRNO_MAX 4095

static int error_of_reply(int number)
{
	return number > 0 && number <= ERRNO_MAX ? -number : -EPROTO;
}

/* The port of the kernel, which no process can have. */
#define KERNEL 0

/*
 * The next message of the kernel, or -1 and errno. Whoever has CAP_NET_ADMIN in this network
 * namespace may send to this socket as well: only the address that a message came from tells, as
 * its own header says what its sender wrote. mnl_socket_recvfrom() does not look at that address.
 */
static ssize_t receive_from_kernel(const struct mnl_socket *socket, void *room, size_t size)
{
	struct sockaddr_nl from;
	struct iovec at = { room, size };
	struct msghdr message = {
		.msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &at, .msg_iovlen = 1,
	};
	ssize_t length;

	do {
		from.nl_pid = KERNEL + 1;
		message.msg_namelen = sizeof(from);
		length = recvmsg(mnl_socket_get_fd(socket), &message, 0);
	} while (length < 0 ? errno == EINTR : from.nl_pid != KERNEL);
	if (length >= 0 && message.msg_flags & MSG_TRUNC) {
		errno = ENOSPC;
		return -1;
	}
	return length;
}

static int receive(struct mnl_socket *socket, mnl_cb_t take, void *context)
{
	char room[32768]; /* the most that the kernel fills, so that nothing is cut off */
	int more = MNL_CB_OK;

	while (more == MNL_CB_OK) {
		ssize_t length = receive_from_kernel(socket, room, sizeof(room));

		if (length < 0)
			return -errno;
		more = mnl_cb_run(room, length, 1, mnl_socket_get_portid(socket), take, context);
	}
	return more == MNL_CB_ERROR ? error_of_reply(errno) : 0;
}

/* Uses a socket of its own, so that the rest of an earlier answer is not in the way. */
static int ask(int bus, bool strict, struct nlmsghdr *request, mnl_cb_t take, void *context)
{
	struct mnl_socket *socket = mnl_socket_open2(bus, SOCK_CLOEXEC);
	int err;

	if (!socket)
		return -errno;
	/* Kernels before 4.20 cannot, and leave nothing out. take() selects in any case. */
	if (strict)
		mnl_socket_setsockopt(socket, NETLINK_GET_STRICT_CHK, &(int){ 1 }, sizeof(int));
	request->nlmsg_flags |= NLM_F_REQUEST;
	request->nlmsg_seq = 1;
	err = mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) ? -errno : 0;
	if (!err && mnl_socket_sendto(socket, request, request->nlmsg_len) < 0)
		err = -errno;
	err = err ?: receive(socket, take, context);
	mnl_socket_close(socket);
	return err;
}

/* -EINTR if the kernel tells that something changed meanwhile. */
static int attempt(const struct netlink_dump *dump)
{
	char room[MNL_NLMSG_HDRLEN + 64] = {};
	struct nlmsghdr *request = mnl_nlmsg_put_header(room);

	request->nlmsg_type = dump->type;
	request->nlmsg_flags = NLM_F_DUMP;
	memcpy(mnl_nlmsg_put_extra_header(request, dump->request_size), dump->request,
	       dump->request_size);
	dump->begin(dump->context);
	return ask(dump->bus, dump->strict, request, dump->take, dump->context);
}

int netlink_dump(const struct netlink_dump *dump)
{
	int err = -EINTR;

	for (int i = 0; i < ATTEMPTS && err == -EINTR; i++)
		err = attempt(dump);
	return err;
}

int netlink_change(int bus, struct nlmsghdr *request)
{
	request->nlmsg_flags |= NLM_F_ACK;
	return ask(bus, false, request, NULL, NULL);
}
