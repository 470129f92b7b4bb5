/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * owner.h - whose a pin directory is. The kernel mounts bpffs with mode 1777: anybody
 * may make a directory of that name before root does, and put links into it.
 */
#ifndef KERNEL_OWNER_H
#define KERNEL_OWNER_H

/* Whether nobody but root can change what a path, or as much of it as is there, leads
 * to. -EPERM if somebody can; errors are said. */
int owner_check(const char *path);

#endif
