// SPDX-License-Identifier: BSD-2-Clause
#include "sockets.h"

#include <arpa/inet.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

#define BACKLOG 128

static socklen_t length_of(const union socket_address *address)
{
	return address->any.sa_family == AF_INET ? sizeof(address->v4) : sizeof(address->v6);
}

void socket_address(union socket_address *address, int family, const uint32_t *words_be,
		    uint16_t port)
{
	memset(address, 0, sizeof(*address));
	if (family == 4) {
		address->v4.sin_family = AF_INET;
		address->v4.sin_port = htons(port);
		address->v4.sin_addr.s_addr = *words_be;
	} else {
		address->v6.sin6_family = AF_INET6;
		address->v6.sin6_port = htons(port);
		memcpy(&address->v6.sin6_addr, words_be, sizeof(address->v6.sin6_addr));
	}
}

void socket_address_parse(union socket_address *address, const char *text, uint16_t port)
{
	uint32_t words_be[4];
	int family = strchr(text, ':') ? 6 : 4;

	need(inet_pton(family == 4 ? AF_INET : AF_INET6, text, words_be) == 1, text);
	socket_address(address, family, words_be, port);
}

static void set(int fd, int level, int option, int value)
{
	need(!setsockopt(fd, level, option, &value, sizeof(value)), "set up a socket");
}

/* Bound to an address that no interface has. */
static int open_bound(const union socket_address *address)
{
	int fd = socket(address->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	need(fd >= 0, "open a socket");
	if (address->any.sa_family == AF_INET)
		set(fd, SOL_IP, IP_FREEBIND, 1);
	else
		set(fd, SOL_IPV6, IPV6_FREEBIND, 1);
	set(fd, SOL_IP, IP_BIND_ADDRESS_NO_PORT, 1);
	set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	need(!bind(fd, &address->any, length_of(address)), "bind a socket");
	return fd;
}

int tcp_listen(const union socket_address *address)
{
	int fd = open_bound(address);

	need(!listen(fd, BACKLOG), "listen");
	return fd;
}

int tcp_connect(const union socket_address *from, const union socket_address *to)
{
	struct linger reset = { .l_onoff = 1 };
	int fd = open_bound(from);

	need(!setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)), "set up a socket");
	need(!connect(fd, &to->any, length_of(to)), "connect");
	return fd;
}
