/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * learn_file.h - what was learned, as bytes that outlive the agent: a header with a version, a row
 * for each region by its name, sorted by it, and a CRC-32 of all that is before. Integers and IEEE
 * 754 floats are in little-endian order. Silent, and thread-safe.
 */
#ifndef LEARN_LEARN_FILE_H
#define LEARN_LEARN_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "learn/learn.h"

#define LEARN_FILE_REGIONS ECDN_XDP_REGIONS_MAX

struct learn_region {
	char name[ECDN_XDP_NAME_SIZE];
	uint64_t seen_s;        /* when it was last learned of, seconds since the epoch */
	struct learn learn;
};

/* Bytes that so many regions take. */
size_t learn_file_size(size_t count);

/* Writes those bytes. The regions are sorted by name, each there once. */
void learn_file_pack(const struct learn_region *const *regions, size_t count, unsigned char *to);

/*
 * Reads them again into *regions, which the caller frees. 0, or a negative errno with *regions NULL
 * and in *reason what is wrong, in words that follow "FILE ": -EPROTO for another version, -EINVAL
 * for what is damaged, -ENOMEM.
 */
int learn_file_unpack(const void *data, size_t size, struct learn_region **regions,
		      size_t *count, const char **reason);

#endif
