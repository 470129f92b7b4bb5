/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * steer_watch.h - listeners of rules that the program listen does not find: of UDP, and all where
 * it is on no cgroup. One read of the kernel's lists of sockets, and of the rules' own rows.
 */
#ifndef STEER_STEER_WATCH_H
#define STEER_STEER_WATCH_H

#include <stdint.h>

struct steer_watch {
	unsigned int rules;     /* such rules */
	unsigned int served;    /* those of them that have a socket */
	unsigned int lacking;   /* sockets that belong into a row, and are in none */
	uint64_t cookies;       /* a sum of those sockets' cookies, by which they are known */
};

/* Nobody need hold the lock. All zeros if steer is not loaded in dir, or attached to another
 * network namespace. 0 or a negative errno, logged. */
int steer_watch_read(struct steer_watch *watch, const char *dir);

#endif
