/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host_follow.h - parts that know addresses and hop limits of this host get those that it has now,
 * as when they are loaded again.
 */
#ifndef CONTROL_HOST_FOLLOW_H
#define CONTROL_HOST_FOLLOW_H

#include <stdbool.h>

/* Takes the lock only if there is anything new; of hop limits alone unless addresses is set. 0, or
 * a negative errno, logged; *changed: it wrote something. */
int host_follow(const char *pin_dir, bool addresses, bool *changed);

#endif
