/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cgroup_open.h - which cgroup of version 2 a program is attached to.
 */
#ifndef ATTACH_CGROUP_OPEN_H
#define ATTACH_CGROUP_OPEN_H

#define CGROUP_WHY_SIZE 320
#define CGROUP_ROOT_INODE 1     /* of the whole hierarchy; a cgroup namespace has another */

/*
 * Opens a cgroup, a directory of a cgroup2 file system; path NULL: the root of the hierarchy,
 * wherever it is mounted, and if it is mounted nowhere, by a mount of which no other process
 * knows. Root must own it and all cgroups above it, as who else owns one decides which processes
 * are in it. Returns an fd, which the caller closes, or, silent, a negative errno with the reason
 * in `why`: -ENODEV if this kernel has no cgroups of version 2, -EINVAL if path is none.
 */
int cgroup_open(const char *path, char why[CGROUP_WHY_SIZE]);

#endif
