/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * slot.h - the slot that holds the table in use: entry 0 of an array of maps. A table is
 * compiled in this process's memory, copied into a map, frozen, put into the slot by one
 * store, and pinned for processes that map it. Errors are logged unless a comment says
 * "silent".
 *
 * The kernel takes tables of one size alone into an array of maps, so that programs find
 * lines without a call, and tells nobody which size that is. So the array has an entry for
 * each SLOT_UNIT lines of its tables, of which but the first is used. A table that outgrows
 * its array needs another array, and that its programs are loaded again.
 */
#ifndef KERNEL_SLOT_H
#define KERNEL_SLOT_H

#include "ecdn-xdp-maps.h"
#include "kernel/pins.h"

struct slot {
	const char *table;      /* what the table is called in messages */
	const char *map;        /* name of the array of maps */
	const char *pin;        /* name of the pin of the table in use */
};

#define SLOT_UNIT 1024

/* How many lines an array's tables are to have that hold `lines` now: a quarter more, and
 * `least` at the least. */
__u32 slot_roomy(__u32 lines, __u32 least);

/* The lines of the tables that an array of maps takes; a negative errno. map: fd of the
 * array, here and below. */
int slot_room(const struct slot *slot, int map);

/* How an array suits tables that use `lines`, for which a new one would have `roomy`: an enum
 * part_fit, or a negative errno. */
int slot_fits(const struct slot *slot, int map, __u32 lines, __u32 roomy);

/* Makes an array for tables of `room` lines, which is pinned in pins->next. If `old` is an array
 * in pins->dir and not -1, the new one holds a copy of its table. */
int slot_make(const struct slot *slot, const struct pins *pins, __u32 room, int old);

/* Copies what a table in memory uses into a new map of `room` lines, which user space can no
 * longer write then. Returns its fd, which the caller closes. */
int slot_table(const struct slot *slot, __u32 room, const struct ecdn_xdp_table_line *lines);

/*
 * Puts a table into the slot, waits until no packet reads the table before it, and pins the
 * new one in dir, as the one before it: with its mode and group. It is pinned beside the old one
 * before it goes into the slot, so that the table in use has a pin at every moment.
 */
int slot_put(const struct slot *slot, int map, const char *dir, int table);

/* Empties the slot and removes the table's pin from dir. */
int slot_drop(const struct slot *slot, int map, const char *dir);

/*
 * Opens the table in use by its pin, in dir or what is being built there. Its id is what the slot
 * tells; to open a table by that would take CAP_SYS_ADMIN, and is left for one whose pin was
 * removed by hand. Returns an fd, which the caller closes; -ENOENT, silent: the slot is empty.
 */
int slot_open(const struct slot *slot, int map, const char *dir);

/* Maps the table in use for reading, to be freed with slot_unmap(); *lines is NULL if the
 * slot is empty. ECDN_XDP_TABLE_LINES_MAX can be read, which are zeros behind the table's end. */
int slot_map(const struct slot *slot, int map, const char *dir,
	     const struct ecdn_xdp_table_line **lines);
void slot_unmap(const struct ecdn_xdp_table_line *lines);

/* Reads one line of the table in use. Returns 1, or 0 if the slot is empty. */
int slot_line(const struct slot *slot, int map, const char *dir, __u32 index,
	      struct ecdn_xdp_table_line *line);

/*
 * Pins in dir the table in use, or removes the pin if the slot is empty: a writer that was
 * killed may have left a pin that differs. Writers call it before they tell proxies
 * anything.
 */
int slot_settle(const struct slot *slot, int map, const char *dir);

#endif
