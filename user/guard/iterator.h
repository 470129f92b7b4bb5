/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * iterator.h - the pin that prints the regions when it is read as a file.
 */
#ifndef GUARD_ITERATOR_H
#define GUARD_ITERATOR_H

#include "kernel/pins.h"

#define ITERATOR_PIN "regions"

/*
 * Pins the iterator over region_stats, a map's fd, in pins->next. Returns 0, or a negative
 * errno if the kernel has no such iterator; silent, as nothing else depends on it.
 */
int iterator_pin(int region_stats, const struct pins *pins);

#endif
