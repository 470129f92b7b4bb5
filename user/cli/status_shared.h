/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * status_shared.h - `status` in the group of --stats-group, without root.
 */
#ifndef CLI_STATUS_SHARED_H
#define CLI_STATUS_SHARED_H

#include "cli/cli.h"

/* Prints what that group may know, and what is left out. 0 or a negative errno, logged. */
int status_shared(const struct cli *cli);

#endif
