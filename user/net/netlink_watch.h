/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * netlink_watch.h - hears that something changed in this network namespace. What it was is not
 * looked at: whoever hears of a change reads all anew, so that nothing is missed, whatever got
 * lost. Any process may do this.
 */
#ifndef NET_NETLINK_WATCH_H
#define NET_NETLINK_WATCH_H

#include <stdbool.h>

enum netlink_watch_of {
	NETLINK_WATCH_LINKS = 1 << 0,   /* interfaces come, go, or change */
	NETLINK_WATCH_ADDRESSES = 1 << 1, /* addresses of this host, and hop limits that routers
				           tell it; also such that are local routes alone. Other
				           routes do not wake the reader, however many change. */
};

/* A socket that does not block, for the caller to close; readable when something has changed. A
 * negative errno, logged. */
int netlink_watch_open(unsigned int of);

/* Reads all that is there. Whether anything changed, which is also the case if the kernel had no
 * room to tell of it. Silent. */
bool netlink_watch_take(int fd);

#endif
