/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tc_note.h - what is kept of a program at TC on an interface: its pin, and for a filter a
 * note of where that is. Errors are logged unless a comment says "silent".
 */
#ifndef ATTACH_TC_NOTE_H
#define ATTACH_TC_NOTE_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/pins.h"
#include "attach/tc_hook.h"

/* What cannot be read from a filter's program. */
struct tc_note {
	bool here;              /* set by tc_note_read(): the note is of this network namespace */
	int ifindex;
	bool made_qdisc;
};

/* Reads the note of an interface. -ENOENT, silent, if there is none that can be read. */
int tc_note_read(struct tc_note *note, const struct tc_hook *hook, const char *dir,
		 const char *iface);

/* Writes the note of an interface in this network namespace. */
int tc_note_write(const struct tc_note *note, const struct tc_hook *hook, const char *dir,
		  const char *iface);

/* Copies the note that pins->dir has of an interface to pins->next, unless that has a note or a
 * link of its own. */
int tc_note_adopt(const struct tc_hook *hook, const struct pins *pins, const char *iface);
int tc_note_drop(const struct tc_hook *hook, const char *dir, const char *iface);

/* True if iface is pinned in dir. */
bool tc_note_is_pinned(const struct tc_hook *hook, const char *dir, const char *iface);

/* Whether what is pinned is a link at TC, or the hook's program: 1, 0 or a negative errno if that
 * cannot be found out. */
int tc_note_is_ours(const struct tc_hook *hook, const char *dir, const char *iface);

/* Opens what is pinned. Returns an fd, which the caller closes, and sets *is_program if it
 * is a filter's program, not a link. -ENOENT, silent, if nothing is pinned. */
int tc_note_open_pin(const struct tc_hook *hook, const char *dir, const char *iface,
		     bool *is_program);
int tc_note_pin(const struct tc_hook *hook, const char *dir, const char *iface, int fd);
int tc_note_move_pin(const struct tc_hook *hook, const struct pins *pins, const char *iface);
int tc_note_drop_pin(const struct tc_hook *hook, const char *dir, const char *iface);

/* The interfaces that are pinned, sorted; freed with pins_free_names(). */
int tc_note_pin_names(const struct tc_hook *hook, const char *dir, char ***names,
		      unsigned int *count);

/* Reads the kernel's id of a program. */
int tc_note_program_id(const struct tc_hook *hook, int program, uint32_t *id);

#endif
