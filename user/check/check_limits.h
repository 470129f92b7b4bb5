/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check_limits.h - checks of what is limited, and what that lacks.
 */
#ifndef CHECK_CHECK_LIMITS_H
#define CHECK_CHECK_LIMITS_H

#include "check/checks.h"

extern const struct checks_row check_limits_rows[];

#endif
