/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * top_log.h - whatever is written to standard error while a screen is shown, by this program or by
 * a library, is kept, so that it can be shown in a line of the screen. Not thread-safe.
 */
#ifndef TOP_TOP_LOG_H
#define TOP_TOP_LOG_H

#include <stddef.h>

/* 0 or a negative errno, logged. */
int top_log_begin(void);

/* Takes what was written since the last time: on one line, with "; " between two, escaped, and
 * without "ecdn-xdp: "; empty if nothing was. Returns room. */
char *top_log_take(char *room, size_t size);

/* Standard error is what it was; what nobody has taken is written there. */
void top_log_end(void);

#endif
