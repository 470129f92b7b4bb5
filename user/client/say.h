/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * say.h - what the operator is told: a line for each change, none for its going on.
 */
#ifndef CLIENT_SAY_H
#define CLIENT_SAY_H

#include "client.h"

/* "libecdn-xdp: " and the line, on standard error. */
void say_to_stderr(void *context, const char *message);

/* That answers come from the guard (0), or why they do not; nothing if it was told
 * last, and nothing of a client that begins with the guard there. */
void say_ready(struct ecdn_xdp_client *client, int error);

/* That the tables are the latest (0), or why the old ones are kept. */
void say_kept(struct ecdn_xdp_client *client, int error);

#endif
