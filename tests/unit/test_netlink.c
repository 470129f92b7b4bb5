// SPDX-License-Identifier: BSD-2-Clause
/*
 * Who answers a question to the kernel: another process may send to a netlink socket, too, if
 * it has CAP_NET_ADMIN in this network namespace, and what it sends is not believed. The forged
 * messages are there before the question is asked, so that they are read first.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>
#include <linux/inet_diag.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>

#include "net/netlink.h"

#define FORGED_INDEX 0x7654321
#define LOOPBACK_INDEX 1
#define FORGED_PORT_BE 0xffff /* no port that the kernel chooses by itself */

static int bus;
static const struct nlmsghdr *forged;
static unsigned int delivered;

/* Takes the place of libmnl's. */
ssize_t mnl_socket_sendto(const struct mnl_socket *socket, const void *request, size_t size)
{
	const struct sockaddr_nl target = {
		.nl_family = AF_NETLINK, .nl_pid = mnl_socket_get_portid(socket),
	};
	struct mnl_socket *other = mnl_socket_open(bus);
	char room[256];
	struct nlmsghdr *message = (struct nlmsghdr *)room;

	assert_non_null(other);
	memcpy(room, forged, forged->nlmsg_len);
	message->nlmsg_seq = 1;
	message->nlmsg_pid = target.nl_pid;
	if (sendto(mnl_socket_get_fd(other), room, message->nlmsg_len, 0,
		   (const struct sockaddr *)&target, sizeof(target)) > 0)
		delivered++;
	mnl_socket_close(other);
	return send(mnl_socket_get_fd(socket), request, size, 0);
}

/* What is there, and what is said to be there: an interface's index, or a port. */
struct seen {
	uint32_t real, fake;
	bool saw_real, saw_fake;
};

static void begin(void *context)
{
	struct seen *seen = context;

	seen->saw_real = seen->saw_fake = false;
}

static int see(struct seen *seen, uint32_t what)
{
	seen->saw_real |= what == seen->real;
	seen->saw_fake |= what == seen->fake;
	return MNL_CB_OK;
}

static int take_link(const struct nlmsghdr *header, void *context)
{
	const struct ifinfomsg *link = mnl_nlmsg_get_payload(header);

	return see(context, link->ifi_index);
}

static int take_socket(const struct nlmsghdr *header, void *context)
{
	const struct inet_diag_msg *socket = mnl_nlmsg_get_payload(header);

	return see(context, socket->id.idiag_sport);
}

/* Everything that is there is found, and nothing of what is forged is believed. */
static void check_links(const struct nlmsghdr *message)
{
	const struct ifinfomsg request = {};
	struct seen seen = { .real = LOOPBACK_INDEX, .fake = FORGED_INDEX };
	const struct netlink_dump dump = {
		.bus = NETLINK_ROUTE, .type = RTM_GETLINK, .request = &request,
		.request_size = sizeof(request), .take = take_link, .begin = begin,
		.context = &seen,
	};

	bus = NETLINK_ROUTE;
	forged = message;
	delivered = 0;
	assert_int_equal(netlink_dump(&dump), 0);
	assert_int_equal(delivered, 1);
	assert_true(seen.saw_real);
	assert_false(seen.saw_fake);
}

static void test_forged_link(void **state)
{
	const struct {
		struct nlmsghdr header;
		struct ifinfomsg link;
	} message = {
		{ .nlmsg_len = sizeof(message), .nlmsg_type = RTM_NEWLINK,
		  .nlmsg_flags = NLM_F_MULTI },
		{ .ifi_index = FORGED_INDEX },
	};

	(void)state;
	check_links(&message.header);
}

static void test_forged_end(void **state)
{
	const struct {
		struct nlmsghdr header;
		int status;
	} message = {
		{ .nlmsg_len = sizeof(message), .nlmsg_type = NLMSG_DONE,
		  .nlmsg_flags = NLM_F_MULTI },
		0,
	};

	(void)state;
	check_links(&message.header);
}

static void test_forged_error(void **state)
{
	const struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
	} message = {
		{ .nlmsg_len = sizeof(message), .nlmsg_type = NLMSG_ERROR },
		{ .error = -EPERM },
	};

	(void)state;
	check_links(&message.header);
}

/* As `steer` asks for listeners. */
static void test_forged_listener(void **state)
{
	const struct {
		struct nlmsghdr header;
		struct inet_diag_msg socket;
	} message = {
		{ .nlmsg_len = sizeof(message), .nlmsg_type = SOCK_DIAG_BY_FAMILY,
		  .nlmsg_flags = NLM_F_MULTI },
		{ .idiag_family = AF_INET, .id.idiag_sport = FORGED_PORT_BE },
	};
	const struct inet_diag_req_v2 request = {
		.sdiag_family = AF_INET, .sdiag_protocol = IPPROTO_TCP, .idiag_states = ~0U,
	};
	struct seen seen = { .fake = FORGED_PORT_BE };
	const struct netlink_dump dump = {
		.bus = NETLINK_SOCK_DIAG, .type = SOCK_DIAG_BY_FAMILY, .request = &request,
		.request_size = sizeof(request), .take = take_socket, .begin = begin,
		.context = &seen,
	};
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in at = {};
	socklen_t size = sizeof(at);

	(void)state;
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&at, &size), 0);
	seen.real = at.sin_port;
	bus = NETLINK_SOCK_DIAG;
	forged = &message.header;
	delivered = 0;
	assert_int_equal(netlink_dump(&dump), 0);
	close(listener);
	assert_int_equal(delivered, 1);
	assert_true(seen.saw_real);
	assert_false(seen.saw_fake);
}

/* What is asked for cannot be done, and somebody says that it was. */
static void test_forged_success(void **state)
{
	const struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
	} message = {
		{ .nlmsg_len = sizeof(message), .nlmsg_type = NLMSG_ERROR },
		{ .error = 0 },
	};
	struct {
		struct nlmsghdr header;
		struct ifinfomsg link;
	} request = {
		{ .nlmsg_len = sizeof(request), .nlmsg_type = RTM_DELLINK },
		{ .ifi_index = FORGED_INDEX },
	};

	(void)state;
	bus = NETLINK_ROUTE;
	forged = &message.header;
	delivered = 0;
	assert_int_equal(netlink_change(NETLINK_ROUTE, &request.header), -ENODEV);
	assert_int_equal(delivered, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forged_link),
		cmocka_unit_test(test_forged_end),
		cmocka_unit_test(test_forged_error),
		cmocka_unit_test(test_forged_listener),
		cmocka_unit_test(test_forged_success),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
