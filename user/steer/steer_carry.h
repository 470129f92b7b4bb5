/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * steer_carry.h - how the pins of steer go on from ABI 2: rules, sockets and counters hold the
 * same in both, so that the maps are shared. Errors are logged.
 */
#ifndef STEER_STEER_CARRY_H
#define STEER_STEER_CARRY_H

#include "attach/pinned_link.h"

/* The steps of struct part_carry. */
int steer_carry_relink(const struct pinned_link_hook *hook, const struct pins *pins);
int steer_carry_adopt(const struct pinned_link_hook *hook, const struct pins *pins);

/* For carry_share(). */
extern const char *const steer_carry_shared[];

#endif
