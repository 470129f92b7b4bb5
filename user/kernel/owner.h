/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * owner.h - checks who owns a pin directory. The kernel mounts bpffs with mode 1777: any
 * user may make a directory of that name before root does, and put links into it.
 */
#ifndef KERNEL_OWNER_H
#define KERNEL_OWNER_H

/* Checks that only root can change what a path leads to, or the part of the path that
 * exists. Returns 0; -EPERM, logged, if another user can. */
int owner_check(const char *path);

#endif
