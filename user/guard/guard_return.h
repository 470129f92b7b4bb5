/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guard_return.h - interfaces that had the guard, have lost it, and are here: as struct part has
 * the steps. Errors are logged.
 */
#ifndef GUARD_GUARD_RETURN_H
#define GUARD_GUARD_RETURN_H

#include "kernel/part.h"

int guard_return_find(const char *dir, part_found *found, void *context);

/* In the mode that the load asked for, with the program that is loaded: nothing is loaded anew, so
 * it takes milliseconds. */
int guard_return_attach(struct pins *pins, const char *pin, const char *now);

#endif
