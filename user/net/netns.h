/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * netns.h - the network namespace that this process is in.
 */
#ifndef NET_NETNS_H
#define NET_NETNS_H

#include <stdint.h>
#include <sys/stat.h>

#define NETNS_OWN "/proc/self/ns/net"

/* The inode of the namespace, which is the kernel's number of it; 0 if there is no /proc to tell
 * it. */
static inline uint32_t netns_own(void)
{
	struct stat own;

	return stat(NETNS_OWN, &own) ? 0 : own.st_ino;
}

#endif
