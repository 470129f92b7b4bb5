/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * steer_sockets.h - finds the sockets of listeners in this network namespace and hands
 * them to the kernel. Errors are logged.
 */
#ifndef STEER_STEER_SOCKETS_H
#define STEER_STEER_SOCKETS_H

#include "steer/steer_maps.h"
#include "steer/steer_rule.h"

/* The sockets of a listener; steer_sockets_release() closes them. */
struct steer_taken {
	struct steer_socket socket[ECDN_XDP_STEER_SOCKETS];
	unsigned int count;
};

/* Takes the sockets of one rule. -ENOENT if no socket listens there: the error names those
 * that listen on that port. */
int steer_sockets_take(const struct steer_rule *rule, struct steer_taken *taken);
void steer_sockets_release(struct steer_taken *taken);

/* Makes these the sockets of the rule's entry. */
int steer_sockets_put(const struct steer_maps *maps, const struct steer_rule *rule,
		      const struct steer_taken *taken);

/*
 * Finds the sockets of all rules and puts them into the map. A listener that is not there,
 * or whose sockets cannot be taken, gets an entry without sockets and a warning. *untaken
 * is the first error of those whose sockets cannot be taken, or 0.
 */
int steer_sockets_put_all(const struct steer_maps *maps, const struct steer_rules *rules,
			  int *untaken);

#endif
