/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * carry_over.h - a load where ABI 2 is pinned: "DIR-next" gets programs and maps of this version
 * with all that the old maps hold, links get the new programs, and "DIR-next" takes the place of
 * DIR as a whole. A command that is killed before links change has done nothing; the next load
 * finishes what a later one has begun. Errors are logged.
 */
#ifndef CONTROL_CARRY_OVER_H
#define CONTROL_CARRY_OVER_H

#include <stdbool.h>

#include "kernel/pins.h"

/* -EPROTO if a part's pins in pins->dir are not whole. */
int carry_over_check(const struct pins *pins);

/* When pins->next is filled and before a link changes: from here on the next load finishes. */
int carry_over_begin(const struct pins *pins);

/* When links hold the new programs: puts pins->next into the place of pins->dir, adds what the
 * old programs have counted meanwhile, and removes their pins. Sets *committed once readers find
 * the new pins. */
int carry_over_replace(struct pins *pins, bool *committed);

/* Finishes what a killed command has begun. */
int carry_over_recover(const struct pins *pins);

#endif
