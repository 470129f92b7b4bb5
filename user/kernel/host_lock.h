/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host_lock.h - a lock for what commands of several pin directories would do to the same thing of
 * this host: qdiscs and filters of an interface, links of cgroups and network namespaces, the
 * mount of bpffs. It is held only meanwhile. Not thread-safe.
 */
#ifndef KERNEL_HOST_LOCK_H
#define KERNEL_HOST_LOCK_H

/* Where all locks are: outside bpffs, where every user who may look into a directory could take
 * its lock. */
#define HOST_LOCK_DIR "/run/ecdn-xdp"

/* Takes the lock, or notes that it is held once more: 0, or a negative errno, logged. */
int host_lock_take(void);

/* Gives it back, once for each time it was taken. */
void host_lock_drop(void);

#endif
