/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * agent_retry.h - a change that cannot be made at once, because a command holds the lock of the
 * pins, is made a little later. The loop goes on meanwhile.
 */
#ifndef AGENT_AGENT_RETRY_H
#define AGENT_AGENT_RETRY_H

#include <stdbool.h>

#include <systemd/sd-event.h>

struct agent_retry;

/* Makes the change: 0; -EAGAIN, silent, if another process holds a lock of it; or another negative
 * errno, logged, with which it is not tried again. */
typedef int agent_retry_change(void *context);

/* `what` names the change in messages, and outlives *retry, as *context does. 0, logged, without
 * memory. */
struct agent_retry *agent_retry_new(sd_event *loop, const char *what, agent_retry_change *change,
				    void *context);

/* Makes the change now, and if it must wait, again after 20 ms, and then after twice as long each
 * time, up to a second. While it waits already, only that it is wanted is known. Returns what the
 * change returned; -EAGAIN if it waits. */
int agent_retry_now(struct agent_retry *retry);

/* Whether it waits. */
bool agent_retry_waits(const struct agent_retry *retry);

/* Forgets that it is wanted. */
void agent_retry_cancel(struct agent_retry *retry);

/* 0 does nothing. */
void agent_retry_free(struct agent_retry *retry);

#endif
