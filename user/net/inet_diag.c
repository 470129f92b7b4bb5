// SPDX-License-Identifier: BSD-2-Clause
#include "net/inet_diag.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/log.h"
#include "net/netlink.h"

struct dump {
	uint8_t protocol, family;
	struct listener *listener;
	unsigned int count;
};

/* The kernel sets IPV6_V6ONLY on a socket that is bound to an IPv6 address, unless this is an
 * IPv4 address mapped into IPv6. */
static void read_message(const struct nlmsghdr *header, const struct dump *dump,
			 struct listener *listener)
{
	const struct inet_diag_msg *message = mnl_nlmsg_get_payload(header);
	const struct nlattr *attribute;
	bool v6only = false;

	mnl_attr_for_each(attribute, header, sizeof(*message))
		if (mnl_attr_get_type(attribute) == INET_DIAG_SKV6ONLY &&
		    mnl_attr_get_payload_len(attribute) >= 1)
			v6only = mnl_attr_get_u8(attribute);
	memset(listener, 0, sizeof(*listener));
	listener->protocol = dump->protocol;
	listener->cookie = (uint64_t)message->id.idiag_cookie[1] << 32 |
			   message->id.idiag_cookie[0];
	listener->inode = message->idiag_inode;
	listener->user = message->idiag_uid;
	listener->ifindex = message->id.idiag_if;
	listener->port = ntohs(message->id.idiag_sport);
	listener->serves_v4 = message->idiag_family == AF_INET || !v6only;
	listener->serves_v6 = message->idiag_family == AF_INET6;
	address_from_bytes(&listener->address, message->idiag_family,
			   (const uint8_t *)message->id.idiag_src);
	address_unmap(&listener->address);
}

static int take_message(const struct nlmsghdr *header, void *context)
{
	struct dump *dump = context;
	struct listener listener;

	if (mnl_nlmsg_get_payload_len(header) < sizeof(struct inet_diag_msg))
		return MNL_CB_OK;
	read_message(header, dump, &listener);
	if (!array_append(dump->listener, dump->count, &listener))
		return MNL_CB_OK;
	errno = ENOMEM;
	return MNL_CB_ERROR;
}

static void begin(void *context)
{
	((struct dump *)context)->count = 0;
}

static int read_all(struct dump *dump)
{
	const struct inet_diag_req_v2 request = {
		.sdiag_family = dump->family,
		.sdiag_protocol = dump->protocol,
		/* A UDP socket without a peer is in the state that TCP calls closed. */
		.idiag_states = 1 << (dump->protocol == IPPROTO_TCP ? TCP_LISTEN : TCP_CLOSE),
	};
	const struct netlink_dump sockets = {
		.bus = NETLINK_SOCK_DIAG, .type = SOCK_DIAG_BY_FAMILY,
		.request = &request, .request_size = sizeof(request),
		.take = take_message, .begin = begin, .context = dump,
	};

	return netlink_dump(&sockets);
}

int inet_diag_listeners(uint8_t protocol, uint8_t family,
			int (*found)(const struct listener *listener, void *context),
			void *context)
{
	struct dump dump = { .protocol = protocol, .family = family };
	const char *name = protocol == IPPROTO_TCP ? "TCP" : "UDP";
	int err = read_all(&dump);

	for (unsigned int i = 0; i < dump.count && !err; i++)
		err = found(&dump.listener[i], context);
	free(dump.listener);
	if (err == -ENOENT)
		return log_error(err, "cannot ask the kernel for %s sockets: it has no inet_diag; "
				 "modprobe %s_diag", name, protocol == IPPROTO_TCP ? "tcp" : "udp");
	if (err)
		log_error(err, "cannot ask the kernel for %s sockets: %s", name, strerror(-err));
	return err;
}
