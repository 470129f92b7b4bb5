/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ping_return.h - interfaces that had ping, have lost it, and are here: as struct part has the
 * steps. Errors are logged.
 */
#ifndef PING_PING_RETURN_H
#define PING_PING_RETURN_H

#include "kernel/part.h"

int ping_return_find(const char *dir, part_found *found, void *context);

/* In the way that the interface had it, by a link or by a filter, with the program that is
 * loaded: nothing is loaded anew, so it takes milliseconds. */
int ping_return_attach(struct pins *pins, const char *pin, const char *now);

#endif
