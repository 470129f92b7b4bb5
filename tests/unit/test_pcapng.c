// SPDX-License-Identifier: BSD-2-Clause
/*
 * Blocks of a capture file, byte by byte, on a host whose bytes are in little-endian order.
 */
#include <endian.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "pcapng/pcapng.h"

static struct pcapng_block block;

static void is(const char *bytes, size_t size)
{
	if (htole32(1) != 1)
		skip();
	assert_int_equal(block.size, size);
	assert_memory_equal(block.at, bytes, size);
}

#define IS(bytes) is(bytes, sizeof(bytes) - 1)

static void test_section(void **state)
{
	(void)state;
	pcapng_section(&block, "Linux", "ecdn-xdp 1");
	IS("\x0a\x0d\x0d\x0a\x3c\0\0\0\x4d\x3c\x2b\x1a\1\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff"
	   "\3\0\5\0Linux\0\0\0\4\0\12\0ecdn-xdp 1\0\0\0\0\0\0\x3c\0\0\0");
}

static void test_interface(void **state)
{
	(void)state;
	pcapng_interface(&block, "eth0", 128);
	IS("\1\0\0\0\x28\0\0\0\1\0\0\0\x80\0\0\0\2\0\4\0eth0\x9\0\1\0\x9\0\0\0\0\0\0\0\x28\0\0\0");
}

static void test_packet(void **state)
{
	const struct pcapng_packet packet = {
		.interface = 3, .time_ns = 0x1122334455667788, .data = "\xab\xcd\xef", .size = 3,
		.length = 60, .comment = "why?", .skipped = 99, .queue = 7, .xdp_action = 1,
	};

	(void)state;
	pcapng_packet(&block, &packet);
	IS("\6\0\0\0\x5c\0\0\0\3\0\0\0\x44\x33\x22\x11\x88\x77\x66\x55\3\0\0\0\x3c\0\0\0"
	   "\xab\xcd\xef\0\1\0\4\0why?\2\0\4\0\1\0\0\0\4\0\x8\0\x63\0\0\0\0\0\0\0"
	   "\6\0\4\0\7\0\0\0\7\0\x9\0\2\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x5c\0\0\0");
}

static void test_counts(void **state)
{
	const struct pcapng_counts counts = {
		.interface = 1, .start_ns = 1ULL << 32 | 2, .end_ns = 3ULL << 32 | 4,
		.matched = 300, .skipped = 297, .written = 3,
	};

	(void)state;
	pcapng_counts(&block, &counts);
	IS("\5\0\0\0\x58\0\0\0\1\0\0\0\3\0\0\0\4\0\0\0\2\0\x8\0\1\0\0\0\2\0\0\0"
	   "\3\0\x8\0\3\0\0\0\4\0\0\0\6\0\x8\0\x2c\1\0\0\0\0\0\0\7\0\x8\0\x29\1\0\0\0\0\0\0"
	   "\x8\0\x8\0\3\0\0\0\0\0\0\0\0\0\0\0\x58\0\0\0");
}

/* Whatever is given, a block ends with the length that it begins with, and has its room. */
static void test_bounds(void **state)
{
	char text[2 * PCAPNG_TEXT_MAX], data[2 * PCAPNG_DATA_MAX];
	struct pcapng_packet packet = { .data = data, .comment = text };

	(void)state;
	memset(data, 0x55, sizeof(data));
	for (uint32_t size = 0; size < sizeof(data); size += size < 9 ? 1 : 997) {
		uint32_t at_front, at_back, kept;
		size_t length = size % sizeof(text);

		memset(text, 'x', sizeof(text));
		text[length ? length - 1 : 0] = 0;
		packet.size = size;
		packet.length = size;
		pcapng_packet(&block, &packet);
		memcpy(&at_front, block.at + 4, 4);
		memcpy(&kept, block.at + 20, 4);
		memcpy(&at_back, block.at + block.size - 4, 4);
		assert_int_equal(block.size % 4, 0);
		assert_int_equal(at_front, block.size);
		assert_int_equal(at_back, block.size);
		assert_int_equal(kept, size < PCAPNG_DATA_MAX ? size : PCAPNG_DATA_MAX);
		assert_true(block.size <= sizeof(block.at));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_section),
		cmocka_unit_test(test_interface),
		cmocka_unit_test(test_packet),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
