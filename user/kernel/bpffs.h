/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bpffs.h - the file system that holds pins.
 */
#ifndef KERNEL_BPFFS_H
#define KERNEL_BPFFS_H

/*
 * Makes the directories above dir, an absolute path shorter than PATH_MAX, and mounts a
 * bpffs at /sys/fs/bpf if dir is below it and nothing is mounted there. 0; -EINVAL if dir
 * is on no bpffs, -ENOTSUP in a mount namespace that ends with the command. Errors are
 * logged.
 */
int bpffs_prepare(const char *dir);

#endif
