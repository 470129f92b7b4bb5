/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pins_exchange.h - a whole directory of pins takes the place of another. Errors are logged.
 *
 *	DIR-next/whole  a folder: "DIR-next" is whole, and links may hold its programs already
 *	DIR-last        DIR between the two renames that exchange them before Linux 5.17
 */
#ifndef KERNEL_PINS_EXCHANGE_H
#define KERNEL_PINS_EXCHANGE_H

#include "kernel/pins.h"

/* Marks pins->next as whole; whether it is; and takes the mark off a directory. */
int pins_exchange_mark(const struct pins *pins);
bool pins_exchange_marked(const struct pins *pins);
int pins_exchange_unmark(const char *dir);

/* Gives dir the name of next, and next that of dir. */
int pins_exchange(struct pins *pins);

/* Undoes, or finishes, an exchange that was killed half-way. */
int pins_exchange_recover(const struct pins *pins);

/* Pins in next what dir has as `name`, or as the names in the folder sub, unless next has it
 * already. */
int pins_exchange_adopt(const struct pins *pins, const char *name);
int pins_exchange_adopt_all(const struct pins *pins, const char *sub);

#endif
