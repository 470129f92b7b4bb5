/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * check_table.h - checks of the region table and the regions' names.
 */
#ifndef CHECK_CHECK_TABLE_H
#define CHECK_CHECK_TABLE_H

#include "check/checks.h"

extern const struct checks_row check_table_rows[];

#endif
