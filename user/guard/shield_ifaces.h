/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shield_ifaces.h - the map shield_ifaces: by which interfaces come the connections that the guard
 * has seen. These are the interfaces that have it, and those above them (net/link_stack.h), by
 * their indices. An index can be given to another interface once its own is gone, so the map has to
 * follow the host's. Functions return 0 or a negative errno, logged, unless they say otherwise.
 */
#ifndef GUARD_SHIELD_IFACES_H
#define GUARD_SHIELD_IFACES_H

#include <stdbool.h>

#include "ecdn-xdp-maps.h"
#include "net/link_stack.h"

/* Whether what is loaded proves connections of another network namespace than this one. */
bool shield_ifaces_are_elsewhere(const struct ecdn_xdp_config *config);

/* Whether one of those that have the guard by the pins in dir is in another namespace: 1, or 0. */
int shield_ifaces_elsewhere(const char *dir);

/* Makes the map hold the stack, which is complete, and nothing else. */
int shield_ifaces_write(const char *dir, const struct link_stack *stack);

/* Before the guard is taken off an interface: connections by it prove nothing any more. */
int shield_ifaces_detach(const char *dir, const char *iface);

/* Whether the map holds anything else than what follows from this host's interfaces, as some were
 * made, are gone, or have become ports of others since: 1, or 0. Nobody need hold the lock. */
int shield_ifaces_are_behind(const char *dir);

/* Makes the map hold that. */
int shield_ifaces_follow(const char *dir);

#endif
