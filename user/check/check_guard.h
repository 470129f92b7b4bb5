/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check_guard.h - checks of the guard: where it is, and what it does.
 */
#ifndef CHECK_CHECK_GUARD_H
#define CHECK_CHECK_GUARD_H

#include "check/checks.h"

extern const struct checks_row check_guard_rows[];

#endif
