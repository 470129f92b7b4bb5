/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bring_up.h - parts are loaded, upgraded in place, or changed. Each command is done or not
 * done: one that fails leaves no pin and no program more than there were before. Errors are
 * logged.
 */
#ifndef CONTROL_BRING_UP_H
#define CONTROL_BRING_UP_H

#include "control/request.h"

/* Loads the parts that the request names, and all that are loaded already again. */
int bring_up(const char *pin_dir, const struct request *request);

/* Changes loaded parts as the request says. A part that is not loaded is an error, or is
 * loaded too where that is no more than the change needs. */
int bring_up_change(const char *pin_dir, const struct request *request);

/* The same with an edit of the trusted list alone. */
int bring_up_edit(const char *pin_dir, trust_edit *edit, void *context);

#endif
