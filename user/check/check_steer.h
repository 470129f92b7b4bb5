/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check_steer.h - checks of listeners for 513.
 */
#ifndef CHECK_CHECK_STEER_H
#define CHECK_CHECK_STEER_H

#include "check/checks.h"

extern const struct checks_row check_steer_rows[];

#endif
