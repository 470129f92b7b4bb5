/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * origin_hooks.h - the programs of the origin observer and where they are: `origin` sees the
 * sockets of a cgroup, and besides it, where content is read, `origin_in` and `origin_out` their
 * packets; `origin_error` sees what ICMP says of them, where the kernel can tell.
 */
#ifndef ORIGIN_ORIGIN_HOOKS_H
#define ORIGIN_ORIGIN_HOOKS_H

#include <stdbool.h>
#include <stdint.h>

#include "attach/pinned_link.h"

#define ORIGIN_HOOKS_PROGRAM "prog/origin"

/* Those on a cgroup, in the order in which they are taken off. */
enum origin_hooks_at {
	ORIGIN_HOOKS_SOCKETS,
	ORIGIN_HOOKS_IN,
	ORIGIN_HOOKS_OUT,
	ORIGIN_HOOKS_COUNT,
};

/* The hooks in a command that is under way. */
struct origin_hooks {
	int program[ORIGIN_HOOKS_COUNT]; /* fds; -1: not wanted */
	int error_program;      /* -1: the kernel does not take it */
	struct pinned_link link[ORIGIN_HOOKS_COUNT];
};

void origin_hooks_init(struct origin_hooks *hooks);

/* Returns 0 if programs can be attached to that cgroup; NULL: to the root of all. Changes nothing.
 * -ENODEV, or another negative errno; logged. */
int origin_hooks_check(const char *cgroup);

/* Loads the programs, content: all of them. */
int origin_hooks_open(struct origin_hooks *hooks, const struct pins *pins, bool content);

/* Attaches what is loaded, or replaces the programs of links. cgroup NULL: where they are; what is
 * nowhere goes where `origin` is, and that to the root. 0 or a negative errno, logged. */
int origin_hooks_attach(struct origin_hooks *hooks, const struct pins *pins, const char *cgroup);

/* Undoes it after an error. */
void origin_hooks_end(struct origin_hooks *hooks, const char *dir, int err);

/* Take programs off for good: those that read content, whose pins go, too; or all that are on the
 * cgroup, whose pins stay, as does what the tracepoint's link holds until its pin is removed. 0 or
 * a negative errno, logged. */
int origin_hooks_stop_content(const char *dir);
int origin_hooks_stop(const char *dir);

/* Where the programs of what is loaded are. */
struct origin_hooks_state {
	bool attached;          /* else the cgroup is gone, or somebody has removed the link */
	bool reads;             /* the programs that read content are attached, too */
	bool sees_errors;       /* as is the one of the tracepoint */
	uint64_t cgroup;        /* inode */
};

/* 0 or a negative errno, logged. */
int origin_hooks_read(struct origin_hooks_state *state, const char *dir);

#endif
