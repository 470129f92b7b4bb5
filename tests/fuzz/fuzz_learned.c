// SPDX-License-Identifier: BSD-2-Clause
/*
 * fuzz_learned.c - the file of what was learned. The sum at its end is made right, so that what
 * follows is met, too.
 */
#include "fuzz.h"

#include <string.h>

#include <zlib.h>

#include "learn/learn_file.h"

static void use(struct learn_region *region)
{
	const struct learn_settings settings = { 2, { 1, 1, 1 } };
	struct ecdn_xdp_learned limits;

	for (unsigned int i = 0; i < 90; i++) {
		const struct learn_sample sample = { 1000000000 + 50ULL * i, i % 3, { i, i, i },
						     { i, i, i } };

		learn_add(&region->learn, &settings, &sample);
	}
	learn_limits(&region->learn, &settings, &limits);
	learn_limit_day(&region->learn, &settings, &limits);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct learn_region *regions;
	const char *reason = NULL;
	unsigned char *copy;
	size_t count;
	uint32_t sum;

	if (size < 4)
		return 0;
	copy = malloc(size);
	if (!copy)
		abort();
	memcpy(copy, data, size);
	sum = crc32_z(0, copy, size - 4);
	memcpy(copy + size - 4, &sum, 4);
	if (learn_file_unpack(copy, size, &regions, &count, &reason))
		check(reason && !regions && !count);
	else
		check(size == learn_file_size(count));
	for (size_t i = 0; i < count; i++)
		use(&regions[i]);
	free(regions);
	free(copy);
	return 0;
}
