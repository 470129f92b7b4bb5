/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * steer_sockets.h - finds the sockets of listeners in this network namespace and hands
 * them to the kernel. Errors are logged.
 */
#ifndef STEER_STEER_SOCKETS_H
#define STEER_STEER_SOCKETS_H

#include "steer/steer_maps.h"
#include "steer/steer_rule.h"

/* A listener's sockets, open here until steer_sockets_release(). */
struct steer_taken {
	struct steer_socket socket[ECDN_XDP_STEER_SOCKETS];
	unsigned int count;
};

/* The sockets of one rule. -ENOENT if nobody listens there: the error tells who listens on
 * that port instead. */
int steer_sockets_take(const struct steer_rule *rule, struct steer_taken *taken);
void steer_sockets_release(struct steer_taken *taken);

/* Makes the sockets those of the rule's entry. */
int steer_sockets_put(const struct steer_maps *maps, const struct steer_rule *rule,
		      const struct steer_taken *taken);

/*
 * Finds and puts the sockets of all rules. A listener that is not there, or whose sockets
 * cannot be taken, gets an entry without sockets and a warning; *untaken is the first error
 * of those that cannot be taken.
 */
int steer_sockets_put_all(const struct steer_maps *maps, const struct steer_rules *rules,
			  int *untaken);

#endif
