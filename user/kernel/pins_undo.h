/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pins_undo.h - notes in the journal (kernel/journal.h) what a pin was, before it changes.
 * Without an open journal nothing is done. 0 or a negative errno, logged.
 */
#ifndef KERNEL_PINS_UNDO_H
#define KERNEL_PINS_UNDO_H

/* Before what is pinned at a path, or nothing, is removed or gives way to something else. */
int pins_undo_save(const char *path);

/* Before a pin or a directory gets another mode or group. */
int pins_undo_mode(const char *path);

/* Once a directory that was not there has been made, or one has been renamed: after an error that
 * is undone already. */
int pins_undo_folder(const char *path);
int pins_undo_rename(const char *from, const char *to);

#endif
