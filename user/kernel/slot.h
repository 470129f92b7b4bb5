/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * slot.h - the slot that holds the table in use: an array of maps with one entry. A table
 * is filled, frozen, put into the slot by one store, and pinned for processes that map it.
 * Errors are logged unless a comment says "silent".
 */
#ifndef KERNEL_SLOT_H
#define KERNEL_SLOT_H

#include "ecdn-xdp-maps.h"

struct slot {
	const char *table;      /* what the table is called in messages */
	const char *map;        /* name of the array of maps */
	const char *pin;        /* name of the pin of the table in use */
};

/* Creates a table, to be filled through *lines. Returns its fd, which the caller closes. */
int slot_new(const struct slot *slot, struct ecdn_xdp_table_line **lines);

/* Unmaps the lines and freezes the table, which user space can no longer write then.
 * Silent. */
int slot_freeze(int table, struct ecdn_xdp_table_line *lines);

/* Creates a table, frozen, that holds the lines that were compiled. Returns its fd, which the
 * caller closes. */
int slot_fill(const struct slot *slot, const struct ecdn_xdp_table_line *lines);

/* Puts a table into the slot, waits until no packet reads the table before it, and pins the
 * new one in dir. map: fd of the array of maps, here and below. */
int slot_put(const struct slot *slot, int map, const char *dir, int table);

/* Empties the slot and removes the table's pin from dir. */
int slot_drop(const struct slot *slot, int map, const char *dir);

/* Maps the table in use for reading, to be freed with slot_unmap(); *lines is NULL if the
 * slot is empty. */
int slot_map(const struct slot *slot, int map, const struct ecdn_xdp_table_line **lines);
void slot_unmap(const struct ecdn_xdp_table_line *lines);

/* Reads one line of the table in use. Returns 1, or 0 if the slot is empty. */
int slot_line(const struct slot *slot, int map, __u32 index, struct ecdn_xdp_table_line *line);

/*
 * Pins in dir the table in use, or removes the pin if the slot is empty: a writer that was
 * killed may have left a pin that differs. Writers call it before they tell proxies
 * anything.
 */
int slot_settle(const struct slot *slot, int map, const char *dir);

#endif
