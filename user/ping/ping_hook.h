/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ping_hook.h - where ping is attached, and which pins and notes it has.
 */
#ifndef PING_PING_HOOK_H
#define PING_PING_HOOK_H

#include "attach/tc_hook.h"

#define PING_HOOK_PROGRAM_PIN "prog/ping"

extern const struct tc_hook ping_hook;

#endif
