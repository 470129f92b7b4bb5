/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * top_change.h - what the verbs exempt, block and release do, from a screen.
 */
#ifndef TOP_TOP_CHANGE_H
#define TOP_TOP_CHANGE_H

#include "top/top_state.h"

/* Does it to a region, and writes into `told` what that has come to. The entry of `ecdn-xdp events`
 * is that of the verb. 0 or a negative errno, logged. */
int top_change(const char *pin_dir, enum top_do what, const char *region,
	       char told[TOP_STATE_MESSAGE_SIZE]);

#endif
