/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * permits.h - the groups that may open pins, which are root's: that of --proxy-group and that of
 * --stats-group. Nothing but the pins' own modes and groups keeps them. Errors are logged.
 *
 * A pin has one group. So what one of both groups needs belongs to it, and what both need to the
 * proxies': the other one then reads it as everybody may. That is what is small, has no secrets,
 * and stays the same map from load to unload; tables, of which each change makes another, are
 * never among it, as who holds old ones open keeps their memory.
 *
 *	map_reader    no group   proxy group     stats group    both
 *	MAP_STATS     0600       0600            0640 of stats  0640 of stats
 *	MAP_TABLE     0666       0660 of proxy   0666           0660 of proxy
 *	MAP_BOTH      0666       0660 of proxy   0666           0666
 *	MAP_COUNTS    0600       0660 of proxy   0640 of stats  0664 of proxy
 *
 * 0660 and 0666 let nobody write a frozen map, and processes that map one must open it for
 * writing; request_stats and origin_requests alone, MAP_COUNTS, are written by proxies.
 */
#ifndef KERNEL_PERMITS_H
#define KERNEL_PERMITS_H

#include <sys/types.h>

#include "kernel/maps.h"

struct permits {
	gid_t proxy, stats;     /* -1: none has been named */
};

/* Reads which groups the pins are for. Silent. */
void permits_read(struct permits *permits, const struct pins *pins);

/* Sets mode and group of those pins of the rows that are in dir. */
int permits_set(const struct permits *permits, const struct map_row *rows, const char *dir);

/* Gives the directory to the proxies' group, which can change nothing there, so that what is
 * pinned in it later has that group without CAP_CHOWN. */
int permits_set_dir(const struct permits *permits, const char *dir);

#endif
