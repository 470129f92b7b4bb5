/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * steer_owner.h - to whom a listener's socket may belong. Any user may wait at a port above 1023,
 * while its listener is not there, and would get the connections of a port that only root may
 * give away: so a socket is taken from root, from the user whom the operator has named, and from
 * the one who serves the steered port, if other users may not wait there.
 */
#ifndef STEER_STEER_OWNER_H
#define STEER_STEER_OWNER_H

#include "steer/steer_rule.h"

/* The first port at which any user may wait, in this network namespace; 0 if it is not known.
 * Silent. */
unsigned int steer_owner_first_open_port(void);

/* The uid of the rule's port's own server, of those that serve more than this host. 0 if root has
 * any socket there, if there is none or several users have one, and if any user may wait at the
 * port. Silent. */
uint32_t steer_owner_of_port(const struct steer_rule *rule, const struct listeners *listeners);

/* Whether a socket of the rule's listener is taken. */
bool steer_owner_allows(const struct steer_rule *rule, uint32_t port_user,
			const struct listener *socket);

/* Finds the sockets of the rule's listener that are taken, as steer_rule_find() does. Those of
 * other users are as if they were not there: one that is bound more closely, as SO_REUSEADDR lets
 * any user do with UDP, would keep the listener's own out. Silent. */
unsigned int steer_owner_find(const struct steer_rule *rule, uint32_t port_user,
			      const struct listeners *listeners,
			      const struct listener **found, unsigned int max);

/* One that waits in the listener's place while steer_owner_find() finds none: it is another user's.
 * NULL if there is none. Silent. */
const struct listener *steer_owner_foreign(const struct steer_rule *rule,
					   const struct listeners *listeners);

/* Writes whose sockets are taken, "root's or of uid 33"; returns text. */
#define STEER_OWNER_TEXT_SIZE 64
char *steer_owner_format(const struct steer_rule *rule, uint32_t port_user,
			 char text[STEER_OWNER_TEXT_SIZE]);

/* Logs whose socket is not taken. Returns -EACCES. */
int steer_owner_refuse(const struct steer_rule *rule, const struct listener *socket);

#endif
