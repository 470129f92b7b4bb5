/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tc_pin.h - what is kept of ping on an interface: DIR/ping/IFACE, and for a filter the
 * note DIR/clsact/IFACE.
 */
#ifndef KERNEL_TC_NOTE_H
#define KERNEL_TC_NOTE_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/pins.h"

/* What a filter's program cannot tell. */
struct tc_note {
	bool here;              /* read: it is about this network namespace */
	int ifindex;
	bool made_qdisc;
};

/* -ENOENT, not said, if there is none that can be read. */
int tc_note_read(struct tc_note *note, const char *dir, const char *iface);

/* Of this network namespace. Errors are said. */
int tc_note_write(const struct tc_note *note, const char *dir, const char *iface);
int tc_note_move(const struct pins *pins, const char *iface);
int tc_note_drop(const char *dir, const char *iface);

/* Whether iface is pinned in dir. */
bool tc_is_pinned(const char *dir, const char *iface);

/* The fd of what is pinned; *is_program: it is a filter's. -ENOENT is not said. */
int tc_pin_open(const char *dir, const char *iface, bool *is_program);
int tc_pin(const char *dir, const char *iface, int fd);
int tc_pin_move(const struct pins *pins, const char *iface);
int tc_pin_drop(const char *dir, const char *iface);

/* Whose pins there are; to be freed with pins_free_names(). Errors are said. */
int tc_pin_names(const char *dir, char ***names, unsigned int *count);

/* Errors are said. */
int tc_program_id(int program, uint32_t *id);

#endif
