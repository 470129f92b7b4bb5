/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sockets.h - TCP connections from sources of the world to this host: where all
 * addresses are local, as bench.sh has it in the namespaces that need it.
 */
#ifndef BENCH_SOCKETS_H
#define BENCH_SOCKETS_H

#include <netinet/in.h>
#include <stdint.h>
#include <sys/socket.h>

union socket_address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/* family 4 or 6; words_be: one or four words of the address. */
void socket_address(union socket_address *address, int family, const uint32_t *words_be,
		    uint16_t port);
void socket_address_parse(union socket_address *address, const char *text, uint16_t port);

int tcp_listen(const union socket_address *address);

/* From any free port of a source. Its end sends a reset: nothing stays behind. */
int tcp_connect(const union socket_address *from, const union socket_address *to);

#endif
