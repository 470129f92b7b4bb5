/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reattach.h - interfaces that `load` named, `unload` has not taken off, and which are here without
 * what was loaded on them: found, and attached again as they were. Programs that are loaded are
 * used as they are, so that it takes milliseconds. Errors are logged.
 */
#ifndef CONTROL_REATTACH_H
#define CONTROL_REATTACH_H

#include "kernel/part.h"

struct reattach_item {
	const struct part *part;
	char pin[IF_NAMESIZE];  /* by which it was loaded */
	char now[IF_NAMESIZE];  /* what it is called */
	int ifindex;
	int err;                /* set by reattach() */
};

struct reattach_list {
	struct reattach_item *at;
	unsigned int count;
};

/* Finds them, without the lock. None if nothing is loaded. To be freed with reattach_free(); empty
 * after an error. */
int reattach_find(struct reattach_list *list, const char *pin_dir);

/*
 * Attaches those of the list which are still lost once the lock is held, each with an entry in
 * the map verbs. What becomes of each is in its err; what keeps all of them from being tried is
 * the result.
 */
int reattach(const char *pin_dir, struct reattach_list *list);

void reattach_free(struct reattach_list *list);

#endif
