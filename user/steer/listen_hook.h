/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * listen_hook.h - the program listen on a cgroup: it finds the sockets of listeners while they
 * begin to listen, and counts the connections that are steered. steer goes on without it where
 * the kernel does not take it, with one warning.
 */
#ifndef STEER_LISTEN_HOOK_H
#define STEER_LISTEN_HOOK_H

#include "attach/pinned_link.h"
#include "kernel/part.h"

extern const struct pinned_link_hook listen_hook;

/* The hook in a command that is under way. */
struct listen_hook_run {
	int program;            /* fd, or -1: the kernel does not take it */
	struct pinned_link link;
};

#define LISTEN_HOOK_NONE { .program = -1, .link = PINNED_LINK_NONE }

/* Loads the program. Where it is on no cgroup yet it goes there at once, so that no listener
 * starts unseen before the rules are written; cgroup NULL: the root of all. */
int listen_hook_open(struct listen_hook_run *hook, const struct part_run *run,
		     const char *cgroup);

/* Replaces the program where it is. */
int listen_hook_attach(struct listen_hook_run *hook, const struct part_run *run,
		       const char *cgroup);

/* Whether the program is attached once the command is done: 1, 0 or a negative errno. */
int listen_hook_is_on(const struct listen_hook_run *hook, const char *dir);

/* The inode of the cgroup that the pinned link is on; 0 if it is on none. */
int listen_hook_cgroup(const char *dir, uint64_t *cgroup);

void listen_hook_end(struct listen_hook_run *hook, int err, const char *dir);

#endif
