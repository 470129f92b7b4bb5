/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * slot.h - the slot that holds the table in use: an array of maps with one entry. A table
 * is filled, frozen, put into the slot by one store, and pinned for processes that map it.
 * Errors are logged, if not said otherwise.
 */
#ifndef KERNEL_SLOT_H
#define KERNEL_SLOT_H

#include "ecdn-xdp-maps.h"

struct slot {
	const char *table;      /* what the table is called in messages */
	const char *map;        /* name of the array of maps */
	const char *pin;        /* name of the pin of the table in use */
};

/* A new table, to be filled through *lines: its fd. */
int slot_new(const struct slot *slot, struct ecdn_xdp_table_line **lines);

/* Unmaps the lines and closes the table to writes of user space. Silent. */
int slot_freeze(int table, struct ecdn_xdp_table_line *lines);

/* Puts a table into the slot, waiting until no packet reads the one before, and pins it in
 * dir. map: the array's fd. */
int slot_put(const struct slot *slot, int map, const char *dir, int table);

/* Leaves the slot without table, and dir without its pin. */
int slot_drop(const struct slot *slot, int map, const char *dir);

/* The table in use, mapped for reading; NULL if there is none. Freed with slot_unmap(). */
int slot_map(const struct slot *slot, int map, const struct ecdn_xdp_table_line **lines);
void slot_unmap(const struct ecdn_xdp_table_line *lines);

/* Reads one line of the table in use: 1, or 0 if there is none. */
int slot_line(const struct slot *slot, int map, __u32 index, struct ecdn_xdp_table_line *line);

/*
 * Pins in dir the table in use, or removes the pin if the slot is empty: a writer that was
 * killed may have left a pin that differs. For writers, before they tell proxies anything.
 */
int slot_settle(const struct slot *slot, int map, const char *dir);

#endif
