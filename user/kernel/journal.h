/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * journal.h - what a command has changed of what is loaded, so that all of it can be undone when
 * a later step fails. While the journal is open, writing into maps (kernel/maps.h), replacing
 * tables (kernel/slot.h) and changing pins (kernel/pins.h) note first what was there; whatever
 * cannot be noted is not changed. One journal at a time; not thread-safe.
 */
#ifndef KERNEL_JOURNAL_H
#define KERNEL_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>

void journal_begin(void);
bool journal_is_open(void);

/* Closes the journal, if it is open, and runs its steps: if undo is set the last one first, so
 * that they undo what was done, else in their order. What cannot be undone is logged. */
void journal_end(bool undo);

/*
 * A step, which gets the copy of what journal_add() was given: it undoes something, or once all is
 * done does what cannot be undone; and frees what *saved has, like fds. Logs its errors as
 * warnings.
 */
typedef void journal_step(void *saved, bool undo);

/* Adds a step. If the journal is not open, or has no memory left, the step is called at once,
 * with undo not set in the first case, and set in the second: 0 or -ENOMEM, logged. */
int journal_add(journal_step *step, const void *saved, size_t size);

/* Notes what a map has at a key, before that is written or deleted. Without an open journal, and
 * for maps whose values cannot be written as they are read (of maps, sockets), it does nothing. 0
 * or a negative errno, logged. */
int journal_save(int fd, const char *map, const void *key);

/* The same before something is put at a key only if nothing is there: what is there, like counters
 * that go on meanwhile, is not put back. */
int journal_save_absent(int fd, const char *map, const void *key);

#endif
