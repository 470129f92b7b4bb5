/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cgroup_find.h - the path of a cgroup of which the kernel tells the number alone.
 */
#ifndef ATTACH_CGROUP_FIND_H
#define ATTACH_CGROUP_FIND_H

#include <limits.h>
#include <stdint.h>

/* Writes where this process sees the cgroup of version 2 with that id, its inode. 0, or -ENOENT,
 * silent, if it sees it nowhere. */
int cgroup_find(uint64_t id, char path[PATH_MAX]);

#endif
