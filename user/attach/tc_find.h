/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tc_find.h - which pin of a program at TC an interface has, by its name of today or the former
 * one (attach/place.h). Errors are logged unless a comment says "silent".
 */
#ifndef ATTACH_TC_FIND_H
#define ATTACH_TC_FIND_H

#include <net/if.h>
#include <stdbool.h>

#include "attach/tc_hook.h"

/* For a command that unloads: -ENOENT if there is none, silent but for a warning if another
 * interface was loaded by that name. */
int tc_find(const struct tc_hook *hook, const char *dir, const char *iface,
	    char pin[IF_NAMESIZE]);

/* For one that loads: where there is none, the name for a new pin. */
int tc_find_new(const struct tc_hook *hook, const char *dir, const char *iface,
		char pin[IF_NAMESIZE]);

/* Whether one of some interfaces has this pin: 1, 0 or a negative errno. */
int tc_find_among(const struct tc_hook *hook, const char *dir, char **ifaces,
		  unsigned int count, const char *pin);

#endif
