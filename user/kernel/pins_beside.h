/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pins_beside.h - a pin gives way to another one of its name in two steps, between which both
 * objects are pinned: the new one beside the old one, as NAME-next. Errors are logged.
 */
#ifndef KERNEL_PINS_BESIDE_H
#define KERNEL_PINS_BESIDE_H

#include "kernel/pins.h"

/* Writes "NAME-next" into text; returns text. */
#define PINS_BESIDE_SIZE 64
char *pins_beside_name(const char *name, char text[PINS_BESIDE_SIZE]);

/* Pins fd as dir/NAME-next, with mode and group of the pin dir/NAME if there is one. */
int pins_beside_put(const char *dir, const char *name, int fd);

/* Renames that over dir/NAME; or removes it, if it is there. */
int pins_beside_take(const char *dir, const char *name);
void pins_beside_drop(const char *dir, const char *name);

/* Both steps at once. */
int pins_beside_replace(const char *dir, const char *name, int fd);

#endif
