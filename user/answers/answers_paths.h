/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * answers_paths.h - the paths that most of a number of answers are of, in memory of a fixed size
 * (Space-Saving: Metwally, Agrawal and El Abbadi, 2005). One that has more than 1 /
 * ANSWERS_PATHS_MAX of them is among those kept, and no count is too high by more than that share;
 * by how much at most is known of each. Nothing is logged.
 */
#ifndef ANSWERS_ANSWERS_PATHS_H
#define ANSWERS_ANSWERS_PATHS_H

#include <stdbool.h>

#include "base/text.h"

#define ANSWERS_PATHS_MAX 256
#define ANSWERS_PATHS_HOST 64   /* bytes, NUL included; what is longer is cut */
#define ANSWERS_PATHS_PATH 128

struct answers_path {
	char host[ANSWERS_PATHS_HOST];
	char path[ANSWERS_PATHS_PATH];
};

/* Starts as zeros. */
struct answers_paths {
	unsigned int count;     /* of paths that are kept */
	uint64_t hash[ANSWERS_PATHS_MAX];
	uint64_t times[ANSWERS_PATHS_MAX];
	uint64_t over[ANSWERS_PATHS_MAX]; /* of these, that may be another path's */
	struct answers_path at[ANSWERS_PATHS_MAX];
};

/* Counts a path of a host. seed: secret, and the same for all of *paths. */
void answers_paths_count(struct answers_paths *paths, struct text host, struct text path,
			 uint64_t seed);

/* The indexes of those with most answers that are surely theirs, most first, at most `most`. How
 * many there are. */
unsigned int answers_paths_top(const struct answers_paths *paths, unsigned int *index,
			       unsigned int most);

/* Answers that are surely of the path. */
static inline uint64_t answers_paths_sure(const struct answers_paths *paths, unsigned int index)
{
	return paths->times[index] - paths->over[index];
}

#endif
