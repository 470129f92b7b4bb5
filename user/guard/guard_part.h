/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * program.h - the guard as a loaded program with its maps, new or those that
 * are pinned; and what of it this kernel cannot do.
 */
#ifndef GUARD_GUARD_PART_H
#define GUARD_GUARD_PART_H

#include <stdbool.h>

#include "kernel/maps.h"

struct guard_bpf;

/* What the kernel has beyond Linux 5.10. */
struct features {
	bool frags;             /* 5.18: XDP on frames of several buffers */
};

struct features features_probe(void);

/*
 * Loads the program. With pinned_dir it works on the maps pinned there, without
 * on new ones with room for max_regions. Errors are said. The caller frees it
 * with program_close(), which leaves what is pinned or attached.
 */
int program_open(struct guard_bpf **guard, const char *pinned_dir, uint32_t max_regions);
void program_close(struct guard_bpf *guard);

int program_fd(const struct guard_bpf *guard);

/* Pins the program in dir, and in map_dir those of its maps that are not. Errors are
 * said. */
int program_pin(const struct guard_bpf *guard, const char *map_dir, const char *dir);

/*
 * Pins the iterator that prints the regions in dir; the maps are pinned in map_dir. 0,
 * or a negative errno where the kernel has none: nothing else depends on it, so
 * nothing is said.
 */
int program_pin_iterator(const struct guard_bpf *guard, const char *map_dir, const char *dir);

#endif
