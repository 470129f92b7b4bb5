/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * say.h - what the library logs: a line for each change, and none while things stay as they
 * are.
 */
#ifndef CLIENT_SAY_H
#define CLIENT_SAY_H

#include "client.h"

/* Writes "libecdn-xdp: " and the line to standard error. */
void say_to_stderr(void *context, const char *message);

/* Logs that answers come from the guard (0), or why they do not; nothing if that was logged
 * last, and nothing for a client that finds the guard when it opens. */
void say_ready(struct ecdn_xdp_client *client, int error);

/* Logs why an observer of origins that is there cannot be used. */
void say_origins(struct ecdn_xdp_client *client, int error);

/* Logs that the tables are the latest (0), or why the old ones are kept. */
void say_kept(struct ecdn_xdp_client *client, int error);

#endif
