/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * random_frame.h - random frames, most of them nearly valid, from a world of nested
 * prefixes. The same seed gives the same frames.
 */
#ifndef RUN_RANDOM_FRAME_H
#define RUN_RANDOM_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cidr.h"
#include "fixtures.h"

#define WORLD_PREFIXES 2000

struct world {
	struct cidr prefix[WORLD_PREFIXES]; /* no two are equal */
	size_t count;
};

void random_seed(uint64_t seed);
uint64_t random_bits(void);
uint32_t random_below(uint32_t limit);

void world_create(struct world *world);
bool prefix_has(const struct cidr *prefix, const struct address *address);

void random_frame(const struct world *world, struct frame *frame);

#endif
