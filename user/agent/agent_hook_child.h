/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * agent_hook_child.h - a program of the operator's is run: in a session and process group of its
 * own, without capabilities or a way to them, without our files, and with PATH alone. Silent.
 */
#ifndef AGENT_AGENT_HOOK_CHILD_H
#define AGENT_AGENT_HOOK_CHILD_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* A pipe takes so much at once. */
#define AGENT_HOOK_CHILD_TEXT PIPE_BUF

struct agent_hook_child {
	const char *const *argv;        /* ended by NULL */
	uid_t user;                     /* -1: it stays what this process is */
	gid_t group;
	bool journal;                   /* what it prints goes there, else nowhere */
};

/* Starts it with a text as its standard input. A process id, which is that of its group, too; or a
 * negative errno. */
pid_t agent_hook_child_start(const struct agent_hook_child *child, const char *text, size_t size);

/* Sends a signal to all processes of the group. The first of them is not reaped yet. */
void agent_hook_child_signal(pid_t pid, int number);

#endif
