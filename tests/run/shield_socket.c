// SPDX-License-Identifier: BSD-2-Clause
#include "shield_socket.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "harness.h"

const struct family family_v4 = { "IPv4", "127.0.0.1", "127.0.0.2", "127.0.0.9", AF_INET };
const struct family family_v6 = {
	"IPv6", "2001:db8::1", "2001:db8:0:2::2", "2001:db8:0:9::9", AF_INET6,
};
const struct family family_outside = {
	"IPv6 outside 2000::/3", "2001:db8::1", "2001:db8:0:2::2", "fd00::9", AF_INET6,
};

/* Sets tcp_syncookies. A number that is written behind another one, through the same fd, may be
 * ignored. */
static void set_cookies(const char *number)
{
	int fd = open("/proc/sys/net/ipv4/tcp_syncookies", O_WRONLY | O_CLOEXEC);

	must(fd >= 0 && write(fd, number, 1) == 1, "set tcp_syncookies");
	close(fd);
}

void own_netns(void)
{
	struct ifreq up = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	const char *const addresses[] = { family_v6.server, family_v6.client,
					  family_v6.forger, family_outside.forger };
	int fd = -1;

	must(!unshare(CLONE_NEWNET), "make a network namespace");
	fd = socket(AF_INET6, SOCK_DGRAM, 0);
	must(fd >= 0 && !ioctl(fd, SIOCSIFFLAGS, &up), "bring lo up");
	for (size_t i = 0; i < sizeof(addresses) / sizeof(*addresses); i++) {
		struct in6_ifreq {
			struct in6_addr address;
			uint32_t length;
			int index;
		} add = { .length = 128, .index = if_nametoindex("lo") };

		inet_pton(AF_INET6, addresses[i], &add.address);
		must(!ioctl(fd, SIOCSIFADDR, &add), "give lo an IPv6 address");
	}
	close(fd);
	set_cookies("2");
}

socklen_t fill_address(struct sockaddr_storage *to, const struct family *family, const char *text,
		       uint16_t port)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)to;
	struct sockaddr_in *in = (struct sockaddr_in *)to;

	memset(to, 0, sizeof(*to));
	to->ss_family = family->domain;
	in->sin_port = htons(port);
	inet_pton(family->domain, text, family->domain == AF_INET ? (void *)&in->sin_addr :
						   (void *)&in6->sin6_addr);
	return family->domain == AF_INET ? sizeof(*in) : sizeof(*in6);
}

int listen_at(const struct family *family)
{
	struct sockaddr_storage at;
	socklen_t size = fill_address(&at, family, family->server, SERVED);
	int fd = socket(family->domain, SOCK_STREAM | SOCK_CLOEXEC, 0);

	must(fd >= 0 && !setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int)) &&
	     !bind(fd, (struct sockaddr *)&at, size) && !listen(fd, 16), "listen");
	return fd;
}

int connect_to(const struct family *family, uint16_t *port)
{
	struct sockaddr_storage at;
	socklen_t size = fill_address(&at, family, family->client, 0);
	int fd = socket(family->domain, SOCK_STREAM | SOCK_CLOEXEC, 0);

	must(fd >= 0 && !bind(fd, (struct sockaddr *)&at, size), "bind a client");
	size = fill_address(&at, family, family->server, SERVED);
	must(!connect(fd, (struct sockaddr *)&at, size), "connect");
	must(!getsockname(fd, (struct sockaddr *)&at, &size), "ask for the client's port");
	*port = ntohs(((struct sockaddr_in *)&at)->sin_port);
	return fd;
}

/* What the client would send next, and acknowledge. */
static void next_numbers(int client, struct packet_words *words)
{
	socklen_t size = sizeof(uint32_t);

	must(!setsockopt(client, IPPROTO_TCP, TCP_REPAIR, &(int){ TCP_REPAIR_ON }, sizeof(int)) &&
	     !setsockopt(client, IPPROTO_TCP, TCP_REPAIR_QUEUE, &(int){ TCP_SEND_QUEUE },
			 sizeof(int)) &&
	     !getsockopt(client, IPPROTO_TCP, TCP_QUEUE_SEQ, &words->seq, &size) &&
	     !setsockopt(client, IPPROTO_TCP, TCP_REPAIR_QUEUE, &(int){ TCP_RECV_QUEUE },
			 sizeof(int)) &&
	     !getsockopt(client, IPPROTO_TCP, TCP_QUEUE_SEQ, &words->ack, &size) &&
	     !setsockopt(client, IPPROTO_TCP, TCP_REPAIR, &(int){ TCP_REPAIR_OFF_NO_WP },
			 sizeof(int)), "ask for a connection's numbers");
}

int connect_half(const struct family *family, int listener, struct packet_words *words)
{
	int client;

	set_cookies("1");
	must(!setsockopt(listener, IPPROTO_TCP, TCP_DEFER_ACCEPT, &(int){ 30 }, sizeof(int)),
	     "defer accept");
	client = connect_to(family, &words->sport);
	next_numbers(client, words);
	return client;
}

void reset_half(int client, int listener)
{
	must(!setsockopt(client, SOL_SOCKET, SO_LINGER, &(struct linger){ 1, 0 },
			 sizeof(struct linger)), "have the client reset");
	close(client);
	must(!setsockopt(listener, IPPROTO_TCP, TCP_DEFER_ACCEPT, &(int){ 0 }, sizeof(int)),
	     "defer nothing");
	set_cookies("2");
}
