/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pins_publish.h - what a command has built takes its place.
 */
#ifndef KERNEL_PINS_PUBLISH_H
#define KERNEL_PINS_PUBLISH_H

#include "kernel/pins.h"

/*
 * Moves all of pins->next to pins->dir, over what is there: as a whole if dir has no pins of
 * ours yet, else maps first, then programs, then what attaches them. So whatever is attached
 * has its program pinned, and every program its maps, if the command is killed meanwhile. 0
 * or a negative errno, logged.
 */
int pins_publish(const struct pins *pins);

#endif
