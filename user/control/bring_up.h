/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bring_up.h - loads parts, upgrades them in place, or changes them. Each command is done
 * or not done: if it fails, it leaves no pin and no program that was not there before.
 * Errors are logged.
 */
#ifndef CONTROL_BRING_UP_H
#define CONTROL_BRING_UP_H

#include "control/request.h"

/* Loads the parts that the request names, and loads again all that are loaded. Files are read
 * before other commands have to wait; what they hold stays in the request. */
int bring_up(const char *pin_dir, struct request *request);

/* Changes loaded parts as the request asks. If a part is not loaded, that is an error,
 * unless loading it is no more than the change needs: then it is loaded, too. */
int bring_up_change(const char *pin_dir, struct request *request);

/* As bring_up_change(), for a request that only edits the trusted list. */
int bring_up_edit(const char *pin_dir, trust_edit *edit, void *context);

#endif
