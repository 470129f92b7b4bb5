/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * listener.h - the sockets that wait for connections in this network namespace, as
 * `ss -tuln` shows them: TCP ones that listen, UDP ones without a peer.
 */
#ifndef NET_LISTENER_H
#define NET_LISTENER_H

#include "base/address.h"
#include "net/holder.h"

struct listener {
	uint64_t cookie;        /* what the kernel knows the socket by */
	uint32_t inode;         /* what processes know it by */
	uint32_t ifindex;       /* bound to that interface; 0: to none */
	uint8_t protocol;       /* IPPROTO_TCP or IPPROTO_UDP */
	bool serves_v4, serves_v6;
	uint16_t port;
	struct address address; /* bits 0: any */
	struct holder *holders;
	unsigned int holder_count;
};

struct listeners {
	struct listener *listener; /* by cookie */
	unsigned int count;
};

/* All of them, with who holds them. Errors are said. To be freed. */
int listeners_read(struct listeners *listeners);
void listeners_free(struct listeners *listeners);

const struct listener *listeners_by_cookie(const struct listeners *listeners, uint64_t cookie);

/*
 * Those to which connections to address and port come: bound to that address; if there
 * is none, to any address of its family; if there is none, [::], which takes IPv4 too.
 * Several where SO_REUSEPORT workers share it. Returns how many; found has room for max.
 */
unsigned int listeners_find(const struct listeners *listeners, uint8_t protocol,
			    const struct address *address, uint16_t port,
			    const struct listener **found, unsigned int max);

/*
 * A socket from one of its holders, which the caller closes. -ESTALE, not said, if
 * none has it any more: look again. Other errors are said.
 */
int listener_take(const struct listener *listener);

/* "127.0.0.1:8513" or "[::1]:8513"; returns text. */
#define LISTENER_TEXT_SIZE (ADDRESS_TEXT_SIZE + 9)
char *listener_format(const struct address *address, uint16_t port,
		      char text[LISTENER_TEXT_SIZE]);

#endif
