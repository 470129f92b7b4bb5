// SPDX-License-Identifier: BSD-2-Clause
#include "pcapng/pcapng.h"

#include <string.h>

enum block_type {
	BLOCK_INTERFACE = 1,
	BLOCK_COUNTS = 5,
	BLOCK_PACKET = 6,
	BLOCK_SECTION = 0x0a0d0d0a,
};

#define BYTE_ORDER_MAGIC 0x1a2b3c4d
#define LINK_ETHERNET 1

/* Options' numbers are the block's own, but for these two. */
enum option {
	OPTION_END = 0,
	OPTION_COMMENT = 1,
	SECTION_OS = 3,
	SECTION_PROGRAM = 4,
	INTERFACE_NAME = 2,
	INTERFACE_RESOLUTION = 9,
	PACKET_FLAGS = 2,
	PACKET_SKIPPED = 4,
	PACKET_QUEUE = 6,
	PACKET_VERDICT = 7,
	COUNTS_START = 2,
	COUNTS_END = 3,
	COUNTS_MATCHED = 6,
	COUNTS_SKIPPED = 7,
	COUNTS_WRITTEN = 8,
};

#define RESOLUTION_NS 9         /* decimal digits of a second */
#define FLAG_INBOUND 1
#define VERDICT_XDP 2

static void put(struct pcapng_block *block, const void *data, size_t size)
{
	memcpy(block->at + block->size, data, size);
	block->size += size;
}

static void put_16(struct pcapng_block *block, uint16_t value)
{
	put(block, &value, sizeof(value));
}

static void put_32(struct pcapng_block *block, uint32_t value)
{
	put(block, &value, sizeof(value));
}

/* Data is followed by zeros up to a multiple of four bytes. */
static void pad(struct pcapng_block *block)
{
	static const uint8_t zeros[4];

	put(block, zeros, -block->size & 3);
}

static void begin(struct pcapng_block *block, enum block_type type)
{
	block->size = 0;
	put_32(block, type);
	put_32(block, 0);
}

/* Ends the options. A block's length stands at both ends, so that readers can go backwards. */
static void end(struct pcapng_block *block)
{
	uint32_t size = block->size + 2 * sizeof(size);

	put_32(block, OPTION_END);
	put_32(block, size);
	memcpy(block->at + sizeof(uint32_t), &size, sizeof(size));
}

static void put_option(struct pcapng_block *block, enum option option, const void *value,
		       uint16_t size)
{
	put_16(block, option);
	put_16(block, size);
	put(block, value, size);
	pad(block);
}

static void put_text(struct pcapng_block *block, enum option option, const char *text)
{
	size_t length = strlen(text);

	put_option(block, option, text, length < PCAPNG_TEXT_MAX ? length : PCAPNG_TEXT_MAX);
}

static void put_count(struct pcapng_block *block, enum option option, uint64_t count)
{
	put_option(block, option, &count, sizeof(count));
}

static void put_time(struct pcapng_block *block, uint64_t time_ns)
{
	put_32(block, time_ns >> 32);
	put_32(block, time_ns);
}

static void put_time_option(struct pcapng_block *block, enum option option, uint64_t time_ns)
{
	put_16(block, option);
	put_16(block, sizeof(time_ns));
	put_time(block, time_ns);
}

void pcapng_section(struct pcapng_block *block, const char *os, const char *program)
{
	const uint64_t unknown = ~0ULL;

	begin(block, BLOCK_SECTION);
	put_32(block, BYTE_ORDER_MAGIC);
	put_16(block, 1);
	put_16(block, 0);
	/* How long the section is, which nobody knows before its end. */
	put(block, &unknown, sizeof(unknown));
	put_text(block, SECTION_OS, os);
	put_text(block, SECTION_PROGRAM, program);
	end(block);
}

void pcapng_interface(struct pcapng_block *block, const char *name, uint32_t snap_bytes)
{
	const uint8_t resolution = RESOLUTION_NS;

	begin(block, BLOCK_INTERFACE);
	put_16(block, LINK_ETHERNET);
	put_16(block, 0);
	put_32(block, snap_bytes);
	put_text(block, INTERFACE_NAME, name);
	put_option(block, INTERFACE_RESOLUTION, &resolution, sizeof(resolution));
	end(block);
}

static void put_verdict(struct pcapng_block *block, uint64_t action)
{
	uint8_t verdict[1 + sizeof(action)] = { VERDICT_XDP };

	memcpy(verdict + 1, &action, sizeof(action));
	put_option(block, PACKET_VERDICT, verdict, sizeof(verdict));
}

void pcapng_packet(struct pcapng_block *block, const struct pcapng_packet *packet)
{
	uint32_t size = packet->size < PCAPNG_DATA_MAX ? packet->size : PCAPNG_DATA_MAX;
	const uint32_t flags = FLAG_INBOUND;

	begin(block, BLOCK_PACKET);
	put_32(block, packet->interface);
	put_time(block, packet->time_ns);
	put_32(block, size);
	put_32(block, packet->length);
	put(block, packet->data, size);
	pad(block);
	put_text(block, OPTION_COMMENT, packet->comment);
	put_option(block, PACKET_FLAGS, &flags, sizeof(flags));
	put_count(block, PACKET_SKIPPED, packet->skipped);
	put_option(block, PACKET_QUEUE, &packet->queue, sizeof(packet->queue));
	put_verdict(block, packet->xdp_action);
	end(block);
}

void pcapng_counts(struct pcapng_block *block, const struct pcapng_counts *counts)
{
	begin(block, BLOCK_COUNTS);
	put_32(block, counts->interface);
	put_time(block, counts->end_ns);
	put_time_option(block, COUNTS_START, counts->start_ns);
	put_time_option(block, COUNTS_END, counts->end_ns);
	put_count(block, COUNTS_MATCHED, counts->matched);
	put_count(block, COUNTS_SKIPPED, counts->skipped);
	put_count(block, COUNTS_WRITTEN, counts->written);
	end(block);
}
