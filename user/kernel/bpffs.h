/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bpffs.h - the file system that holds pins.
 */
#ifndef KERNEL_BPFFS_H
#define KERNEL_BPFFS_H

/*
 * Makes the directories above dir, an absolute path shorter than PATH_MAX, and mounts a
 * bpffs at /sys/fs/bpf if dir is below it and nothing is mounted there. Returns 0; -EINVAL
 * if dir is not on a bpffs, or is where one begins; -EROFS if that is read-only; -ENOTSUP if
 * the mount would end with the command, as it is in the mount namespace of `ip netns exec`.
 * Errors are logged.
 */
int bpffs_prepare(const char *dir);

/* Removes those directories above dir that bpffs_prepare() has made and that are empty. */
void bpffs_tidy(const char *dir);

#endif
