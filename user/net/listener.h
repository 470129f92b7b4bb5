/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * listener.h - a socket that waits for connections: a TCP socket that listens, or a UDP socket
 * without a peer.
 */
#ifndef NET_LISTENER_H
#define NET_LISTENER_H

#include "base/address.h"
#include "net/holder.h"

struct listener {
	uint64_t cookie;        /* the kernel's number of the socket, never used again */
	uint32_t inode;         /* its number in /proc/PID/fd */
	uint32_t user;          /* the uid that it belongs to */
	uint32_t ifindex;       /* of the interface that it is bound to; 0: none */
	uint8_t protocol;       /* IPPROTO_TCP or IPPROTO_UDP */
	bool serves_v4, serves_v6;
	uint16_t port;
	struct address address; /* bits 0: any */
	struct holder *holders; /* the processes that have it open */
	unsigned int holder_count;
};

/*
 * Takes the socket from one of its holders: an fd for the caller to close. -ESTALE, not logged,
 * if no holder has it any more, so that the caller looks again. Other errors are logged.
 */
int listener_take(const struct listener *listener);

/* The same, silent. */
int listener_try_take(const struct listener *listener);

/* Writes "127.0.0.1:513" or "[::1]:513"; returns text. */
#define LISTENER_TEXT_SIZE (ADDRESS_TEXT_SIZE + 9)
char *listener_format(const struct address *address, uint16_t port,
		      char text[LISTENER_TEXT_SIZE]);

#endif
