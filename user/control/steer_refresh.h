/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * steer_refresh.h - `steer refresh` for the agent: whether it is needed, and it. Errors are logged.
 */
#ifndef CONTROL_STEER_REFRESH_H
#define CONTROL_STEER_REFRESH_H

#include "steer/steer_watch.h"

/* steer_watch_read() of a pin directory; all zeros if nothing is loaded there. */
int steer_refresh_look(const char *pin_dir, struct steer_watch *watch);

int steer_refresh(const char *pin_dir);

#endif
