// SPDX-License-Identifier: BSD-2-Clause
/*
 * fuzz_probe.c - what a probe's child may say to its parent. The input is records without the zeros
 * at their ends: a byte for the type, two for the length, and so many bytes. A type with its upper
 * bit set stands for a record whose header is among these bytes, too.
 */
#include "fuzz.h"

#include <string.h>

#include "base/escape.h"
#include "probe/probe_wire.h"

#define HEAD 8                  /* bytes of a record before what its type tells */
#define RAW 0x80

static size_t next(const uint8_t *data, size_t size, uint8_t record[PROBE_WIRE_SIZE])
{
	struct probe_wire head = { .magic = PROBE_WIRE_MAGIC, .version = PROBE_WIRE_VERSION };
	size_t length = size < 3 ? 0 : data[1] | (size_t)data[2] << 8, at = HEAD;

	if (size < 3)
		return 0;
	length = length < size - 3 ? length : size - 3;
	memset(record, 0, PROBE_WIRE_SIZE);
	head.type = data[0];
	if (data[0] & RAW)
		at = 0;
	else
		memcpy(record, &head, HEAD);
	if (length > PROBE_WIRE_SIZE - at)
		length = PROBE_WIRE_SIZE - at;
	memcpy(record + at, data + 3, length);
	return 3 + length;
}

/* Byte by byte, also those between members. */
static _Bool is_same(const void *one, const void *other)
{
	return !memcmp(one, other, sizeof(struct probe_result));
}

static void check_texts(const struct probe_result *result)
{
	for (unsigned int i = 0; i < result->rows.connections; i++)
		check(escape_is_plain(result->step[i].reason));
	for (unsigned int i = 0; i < result->chains; i++) {
		const struct probe_chain *chain = &result->chain[i];

		check(escape_is_plain(chain->subject) && escape_is_plain(chain->issuer));
		check(escape_is_plain(chain->key));
		for (unsigned int j = 0; j < PROBE_NAMES; j++)
			check(escape_is_plain(chain->name[j]));
	}
	for (unsigned int i = 0; i < PROBE_WANTED_NAMES; i++)
		check(escape_is_plain(result->wanted.name[i]));
	check(escape_is_plain(result->fault));
}

static void check_result(const struct probe_result *result)
{
	check(result->rows.connections <= PROBE_CONNECTIONS && result->chains <= PROBE_CHAINS);
	for (unsigned int i = 0; i < result->rows.connections; i++) {
		check(result->step[i].ask < PROBE_ASKS);
		check(result->step[i].outcome < PROBE_OUTCOMES);
		check(result->step[i].first_size <= PROBE_FIRST_SIZE);
	}
	for (unsigned int ask = 0; ask < PROBE_ASKS; ask++)
		check(result->rows.row[ask].state == PROBE_UNASKED ||
		      result->rows.row[ask].step < result->rows.connections);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct probe_result result = { .rows.whole_13 = size & 1 }, before;
	uint8_t record[PROBE_WIRE_SIZE];
	size_t used;

	while ((used = next(data, size, record))) {
		memcpy(&before, &result, sizeof(before));
		if (probe_wire_take(record, &result))
			check(is_same(&before, &result));
		data += used;
		size -= used;
	}
	check_result(&result);
	check_texts(&result);
	return 0;
}
