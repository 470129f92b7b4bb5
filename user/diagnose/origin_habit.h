/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * origin_habit.h - origins that never say close_notify. Some servers end each connection by TCP
 * alone once the answer is sent. By its packets such an end looks like an answer that was cut, so
 * that of such an origin it is no failure by which it is judged. Pure; nothing is logged.
 */
#ifndef DIAGNOSE_ORIGIN_HABIT_H
#define DIAGNOSE_ORIGIN_HABIT_H

#include <stdbool.h>

#include "view/view_origins.h"

/* Whether connections that this origin ended after an answer had no close_notify as a rule since it
 * has its row, 4 of 5 of them and 5 at least, and no proxy says that answers were truncated. */
bool origin_habit_is_abrupt(const struct view_origin *origin);

#endif
