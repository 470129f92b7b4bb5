/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * holder.h - processes that have a socket open, and how to get it from them.
 */
#ifndef NET_HOLDER_H
#define NET_HOLDER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define HOLDER_NAME_SIZE 16

struct holder {
	pid_t pid;
	int fd;                 /* the process's */
	char name[HOLDER_NAME_SIZE]; /* of the process, as ps shows it; no control characters */
};

/* Who has which of the wanted sockets open; a socket is known by its inode. */
struct holder_search {
	bool (*wants)(uint32_t inode, void *context);
	/* Other than 0 ends the search with it. */
	int (*found)(uint32_t inode, const struct holder *holder, void *context);
	void *context;
};

/* Looks at every process of /proc that may be looked at. Errors are said. */
int holders_find(const struct holder_search *search);

/*
 * The holder's socket, which the caller closes. -ESTALE if what it has there is not
 * the one with this cookie any more, a negative errno if it cannot be had: not said.
 */
int holder_take(const struct holder *holder, uint64_t cookie);

#endif
