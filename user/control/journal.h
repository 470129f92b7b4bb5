/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * journal.h - the entry that a command leaves in the map "verbs" once it has changed something.
 * A process runs one command, so its words are kept here and no caller passes them on.
 */
#ifndef CONTROL_JOURNAL_H
#define CONTROL_JOURNAL_H

#include "kernel/pins.h"

/* Keeps the words of the command line, from the verb on: before its options are read. */
void journal_begin(int argc, char **argv);

/* Keeps the reason that the command was given for. */
void journal_reason(const char *reason);

/* Appends the entry; the caller holds the lock of the pins, and has done all that the command had
 * to. An entry that cannot be written is a warning. A process that no journal_begin() has told its
 * words leaves none. */
void journal_append(const struct pins *pins);

#endif
