/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * switch.h - the tool is switched off and on as a whole: off, all is measured and counted, and
 * nothing is dropped, refused or steered, whatever is configured. Errors are logged.
 */
#ifndef CONTROL_SWITCH_H
#define CONTROL_SWITCH_H

#include <stdbool.h>

/* Returns 1 if that is changed, 0 if it was so already, or a negative errno. *monitor: whether
 * monitor mode is configured, which goes on when the tool is switched on. */
int switch_set(const char *pin_dir, bool off, bool *monitor);

#endif
