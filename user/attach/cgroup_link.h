/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cgroup_link.h - a program on a cgroup of version 2 and all cgroups below it, held by a
 * pinned link. Errors are logged.
 */
#ifndef ATTACH_CGROUP_LINK_H
#define ATTACH_CGROUP_LINK_H

#include "attach/pinned_link.h"

/*
 * Replaces the program of the link pinned in pins->dir; without a link attaches the program
 * to the cgroup at path, a directory of a cgroup2 file system, and pins the new link in
 * pins->next. -EINVAL if path is no such directory.
 */
int cgroup_link_attach(struct pinned_link *link, const struct pinned_link_hook *hook,
		       const struct pins *pins, const char *path, int program);

#endif
