/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cgroup_link.h - a program on a cgroup of version 2 and all cgroups below it, held by a
 * pinned link. Errors are logged, as warnings if hook->without says what the command does then.
 */
#ifndef ATTACH_CGROUP_LINK_H
#define ATTACH_CGROUP_LINK_H

#include "attach/pinned_link.h"

/*
 * Replaces the program of the link pinned in pins->dir; without a link, or if that is on another
 * cgroup than path, attaches the program to the cgroup at path, and pins the new link in
 * pins->next. path NULL: the link stays where it is, and without one the program goes to the
 * root of the hierarchy. Errors are those of cgroup_open(), and -EPERM also if somebody else has a
 * program there that allows no other; as pinned_link_fail() returns them.
 */
int cgroup_link_attach(struct pinned_link *link, const struct pinned_link_hook *hook,
		       const struct pins *pins, const char *path, int program);

/* The inode of the cgroup that the link pinned in dir is on; 0: there is no link, or its cgroup is
 * gone. Only then, as what could not be read may well be there: that is an error. */
int cgroup_link_read(const struct pinned_link_hook *hook, const char *dir, uint64_t *cgroup);

#endif
