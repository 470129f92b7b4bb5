/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * learned.h - what the agent has learned of regions is put in force. Errors are logged where it is
 * not said that they are silent.
 */
#ifndef CONTROL_LEARNED_H
#define CONTROL_LEARNED_H

#include <stddef.h>

#include "ecdn-xdp-maps.h"
#include "guard/limits_learned.h"

struct learned_row {
	char region[ECDN_XDP_NAME_SIZE]; /* its name */
	struct ecdn_xdp_learned learned; /* fixed[] and since_ns are not looked at: those of the
					    map stay */
};

/*
 * Writes what was learned of these regions, and the limits that follow from it, all of them or
 * none; the ring of changes has no entry of it. Regions that are unknown now, or whose limits are
 * not learned any more, are passed over. 0 or a negative errno: -EAGAIN, silent, while another
 * command is at work and this process does not wait (lock_never_wait()); -ENOENT, silent, if the
 * guard is not loaded, or is of a version that learns nothing.
 */
int learned_set(const char *pin_dir, const struct learned_row *rows, size_t count);

#endif
