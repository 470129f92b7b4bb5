// SPDX-License-Identifier: BSD-2-Clause
#include "learn/learn_file.h"

#include <endian.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#define VERSION 1

#define MAGIC "ecdn-xdp learnt\n" /* 16 bytes, without a NUL */
#define MAGIC_SIZE 16
#define HEADER_SIZE (MAGIC_SIZE + 3 * 4) /* version, regions, bytes of each */
#define SUM_SIZE 4

/* Where a row is written or read. One description of it serves both, so that they cannot differ. */
struct row {
	unsigned char *to;      /* NULL: it is read */
	const unsigned char *from;
	size_t at;
	bool bad;               /* it was read, and cannot have been written */
};

static void bytes(struct row *row, void *data, size_t size)
{
	if (row->to)
		memcpy(row->to + row->at, data, size);
	else if (row->from)
		memcpy(data, row->from + row->at, size);
	row->at += size;
}

static void whole64(struct row *row, uint64_t *value)
{
	uint64_t little = htole64(*value);

	bytes(row, &little, sizeof(little));
	*value = le64toh(little);
}

static void whole32(struct row *row, uint32_t *value)
{
	uint32_t little = htole32(*value);

	bytes(row, &little, sizeof(little));
	*value = le32toh(little);
}

static void short_number(struct row *row, uint16_t *value, uint16_t most)
{
	uint32_t wide = *value;

	whole32(row, &wide);
	row->bad |= wide > most;
	*value = wide;
}

static void number(struct row *row, float *value, double least, double most)
{
	uint32_t word;

	memcpy(&word, value, sizeof(word));
	whole32(row, &word);
	memcpy(value, &word, sizeof(word));
	row->bad |= !(*value >= least && *value <= most);
}

static void minute(struct row *row, float *value)
{
	bool was_bad = row->bad;

	number(row, value, 0, LEARN_RATE_MAX * 1.01);
	row->bad = was_bad || (row->bad && *value != LEARN_UNKNOWN);
}

/* A sum of floats may come out a little above the greatest of them. */
static void measure_row(struct row *row, struct learn_measure *measure)
{
	for (unsigned int i = 0; i < LEARN_HOURS; i++)
		number(row, &measure->high[i], 0, LEARN_RATE_MAX * 1.01);
	for (unsigned int i = 0; i < LEARN_HOURS; i++)
		number(row, &measure->usual[i], 0, LEARN_RATE_MAX * 1.01);
	for (unsigned int i = 0; i < LEARN_MINUTES; i++)
		minute(row, &measure->minute[i]);
	for (unsigned int i = 0; i < LEARN_TOP; i++)
		number(row, &measure->top[i], 0, LEARN_RATE_MAX * 1.01);
	number(row, &measure->level, LEARN_LEVEL_LEAST, LEARN_LEVEL_MOST * 1.01);
	number(row, &measure->creep, 1, LEARN_CREEP_MOST);
	short_number(row, &measure->hour_limited, LEARN_TENS);
}

static void region_row(struct row *row, struct learn_region *region)
{
	struct learn *learn = &region->learn;

	bytes(row, region->name, sizeof(region->name));
	whole64(row, &region->seen_s);
	whole64(row, &learn->ten);
	whole32(row, &learn->hours);
	short_number(row, &learn->hour_free, LEARN_TENS);
	bytes(row, learn->times, sizeof(learn->times));
	for (unsigned int m = 0; m < LEARN_MEASURES; m++)
		measure_row(row, &learn->measure[m]);
	row->bad |= !region->name[0] || region->name[sizeof(region->name) - 1];
	row->bad |= learn->ten > UINT64_MAX / 100;
}

static size_t row_size(void)
{
	struct learn_region nothing = {};
	struct row row = {};

	region_row(&row, &nothing);
	return row.at;
}

size_t learn_file_size(size_t count)
{
	return HEADER_SIZE + count * row_size() + SUM_SIZE;
}

static void put32(unsigned char *to, uint32_t value)
{
	value = htole32(value);
	memcpy(to, &value, sizeof(value));
}

static uint32_t get32(const unsigned char *from)
{
	uint32_t value;

	memcpy(&value, from, sizeof(value));
	return le32toh(value);
}

static uint32_t sum_of(const unsigned char *data, size_t size)
{
	return crc32_z(0, data, size);
}

/* The running ten seconds and minute are not kept: they are over when the file is read. */
void learn_file_pack(const struct learn_region *const *regions, size_t count, unsigned char *to)
{
	size_t size = row_size();

	memcpy(to, MAGIC, MAGIC_SIZE);
	put32(to + MAGIC_SIZE, VERSION);
	put32(to + MAGIC_SIZE + 4, count);
	put32(to + MAGIC_SIZE + 8, size);
	for (size_t i = 0; i < count; i++) {
		struct row row = { .to = to + HEADER_SIZE + i * size };
		struct learn_region region = *regions[i];

		region_row(&row, &region);
	}
	put32(to + HEADER_SIZE + count * size, sum_of(to, HEADER_SIZE + count * size));
}

static int check_header(const unsigned char *data, size_t size, const char **reason)
{
	if (size < HEADER_SIZE + SUM_SIZE || memcmp(data, MAGIC, MAGIC_SIZE) != 0) {
		*reason = "is not what an agent has written";
		return -EINVAL;
	}
	if (sum_of(data, size - SUM_SIZE) != get32(data + size - SUM_SIZE)) {
		*reason = "is damaged: its check sum is wrong";
		return -EINVAL;
	}
	if (get32(data + MAGIC_SIZE) != VERSION) {
		*reason = "is of another version";
		return -EPROTO;
	}
	if (get32(data + MAGIC_SIZE + 4) > LEARN_FILE_REGIONS ||
	    get32(data + MAGIC_SIZE + 8) != row_size() ||
	    size != learn_file_size(get32(data + MAGIC_SIZE + 4))) {
		*reason = "is damaged: its size is wrong";
		return -EINVAL;
	}
	return 0;
}

/* Of rows that follow each other by name none can be there twice. */
static bool read_rows(const unsigned char *data, struct learn_region *regions, size_t count)
{
	size_t size = row_size();

	for (size_t i = 0; i < count; i++) {
		struct row row = { .from = data + HEADER_SIZE + i * size };

		learn_init(&regions[i].learn);
		region_row(&row, &regions[i]);
		if (row.bad || (i && strcmp(regions[i - 1].name, regions[i].name) >= 0))
			return false;
	}
	return true;
}

int learn_file_unpack(const void *data, size_t size, struct learn_region **regions,
		      size_t *count, const char **reason)
{
	int err = check_header(data, size, reason);

	*regions = NULL;
	*count = 0;
	if (err)
		return err;
	*count = get32((const unsigned char *)data + MAGIC_SIZE + 4);
	*regions = calloc(*count + 1, sizeof(**regions));
	if (!*regions) {
		*count = 0;
		*reason = "needs more memory than there is";
		return -ENOMEM;
	}
	if (read_rows(data, *regions, *count))
		return 0;
	free(*regions);
	*regions = NULL;
	*count = 0;
	*reason = "is damaged: it has values that cannot be";
	return -EINVAL;
}
