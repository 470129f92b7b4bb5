/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * holder.h - processes that have a socket open, and how to get the socket from them.
 */
#ifndef NET_HOLDER_H
#define NET_HOLDER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define HOLDER_NAME_SIZE 16

struct holder {
	pid_t pid;
	int fd;                 /* the socket's number in that process */
	char name[HOLDER_NAME_SIZE]; /* of the process, of any bytes */
};

/* A search for the processes that have certain sockets open, which are told by their inodes. */
struct holder_search {
	bool (*wants)(uint32_t inode, void *context);
	/* A return value other than 0 ends the search and becomes its result. */
	int (*found)(uint32_t inode, const struct holder *holder, void *context);
	void *context;
};

/* Looks at every process in /proc that we are allowed to look at. 0, what found() returned, or a
 * negative errno with the reason logged. */
int holders_find(const struct holder_search *search);

/*
 * Takes the socket from its holder: an fd for the caller to close. -ESTALE if the holder's fd is
 * no longer the socket with this cookie, or another negative errno; nothing is logged.
 */
int holder_take(const struct holder *holder, uint64_t cookie);

#endif
