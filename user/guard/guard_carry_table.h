/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guard_carry_table.h - the region table of ABI 2 in the format of this version. Its files may be
 * gone, so that the table itself tells its ranges. Errors are logged.
 */
#ifndef GUARD_GUARD_CARRY_TABLE_H
#define GUARD_GUARD_CARRY_TABLE_H

#include <stdint.h>

#include "ecdn-xdp-table.h"
#include "regions/names.h"

/* Compiles the table that is in use by dir anew, to be freed with lines_free(). */
int guard_carry_table_compile(const char *dir, const struct names *names,
			      struct ecdn_xdp_table_line **lines);

/* Reads the generation of that table. */
int guard_carry_table_generation(const char *dir, uint64_t *generation);

#endif
