/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * agent_lock.h - one agent for each pin directory, whether there are pins or not. It is another
 * lock than that of kernel/pins_lock.h, which commands take meanwhile.
 */
#ifndef KERNEL_AGENT_LOCK_H
#define KERNEL_AGENT_LOCK_H

#include <stdbool.h>

#include "base/lock.h"

/* An fd that holds the lock until it is closed, or a negative errno, logged: -EBUSY if an agent
 * works for the directory already. */
int agent_lock_take(const char *pin_dir);

/* Whether an agent works for the directory, and which; holder->said is where it serves metrics, or
 * "". Silent; false for who may not look. */
bool agent_lock_is_held(const char *pin_dir, struct lock_holder *holder);

#endif
