/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * origin_counts.h - the map origin_requests, which proxies write.
 */
#ifndef ORIGIN_ORIGIN_COUNTS_H
#define ORIGIN_ORIGIN_COUNTS_H

#include "kernel/pins.h"

/*
 * If the map is frozen, which whoever may write it can do while no proxy has it in use: makes
 * another one in pins->next, with what was counted, for proxies that are started from now on. 0 or
 * a negative errno, logged.
 */
int origin_counts_thaw(const struct pins *pins);

#endif
