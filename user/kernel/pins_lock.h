/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pins_lock.h - one command at a time changes a pin directory. Errors are logged.
 */
#ifndef KERNEL_PINS_LOCK_H
#define KERNEL_PINS_LOCK_H

#include "kernel/pins.h"

/*
 * For writers: prepares the file system (kernel/bpffs.h) and waits until no other writer holds
 * the lock of the directory, which is one by whatever path it is named; a symbolic link is
 * followed, so that both paths of *pins are then those of what it leads to. -EPERM if a user
 * other than root has made what is there, -ETIMEDOUT if the other writer takes too long.
 */
int pins_lock(struct pins *pins);

/* Sets pins->lock_name, by which files outside the directory are told apart, too, without taking
 * the lock. 0; -ENOENT, silent, if there is no directory above; another negative errno. */
int pins_lock_name(struct pins *pins);

/* Gives the lock back, if it is held. If there are no pins, the directories above them go, too,
 * as far as pins_lock() has made them. */
void pins_lock_end(struct pins *pins);

#endif
