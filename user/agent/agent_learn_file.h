/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * agent_learn_file.h - the file that keeps what was learned over the agent's end. It is written
 * beside its place and put there in one step, so that a power cut leaves the old one or the new.
 */
#ifndef AGENT_AGENT_LEARN_FILE_H
#define AGENT_AGENT_LEARN_FILE_H

#include <stddef.h>

#include "learn/learn_file.h"

/*
 * Reads the file into *regions, which the caller frees: none if there is no file. One that is
 * damaged, of another version, or that another user can have written, is renamed to
 * PATH.damaged-TIME and logged, and there are none then either. A directory or a device stays where
 * it is, which is logged, too, and is never written: -EEXIST.
 */
void agent_learn_file_read(const char *path, struct learn_region **regions, size_t *count);

/* Writes it, and the last directory of its path if that is missing. 0 or a negative errno with what
 * failed in *step, silent: the caller says it once and not each time. */
int agent_learn_file_write(const char *path, const struct learn_region *const *regions,
			   size_t count, const char **step);

#endif
