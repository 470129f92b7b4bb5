/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pinned_link.h - a program on a target that the kernel knows by an fd, a network namespace
 * or a cgroup, held by a pinned link. Errors are logged, if not said otherwise.
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
};

/* The link of a part in a command that is under way. */
struct pinned_link {
	int fd;                 /* -1: not attached */
	bool created;           /* it is pinned in next alone */
	bool replaced;          /* the program of an existing link */
};

#define PINNED_LINK_NONE { .fd = -1 }

/* Opens the link that is pinned in dir, with what the kernel tells of it. -ENOENT, silent,
 * if there is none that holds anything: a link outlives its target. */
int pinned_link_open(const struct pinned_link_hook *hook, const char *dir,
		     struct bpf_link_info *info);

/* Attaches program to target, with the link pinned in dir: its fd, which the caller closes. */
int pinned_link_create(const struct pinned_link_hook *hook, const char *dir, int target,
		       int program);

/* Replaces the program of the link pinned in dir; -ENOENT, silent, if there is none. */
int pinned_link_replace(struct pinned_link *link, const struct pinned_link_hook *hook,
			const char *dir, int program);

/* Takes the above back: the program pinned in dir, or no link. */
void pinned_link_undo(struct pinned_link *link, const struct pinned_link_hook *hook,
		      const char *dir);
void pinned_link_close(struct pinned_link *link);

/* Detaches at once and removes the pin; not attached, no error. */
int pinned_link_stop(const struct pinned_link_hook *hook, const char *dir);

#endif
