/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tc_remove.h - takes a program off an interface at TC, for a command that unloads it or
 * after a load that was killed. Errors are logged unless a comment says "silent".
 */
#ifndef ATTACH_TC_REMOVE_H
#define ATTACH_TC_REMOVE_H

#include "kernel/pins.h"
#include "attach/tc_hook.h"

/* Detaches at once from the interface that is called iface today, or was when it was loaded, and
 * removes the pin. -ENOENT if there is no pin: silent, but for a warning if another interface was
 * loaded by that name. */
int tc_remove(const struct tc_hook *hook, const char *dir, const char *iface);

/* The error that tc_remove() would return before it changes anything, or 0. */
int tc_remove_check(const struct tc_hook *hook, const char *dir, const char *iface);

/* Takes the program off every interface. A filter in another network namespace is out of
 * reach: its pin is removed all the same, with a warning. */
int tc_remove_all(const struct tc_hook *hook, const char *dir);

/* Before next is removed: removes the filters that a killed load had added, and keeps the
 * pins of those whose program it had replaced. */
int tc_remove_recover(const struct tc_hook *hook, const struct pins *pins);

#endif
