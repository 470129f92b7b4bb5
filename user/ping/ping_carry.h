/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ping_carry.h - how the pins of ping go on from ABI 2: all its maps hold the same in both, so
 * that they are shared. Errors are logged.
 */
#ifndef PING_PING_CARRY_H
#define PING_PING_CARRY_H

#include "attach/tc_hook.h"
#include "kernel/pins.h"

/* The steps of struct part_carry. */
int ping_carry_relink(const struct tc_hook *hook, const struct pins *pins);
int ping_carry_adopt(const struct tc_hook *hook, const struct pins *pins);

/* For carry_share(). */
extern const char *const ping_carry_shared[];

#endif
