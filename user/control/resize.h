/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * resize.h - makes the maps anew that are sized by what they hold, when that no longer fits.
 *
 * The kernel fixes the size of a map, and that of a table in an array of maps, so this is an
 * upgrade in place: maps of another size with the same content, programs that use them, one
 * store for each attachment. The programs before go on with the old maps until then, so that
 * every packet meets a table. Nothing else changes, and the command goes on from there.
 *
 * A command that is killed before all new programs are loaded has changed nothing; of one
 * that is killed later the next command does the rest (control/session.h).
 */
#ifndef CONTROL_RESIZE_H
#define CONTROL_RESIZE_H

#include "control/session.h"

/* Makes room for what the session's runs, which are prepared, want to write. 0 or a negative
 * errno, logged. */
int resize_grow(const struct session *session);

/* Gives back room that is not used, or warns that it could not. */
void resize_shrink(const struct session *session);

#endif
