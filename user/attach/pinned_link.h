/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pinned_link.h - a program on a target that is opened as an fd, a network namespace or a
 * cgroup, held there by a pinned link. Errors are logged unless a comment says "silent".
 */
#ifndef ATTACH_PINNED_LINK_H
#define ATTACH_PINNED_LINK_H

#include <stdbool.h>

#include <bpf/bpf.h>

#include "kernel/pins.h"

struct pinned_link_hook {
	const char *program;    /* what messages call the program */
	const char *target;     /* what messages call the target: "this network namespace" */
	const char *pin;        /* name of the link's pin */
	const char *program_pin; /* name of the program's pin */
	enum bpf_attach_type type;
	const char *without;    /* NULL, or what a command does that goes on without the link:
				   that it cannot be made is a warning, which ends in this */
};

/* The link of a part in a command that is under way. */
struct pinned_link {
	int fd;                 /* -1: not attached */
	bool created;           /* the link is new: it is pinned in next only */
	bool replaced;          /* an existing link got a new program */
};

#define PINNED_LINK_NONE { .fd = -1 }

/* Opens the link that is pinned in dir, and reads what the kernel reports of it. -ENOENT,
 * silent, if there is no link, or its target is gone, which a link outlives. */
int pinned_link_open(const struct pinned_link_hook *hook, const char *dir,
		     struct bpf_link_info *info);

/* Logs that the link cannot be made. Returns err; where hook->without is set -ENODEV, or for any
 * other error -EOPNOTSUPP, by which a command that goes on without the link knows this from what
 * fails otherwise. */
int pinned_link_fail(const struct pinned_link_hook *hook, int err, const char *why);

/* Attaches program to target and pins the link in dir. Returns the link's fd, which the
 * caller closes. */
int pinned_link_create(const struct pinned_link_hook *hook, const char *dir, int target,
		       int program);

/* Replaces the program of the link pinned in dir; -ENOENT, silent, if there is none. */
int pinned_link_replace(struct pinned_link *link, const struct pinned_link_hook *hook,
			const char *dir, int program);

/* Undoes either: the link gets back the program that is pinned in dir, or goes if it is
 * new. */
void pinned_link_undo(struct pinned_link *link, const struct pinned_link_hook *hook,
		      const char *dir);
void pinned_link_close(struct pinned_link *link);

/* Detaches at once and removes the pin. It is no error if nothing is attached. */
int pinned_link_stop(const struct pinned_link_hook *hook, const char *dir);

#endif
