/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tc_remove.h - a program comes off an interface at TC: because a command says so, or
 * after a load that was killed. Errors are logged, if not said otherwise.
 */
#ifndef ATTACH_TC_REMOVE_H
#define ATTACH_TC_REMOVE_H

#include "kernel/pins.h"
#include "attach/tc_hook.h"

/* Detaches at once and removes the pin. No pin: -ENOENT, silent. */
int tc_remove(const struct tc_hook *hook, const char *dir, const char *iface);

/* The error that tc_remove() would return before it changes anything, or 0. */
int tc_remove_check(const struct tc_hook *hook, const char *dir, const char *iface);

/* Takes the program off every interface. What is attached elsewhere and out of reach is
 * given up, with a warning. */
int tc_remove_all(const struct tc_hook *hook, const char *dir);

/* Before next is removed: takes off the filters that a load which was killed had put on,
 * and adopts those that it had replaced. */
int tc_remove_recover(const struct tc_hook *hook, const struct pins *pins);

#endif
