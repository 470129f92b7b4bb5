/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * steer_part.h - steer as a part: the program on a network namespace, the listeners that
 * get the connections of limited and blocked regions, and what a command may ask of them.
 */
#ifndef STEER_STEER_PART_H
#define STEER_STEER_PART_H

#include "kernel/part.h"
#include "attach/pinned_link.h"
#include "steer/steer_rule.h"

struct steer_request {
	/* Connections go to these listeners. Each takes the place of the port's earlier
	 * listener of its family. */
	struct steer_rules rules;
	bool must_listen;       /* a missing listener is an error, not a warning */
	int *untaken;           /* NULL, or becomes the first error of a listener whose sockets
				   cannot be taken, where the command goes on without it */
	bool refresh;           /* the sockets of all listeners are looked up again */
	bool remove;            /* all listeners of this port go, with their counters */
	uint16_t port;
	uint8_t protocol;
	uint32_t user;          /* whose sockets all rules take besides root's; 0: nobody's */
	const char *cgroup;     /* whose listeners are found, as they start; NULL: all */
};

extern const struct pinned_link_hook steer_part_hook;
extern const struct part steer_part;

#endif
