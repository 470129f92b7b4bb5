// SPDX-License-Identifier: BSD-2-Clause
#include "net/netlink_watch.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/rtnetlink.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include "base/log.h"
#include "base/scoped.h"

#define ROUTE(member) (NLMSG_HDRLEN + offsetof(struct rtmsg, member))
#define ALL 0xffffffff

/* A filter loads what nlmsg_type is in the order of the network. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define LOADED(type) __builtin_bswap16(type)
#else
#define LOADED(type) (type)
#endif

/*
 * Drops messages of routes but those by which packets are this host's, as net/routes.c takes them:
 * of type local, in the table of that name or in a VRF's, where the kernel has made them. Tables
 * from 256 on have another number in rtm_table, and their own in RTA_TABLE alone.
 */
static struct sock_filter own_routes[] = {
	BPF_STMT(BPF_LD | BPF_H | BPF_ABS, offsetof(struct nlmsghdr, nlmsg_type)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, LOADED(RTM_NEWROUTE), 1, 0),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, LOADED(RTM_DELROUTE), 0, 6),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, ROUTE(rtm_type)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, RTN_LOCAL, 0, 5),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, ROUTE(rtm_table)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, RT_TABLE_LOCAL, 2, 0),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, ROUTE(rtm_protocol)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, RTPROT_KERNEL, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, ALL),
	BPF_STMT(BPF_RET | BPF_K, 0),
};

static const int link_groups[] = { RTNLGRP_LINK, 0 };
static const int address_groups[] = {
	RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR, RTNLGRP_IPV6_IFINFO,
	RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE, 0
};

static int join(int fd, const int *groups)
{
	for (; *groups; groups++)
		if (setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, groups, sizeof(*groups)))
			return -errno;
	return 0;
}

/* The filter is there before the first message. */
static int set_up(int fd, unsigned int of)
{
	const struct sock_fprog program = { sizeof(own_routes) / sizeof(*own_routes), own_routes };
	const struct sockaddr_nl any = { .nl_family = AF_NETLINK };
	int err = 0;

	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) ||
	    bind(fd, (const struct sockaddr *)&any, sizeof(any)))
		return -errno;
	if (of & NETLINK_WATCH_LINKS)
		err = join(fd, link_groups);
	if (!err && of & NETLINK_WATCH_ADDRESSES)
		err = join(fd, address_groups);
	return err;
}

int netlink_watch_open(unsigned int of)
{
	scoped_fd int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
				  NETLINK_ROUTE);
	int err = fd < 0 ? -errno : set_up(fd, of);

	if (err)
		return log_error(err, "cannot hear of changes of interfaces and addresses: %s",
				 strerror(-err));
	return take_fd(&fd);
}

/* What another process sends to this socket is no news, though it does no harm: all that follows
 * is that the kernel is asked. */
bool netlink_watch_take(int fd)
{
	char first[64];
	struct sockaddr_nl from;
	bool changed = false;

	for (;;) {
		socklen_t size = sizeof(from);
		ssize_t length = recvfrom(fd, first, sizeof(first), MSG_TRUNC,
					  (struct sockaddr *)&from, &size);

		if (length >= 0)
			changed |= !from.nl_pid;
		else if (errno == ENOBUFS)
			changed = true;
		else if (errno != EINTR)
			return changed;
	}
}
