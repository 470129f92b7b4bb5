/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guard_carry.h - how the guard's pins of ABI 2 become those of this version: what they hold is
 * copied, and maps that hold the same in both are shared. Errors are logged.
 */
#ifndef GUARD_GUARD_CARRY_H
#define GUARD_GUARD_CARRY_H

#include "kernel/pins.h"
#include "regions/names.h"

/* The steps of struct part_carry. fill() writes all but the table, and names of regions that
 * ABI 2 does not know. */
int guard_carry_fill(const struct pins *pins);
int guard_carry_relink(const struct pins *pins);
int guard_carry_adopt(const struct pins *pins);
int guard_carry_finish(const char *old, const char *dir);

/* Maps of the guard's object that ABI 2 has, too: for carry_share(). */
extern const char *const guard_carry_shared[];

/* Reads what a load has to know beforehand of the guard whose pins are in dir. *names is freed
 * with names_free(). */
int guard_carry_read(const char *dir, uint32_t *max_regions, uint64_t *generation,
		     struct names **names);

#endif
