/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * session.h - one command that has the pins for itself: it holds the lock, has tidied up
 * what a killed command left, and has a run for every part that has something to do.
 */
#ifndef CONTROL_SESSION_H
#define CONTROL_SESSION_H

#include "control/parts.h"
#include "control/request.h"

struct session {
	struct pins pins;       /* locked */
	const struct request *request;
	bool first;             /* nothing was loaded before */
	bool carries;           /* what is loaded has pins of ABI 2, which are carried over */
	bool resizes;           /* see struct part_run */
	struct rooms rooms;
	bool committed;         /* the new pins are published: nothing is undone any more */
	struct part_run run[PARTS_MAX]; /* one for each of parts[]; state NULL: the part has
					   nothing to do */
};

/* All functions return 0 or a negative errno, logged. session_close() closes a session,
 * after an error too. */

/* Before the lock is taken: reads the files that a request names, and keeps what they hold in it.
 * loaded: -ENOENT if no pins of this ABI are there. */
int session_read(const char *pin_dir, struct request *request, bool loaded);

/* Takes the lock and tidies up what a killed command has left; if `finish` is true, it does
 * the rest of what that command had to. No pins need be there. */
int session_lock(struct session *session, const char *pin_dir, bool finish);

/* Locks, finishes and tidies up if pins of this ABI are there; -ENOENT if nothing is loaded. */
int session_open(struct session *session, const char *pin_dir);

/* Returns 0 if the pins are of this ABI and none of them is missing. */
int session_check(const struct session *session);

/* Gives a run to a part that opens, or that is loaded and may have something to configure. */
int session_add(struct session *session, unsigned int part, bool opens);

/* The bits of config.parts of all parts that have a run. */
uint32_t session_parts(const struct session *session);

/* Whether this command loads the program of any part. */
bool session_opens(const struct session *session);

/* Calls a step of every part that has a run, and stops at the first error. */
typedef int session_step(const struct part *part, struct part_run *run);
int session_each(struct session *session, session_step *step);

/*
 * A session inside another one, which holds the lock, that loads all loaded parts again with
 * sized maps made anew: prepares them for a request that asks for nothing, *nothing, which is
 * the caller's. session_finish() follows once the new programs are loaded and pinned in
 * pins->next. From then on a killed command is finished by the next one: programs attached,
 * counts taken over, pins published. session_close() ends the inner session.
 */
int session_begin_inner(struct session *inner, const struct session *outer,
			struct request *nothing);
int session_finish(struct session *inner);

/* Ends every run. err: the error of the command, or 0. */
void session_close(struct session *session, int err);

#endif
