/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * verb_note.h - the entry that a command leaves in the map "verbs" once it has changed something.
 * A process runs one command, so its words are kept here and no caller passes them on.
 */
#ifndef CONTROL_VERB_NOTE_H
#define CONTROL_VERB_NOTE_H

#include "kernel/pins.h"

/* Keeps the words of the command line, from the verb on: before its options are read. */
void verb_note_begin(int argc, char **argv);

/* Keeps the reason that the command was given for. */
void verb_note_reason(const char *reason);

/* Appends the entry; the caller holds the lock of the pins, and has done all that the command had
 * to. An entry that cannot be written is a warning. A process that no verb_note_begin() has told
 * its words leaves none. */
void verb_note_append(const struct pins *pins);

#endif
