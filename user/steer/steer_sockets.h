/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * steer_sockets.h - finds the sockets of listeners in this network namespace and hands
 * them to the kernel. Errors are logged.
 */
#ifndef STEER_STEER_SOCKETS_H
#define STEER_STEER_SOCKETS_H

#include "steer/steer_maps.h"
#include "steer/steer_rule.h"

/* Checks that there is a listener whose sockets can be taken. -ENOENT if no socket listens there:
 * the error names those that listen on that port. -EACCES if they belong to another user. */
int steer_sockets_check(const struct steer_rule *rule);

/*
 * Finds the sockets of all rules and puts them into the map. A listener that is not there,
 * or whose sockets cannot be taken, gets an entry without sockets and a warning; sockets that it
 * has already stay, if they may be taken. *untaken is the first error of those whose sockets
 * cannot be taken, or 0; a NULL, where all of it was told before, leaves the warnings out. hooked:
 * the program listen finds those that come later.
 */
int steer_sockets_put_all(const struct steer_maps *maps, const struct steer_rules *rules,
			  bool hooked, int *untaken);

#endif
