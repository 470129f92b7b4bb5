/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mmdb_writer.h - writes MaxMind DB files, version 2.0 of the format. Data is
 * encoded in the order in which it is called for; trees are built in memory.
 */
#ifndef TESTS_MMDB_WRITER_H
#define TESTS_MMDB_WRITER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cidr.h"

#define MMDB_NODES_MAX 400000
#define MMDB_BYTES_MAX (1 << 20)

enum mmdb_kind { MMDB_NOTHING, MMDB_NODE, MMDB_DATA };

enum mmdb_type {
	MMDB_T_STRING = 2, MMDB_T_DOUBLE = 3, MMDB_T_UINT16 = 5, MMDB_T_UINT32 = 6,
	MMDB_T_MAP = 7, MMDB_T_INT32 = 8, MMDB_T_UINT64 = 9, MMDB_T_ARRAY = 11,
	MMDB_T_BOOL = 14,
};

struct mmdb_record {
	enum mmdb_kind kind;
	uint32_t value;         /* a node's number, or an offset in data */
};

struct mmdb_bytes {
	uint8_t byte[MMDB_BYTES_MAX];
	size_t count;
};

struct mmdb_writer {
	struct mmdb_record node[MMDB_NODES_MAX][2];
	uint32_t nodes;
	int ip_version;
	struct mmdb_bytes data;
};

static inline struct mmdb_writer *mmdb_new(int ip_version)
{
	struct mmdb_writer *writer = calloc(1, sizeof(*writer));

	writer->ip_version = ip_version;
	writer->nodes = 1;
	return writer;
}

static inline void mmdb_put(struct mmdb_bytes *bytes, const void *data, size_t size)
{
	assert_true(bytes->count + size <= MMDB_BYTES_MAX);
	memcpy(bytes->byte + bytes->count, data, size);
	bytes->count += size;
}

static inline void mmdb_put_byte(struct mmdb_bytes *bytes, uint8_t byte)
{
	mmdb_put(bytes, &byte, 1);
}

/* The lowest size bytes of a number, highest first. */
static inline void mmdb_put_big_endian(struct mmdb_bytes *bytes, uint64_t value, int size)
{
	while (size--)
		mmdb_put_byte(bytes, value >> 8 * size);
}

static inline void mmdb_control(struct mmdb_bytes *bytes, enum mmdb_type type, size_t size)
{
	uint8_t first = size < 29 ? size : 29;

	assert_true(size < 29 + 256);
	if (type > MMDB_T_MAP) {
		mmdb_put_byte(bytes, first);
		mmdb_put_byte(bytes, type - MMDB_T_MAP);
	} else {
		mmdb_put_byte(bytes, type << 5 | first);
	}
	if (size >= 29)
		mmdb_put_byte(bytes, size - 29);
}

static inline void mmdb_string(struct mmdb_bytes *bytes, const char *text)
{
	mmdb_control(bytes, MMDB_T_STRING, strlen(text));
	mmdb_put(bytes, text, strlen(text));
}

static inline void mmdb_uint(struct mmdb_bytes *bytes, enum mmdb_type type, uint64_t value)
{
	int size = 0;

	while (size < 8 && value >> 8 * size)
		size++;
	mmdb_control(bytes, type, size);
	mmdb_put_big_endian(bytes, value, size);
}

static inline void mmdb_map(struct mmdb_bytes *bytes, size_t pairs)
{
	mmdb_control(bytes, MMDB_T_MAP, pairs);
}

static inline void mmdb_array(struct mmdb_bytes *bytes, size_t values)
{
	mmdb_control(bytes, MMDB_T_ARRAY, values);
}

/* The record of a prefix, nodes made on the way to it; IPv4 is ::/96 in IPv6. */
static inline struct mmdb_record *mmdb_at(struct mmdb_writer *writer, const char *prefix)
{
	struct mmdb_record *record = NULL;
	struct cidr cidr;
	uint32_t node = 0;

	assert_int_equal(cidr_parse(prefix, &cidr), 0);
	if (cidr.addr.family == AF_INET && writer->ip_version == 6) {
		cidr.addr.bits >>= 96;
		cidr.length += 96;
	}
	for (int i = 0; i < cidr.length; i++) {
		if (record && record->kind != MMDB_NODE) {
			assert_true(writer->nodes < MMDB_NODES_MAX);
			writer->node[writer->nodes][0] = *record;
			writer->node[writer->nodes][1] = *record;
			*record = (struct mmdb_record){ MMDB_NODE, writer->nodes++ };
		}
		if (record)
			node = record->value;
		record = &writer->node[node][cidr.addr.bits >> (127 - i) & 1];
	}
	assert_non_null(record);
	return record;
}

