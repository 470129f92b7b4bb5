// SPDX-License-Identifier: BSD-2-Clause
/*
 * bigtcp IFACE BYTES: lets an interface have TCP segments of so many bytes, merged or not yet
 * divided, over IPv6 and IPv4. Older versions of ip know only some of these sizes. Ends with
 * 77 where the kernel does not have one of them (before Linux 6.3), with 2 on any other error.
 */
#include <errno.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>

/* enum in linux/if_link.h, in which older headers lack some. */
#define LINK_GSO_MAX_SIZE 41
#define LINK_GRO_MAX_SIZE 58
#define LINK_GSO_IPV4_MAX_SIZE 63
#define LINK_GRO_IPV4_MAX_SIZE 64

/* The exit status that automake's tests give for "skipped". */
#define NOT_SUPPORTED 77

static int ask(struct mnl_socket *socket, const struct nlmsghdr *request, unsigned int sequence)
{
	char answer[8192];
	ssize_t size;

	if (mnl_socket_sendto(socket, request, request->nlmsg_len) < 0)
		return -1;
	size = mnl_socket_recvfrom(socket, answer, sizeof(answer));
	if (size < 0)
		return -1;
	return mnl_cb_run(answer, size, sequence, mnl_socket_get_portid(socket), NULL, NULL);
}

static int set_size(struct mnl_socket *socket, unsigned int ifindex, uint16_t which,
		    uint32_t bytes, unsigned int sequence)
{
	char room[256] = {};
	struct nlmsghdr *request = mnl_nlmsg_put_header(room);
	struct ifinfomsg *link;

	request->nlmsg_type = RTM_NEWLINK;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	request->nlmsg_seq = sequence;
	link = mnl_nlmsg_put_extra_header(request, sizeof(*link));
	link->ifi_index = ifindex;
	mnl_attr_put_u32(request, which, bytes);
	return ask(socket, request, sequence);
}

/* Kernels ignore an attribute that they do not know: what is in force tells. */
static int read_size(const struct nlmsghdr *answer, void *data)
{
	uint64_t *found = data; /* [2], a bit for each attribute that the kernel has */
	const struct nlattr *attr;

	mnl_attr_for_each(attr, answer, sizeof(struct ifinfomsg))
		if (mnl_attr_get_type(attr) < 2 * 64)
			found[mnl_attr_get_type(attr) / 64] |= 1ULL << mnl_attr_get_type(attr) % 64;
	return MNL_CB_OK;
}

static int find_sizes(struct mnl_socket *socket, unsigned int ifindex, uint64_t found[2])
{
	char room[32768] = {};
	struct nlmsghdr *request = mnl_nlmsg_put_header(room);
	struct ifinfomsg *link;
	ssize_t size;

	request->nlmsg_type = RTM_GETLINK;
	request->nlmsg_flags = NLM_F_REQUEST;
	link = mnl_nlmsg_put_extra_header(request, sizeof(*link));
	link->ifi_index = ifindex;
	if (mnl_socket_sendto(socket, request, request->nlmsg_len) < 0)
		return -1;
	size = mnl_socket_recvfrom(socket, room, sizeof(room));
	if (size < 0)
		return -1;
	return mnl_cb_run(room, size, 0, mnl_socket_get_portid(socket), read_size, found);
}

int main(int argc, char **argv)
{
	static const uint16_t sizes[] = { LINK_GSO_MAX_SIZE, LINK_GRO_MAX_SIZE,
					  LINK_GSO_IPV4_MAX_SIZE, LINK_GRO_IPV4_MAX_SIZE };
	unsigned int ifindex = argc == 3 ? if_nametoindex(argv[1]) : 0;
	struct mnl_socket *socket = mnl_socket_open(NETLINK_ROUTE);
	uint64_t found[2] = {};

	if (argc != 3) {
		fprintf(stderr, "usage: bigtcp IFACE BYTES\n");
		return 2;
	}
	if (!ifindex || !socket || mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    find_sizes(socket, ifindex, found) < 0) {
		fprintf(stderr, "bigtcp: %s: %s\n", argv[1], strerror(errno));
		return 2;
	}
	for (unsigned int i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		if (!(found[sizes[i] / 64] & 1ULL << sizes[i] % 64)) {
			printf("the kernel has no attribute %u of links\n", sizes[i]);
			return NOT_SUPPORTED;
		}
		if (set_size(socket, ifindex, sizes[i], strtoul(argv[2], NULL, 0), i + 1) < 0) {
			fprintf(stderr, "bigtcp: %s, attribute %u: %s\n", argv[1], sizes[i],
				strerror(errno));
			return 2;
		}
	}
	mnl_socket_close(socket);
	return 0;
}
