/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * steer.h - which listeners get the connections of limited regions: finding their
 * sockets and handing them to the kernel. steer/steer_part.h has the program.
 */
#ifndef STEER_STEER_SOCKETS_H
#define STEER_STEER_SOCKETS_H

#include "steer/steer_rule.h"
#include "steer/steer_maps.h"

/*
 * Has connections go to a listener that is open now, in this network namespace, and
 * attaches the program there. In the place of the port's earlier listener of that
 * family, if it has one. Errors are said.
 */
int guard_steer_add(const char *pin_dir, const struct steer_rule *rule);

/* All listeners of a port, and their counters. -ENOENT if it has none; errors are said. */
int guard_steer_del(const char *pin_dir, uint16_t port, uint8_t protocol);

/* Finds all listeners again: sockets that came since, and the program's attachment. A
 * listener that is not there is no error, but said. Errors are said. */
int guard_steer_refresh(const char *pin_dir);

/*
 * The same as guard_steer_add() for several, on maps whose lock is held, without the
 * program. A listener that is not there, or whose sockets cannot be taken, is a warning: it
 * gets an entry without sockets.
 * Ports and limits must be set before, so that what is warned of is true.
 */
int steer_apply(const struct maps *maps, const struct steer_rules *rules);

#endif
