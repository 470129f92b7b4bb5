/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guard_program.h - the guard's object: opened for this kernel and this number of CPUs, and
 * loaded. Errors are logged.
 */
#ifndef GUARD_GUARD_PROGRAM_H
#define GUARD_GUARD_PROGRAM_H

#include <stdint.h>

#include "kernel/part.h"

#define GUARD_PROGRAM_PIN "prog/guard"

struct guard_bpf;

/* Opens the object; those of its maps that are new will have room for max_regions. The
 * caller frees it with guard_program_close(), which leaves what is pinned or attached. */
int guard_program_open(struct guard_bpf **guard, uint32_t max_regions);
void guard_program_close(struct guard_bpf *guard);

/* In a command that loads it: the program, with the maps that are pinned, and pins of what is new.
 * Returns an fd, which the caller closes. */
int guard_program_make(const struct part_run *run, uint32_t max_regions);

/* Whether the guard that is loaded ends learned limits by itself (bpf/give_way.h), as no earlier
 * version's does: 1, 0 or a negative errno. region_learned: the fd of that map, or -1. */
int guard_program_gives_way(const char *dir, int region_learned);

/* Loads the object with new maps and pins nothing: for tests and benchmarks. */
int guard_program_load(struct guard_bpf *guard);

#endif
