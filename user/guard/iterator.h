/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * iterator.h - the pin that prints the regions when it is read as a file.
 */
#ifndef GUARD_ITERATOR_H
#define GUARD_ITERATOR_H

#include "guard/guard_maps.h"

#define ITERATOR_PIN "regions"

/*
 * Pins the iterator over the maps, which have room for max_regions, in pins->next. Returns 0,
 * or a negative errno if the kernel has no such iterator, or if this host has more than some
 * 4,000 CPU ids, whose loop verifiers do not follow; silent, as nothing else depends on it.
 */
int iterator_pin(const struct guard_maps *maps, uint32_t max_regions, const struct pins *pins);

#endif
