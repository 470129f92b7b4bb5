/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check_origin.h - checks of the origin observer: does it see what it is to see?
 */
#ifndef CHECK_CHECK_ORIGIN_H
#define CHECK_CHECK_ORIGIN_H

#include "check/checks.h"

extern const struct checks_row check_origin_rows[];

#endif