/* Longer prefixes after the shorter ones that hold them. */
static inline void mmdb_insert(struct mmdb_writer *writer, const char *prefix, uint32_t data)
{
	*mmdb_at(writer, prefix) = (struct mmdb_record){ MMDB_DATA, data };
}

/* Lets a prefix refer to the node of another, as databases do with 2002::/16. */
static inline void mmdb_alias(struct mmdb_writer *writer, const char *prefix, const char *to)
{
	struct mmdb_record target = *mmdb_at(writer, to);

	assert_int_equal(target.kind, MMDB_NODE);
	*mmdb_at(writer, prefix) = target;
}

static inline uint32_t mmdb_value(const struct mmdb_writer *writer, struct mmdb_record record)
{
	if (record.kind == MMDB_NODE)
		return record.value;
	return writer->nodes + (record.kind == MMDB_DATA ? 16 + record.value : 0);
}

static inline void mmdb_put_node(const struct mmdb_writer *writer, uint32_t number, int size,
				 FILE *out)
{
	uint32_t left = mmdb_value(writer, writer->node[number][0]);
	uint32_t right = mmdb_value(writer, writer->node[number][1]);
	struct { uint8_t byte[8]; int count; } bytes = { { 0 }, 0 };

	for (int shift = size == 32 ? 24 : 16; shift >= 0; shift -= 8)
		bytes.byte[bytes.count++] = left >> shift;
	if (size == 28)
		bytes.byte[bytes.count++] = (left >> 24 & 15) << 4 | (right >> 24 & 15);
	for (int shift = size == 32 ? 24 : 16; shift >= 0; shift -= 8)
		bytes.byte[bytes.count++] = right >> shift;
	fwrite(bytes.byte, 1, bytes.count, out);
}

static inline void mmdb_put_metadata(const struct mmdb_writer *writer, int record_size,
				     const char *type, struct mmdb_bytes *meta)
{
	mmdb_map(meta, 9);
	mmdb_string(meta, "node_count");
	mmdb_uint(meta, MMDB_T_UINT32, writer->nodes);
	mmdb_string(meta, "record_size");
	mmdb_uint(meta, MMDB_T_UINT16, record_size);
	mmdb_string(meta, "ip_version");
	mmdb_uint(meta, MMDB_T_UINT16, writer->ip_version);
	mmdb_string(meta, "database_type");
	mmdb_string(meta, type);
	mmdb_string(meta, "languages");
	mmdb_array(meta, 1);
	mmdb_string(meta, "en");
	mmdb_string(meta, "binary_format_major_version");
	mmdb_uint(meta, MMDB_T_UINT16, 2);
	mmdb_string(meta, "binary_format_minor_version");
	mmdb_uint(meta, MMDB_T_UINT16, 0);
	mmdb_string(meta, "build_epoch");
	mmdb_uint(meta, MMDB_T_UINT64, 1700000000);
	mmdb_string(meta, "description");
	mmdb_map(meta, 1);
	mmdb_string(meta, "en");
	mmdb_string(meta, "a test's own");
}

/* record_size: 24, 28 or 32 bits. Frees the writer. */
static inline void mmdb_write(struct mmdb_writer *writer, const char *path, int record_size,
			      const char *type)
{
	static const uint8_t separator[16];
	struct mmdb_bytes *meta = calloc(1, sizeof(*meta));
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	for (uint32_t i = 0; i < writer->nodes; i++)
		mmdb_put_node(writer, i, record_size, out);
	fwrite(separator, 1, sizeof(separator), out);
	fwrite(writer->data.byte, 1, writer->data.count, out);
	fputs("\xab\xcd\xefMaxMind.com", out);
	mmdb_put_metadata(writer, record_size, type, meta);
	fwrite(meta->byte, 1, meta->count, out);
	assert_int_equal(fclose(out), 0);
	free(meta);
	free(writer);
}

#endif
