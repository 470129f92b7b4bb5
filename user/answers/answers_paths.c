// SPDX-License-Identifier: BSD-2-Clause
#include "answers/answers_paths.h"

#include <stdio.h>
#include <string.h>

#include "base/hash.h"

/* A text that is cut ends with dots; it is another one's beginning only by its hash. */
static void keep(char *to, size_t size, struct text text)
{
	size_t length = text_length(text);

	if (length < size) {
		memcpy(to, text.start, length);
		to[length] = 0;
		return;
	}
	memcpy(to, text.start, size - 4);
	memcpy(to + size - 4, "...", 4);
}

static unsigned int find(const struct answers_paths *paths, uint64_t hash)
{
	unsigned int i;

	for (i = 0; i < paths->count; i++)
		if (paths->hash[i] == hash)
			break;
	return i;
}

static unsigned int least(const struct answers_paths *paths)
{
	unsigned int found = 0;

	for (unsigned int i = 1; i < ANSWERS_PATHS_MAX; i++)
		if (paths->times[i] < paths->times[found])
			found = i;
	return found;
}

void answers_paths_count(struct answers_paths *paths, struct text host, struct text path,
			 uint64_t seed)
{
	uint64_t hash = hash_bytes(hash_bytes(seed, host.start, text_length(host)), path.start,
				   text_length(path));
	unsigned int i = find(paths, hash);

	if (i == paths->count) {
		if (i < ANSWERS_PATHS_MAX)
			paths->count++;
		else
			i = least(paths);
		paths->over[i] = paths->times[i];
		paths->hash[i] = hash;
		keep(paths->at[i].host, sizeof(paths->at[i].host), host);
		keep(paths->at[i].path, sizeof(paths->at[i].path), path);
	}
	paths->times[i]++;
}

unsigned int answers_paths_top(const struct answers_paths *paths, unsigned int *index,
			       unsigned int most)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < paths->count; i++) {
		unsigned int to = count < most ? count++ : most;

		for (; to && answers_paths_sure(paths, index[to - 1]) <
			     answers_paths_sure(paths, i); to--)
			if (to < most)
				index[to] = index[to - 1];
		if (to < most)
			index[to] = i;
	}
	return count;
}
