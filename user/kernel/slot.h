/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lines.h - a table of lines in the slot of an array of maps, frozen, and pinned for
 * who maps it.
 */
#ifndef KERNEL_SLOT_H
#define KERNEL_SLOT_H

#include "kernel/maps.h"

struct lines_slot {
	const char *name, *map, *pin;
};

extern const struct lines_slot lines_region, lines_trusted;

/* A new table, to be filled through *lines: its fd. Errors are said. */
int lines_new(const struct lines_slot *slot, struct ecdn_xdp_table_line **lines);

/* Unmaps the lines; user space can no longer write the table. */
int lines_freeze(int table, struct ecdn_xdp_table_line *lines);

/* Puts a table into the slot, waiting until no packet reads the one before, and pins it
 * in dir. Errors are said. */
int lines_put(const struct lines_slot *slot, const struct maps *maps, const char *dir, int table);

/* Leaves neither table nor pin. Errors are said. */
int lines_drop(const struct lines_slot *slot, const struct maps *maps, const char *dir);

/* The table in use, mapped for reading; 0: there is none. Errors are said. */
int lines_map(const struct lines_slot *slot, const struct maps *maps,
	      const struct ecdn_xdp_table_line **lines);
void lines_unmap(const struct ecdn_xdp_table_line *lines);

/*
 * Pins in dir the tables that are in use, should whoever put them there have died
 * before he had pinned them: for writers, before they tell proxies anything. Errors are
 * said.
 */
int lines_pin(const struct maps *maps, const char *dir);

#endif
