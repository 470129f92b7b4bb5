/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * session.h - one command at the pins, alone: it holds the lock, what a command that was
 * killed left is tidied up, and every part that has something to do has a run.
 */
#ifndef CONTROL_SESSION_H
#define CONTROL_SESSION_H

#include "control/parts.h"
#include "control/request.h"

struct session {
	struct pins pins;       /* locked */
	const struct request *request;
	bool first;             /* nothing was loaded before */
	struct part_run run[PARTS_MAX]; /* of parts[]; state NULL: nothing to do for it */
};

/* All functions return 0 or a negative errno, logged. A session is closed by
 * session_close(), after an error too. */

/* Takes the lock and tidies up. Needs no pins. */
int session_lock(struct session *session, const char *pin_dir);

/* The same, of pins that are there and of this ABI; -ENOENT if nothing is loaded. */
int session_open(struct session *session, const char *pin_dir);

/* 0 if the pins that are there are of this ABI. */
int session_check(const struct session *session);

/* Gives a run to a part that opens, or is loaded and may have something to configure. */
int session_add(struct session *session, unsigned int part, bool opens);

/* Whether any part's program is loaded by this command. */
bool session_opens(const struct session *session);

/* Calls a step of every part that has a run, up to the first error. */
typedef int session_step(const struct part *part, struct part_run *run);
int session_each(struct session *session, session_step *step);

/* Ends every run: err is the command's. */
void session_close(struct session *session, int err);

#endif
