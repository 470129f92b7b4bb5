// SPDX-License-Identifier: BSD-2-Clause
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/address.h"

static void addresses(void **state)
{
	struct address address;
	char text[ADDRESS_TEXT_SIZE];

	(void)state;
	assert_int_equal(address_parse("192.0.2.1", &address), 0);
	assert_int_equal(address.family, AF_INET);
	assert_true(address.bits == (addr_bits)0xc0000201 << 96);
	assert_string_equal(address_format(&address, text), "192.0.2.1");
	assert_int_equal(address_parse("2001:db8::1", &address), 0);
	assert_int_equal(address.family, AF_INET6);
	assert_true(address.bits == ((addr_bits)0x20010db8 << 96 | 1));
	assert_string_equal(address_format(&address, text), "2001:db8::1");
	assert_int_equal(address_parse("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255", &address),
			 0);
	assert_true(address.bits == ~(addr_bits)0);
	assert_int_equal(address_parse("::", &address), 0);
	assert_true(address.bits == 0);
}

static void addresses_refused(void **state)
{
	static const char *const bad[] = {
		"", " ", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.4 ", " 1.2.3.4", "1.2.3.4/32",
		"16909060", "0x1.2.3.4", "01.2.3.4", ":", ":::", "1::2::3", "1:2:3:4:5:6:7",
		"1:2:3:4:5:6:7:8:9", "12345::", "g::", "::1%lo", "[::1]", "localhost",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct address address = { 1, 2 };

		if (address_parse(bad[i], &address) != -EINVAL)
			fail_msg("'%s' accepted", bad[i]);
		assert_true(address.bits == 1 && address.family == 2);
	}
}

static void address_bytes(void **state)
{
	static const uint8_t v4[16] = { 192, 0, 2, 1 };
	struct address address, back;
	uint8_t bytes[16];

	(void)state;
	assert_int_equal(address_parse("192.0.2.1", &address), 0);
	memset(bytes, 0xff, sizeof(bytes));
	address_to_bytes(&address, bytes);
	assert_memory_equal(bytes, v4, sizeof(v4));

	srand(1);
	for (int i = 0; i < 100000; i++) {
		bool is_v4 = rand() % 2;

		address.family = is_v4 ? AF_INET : AF_INET6;
		address.bits = 0;
		for (int bit = 0; bit < (is_v4 ? 32 : 128); bit++)
			address.bits |= (addr_bits)(rand() >> 8 & 1) << (127 - bit);
		address_to_bytes(&address, bytes);
		address_from_bytes(&back, address.family, bytes);
		assert_true(back.bits == address.bits && back.family == address.family);
	}
}

/* Text of a random address or prefix, through the C library and back. */
static void text_round_trip(void **state)
{
	(void)state;
	srand(2);
	for (int i = 0; i < 100000; i++) {
		char text[INET6_ADDRSTRLEN], again[ADDRESS_TEXT_SIZE];
		struct address address;
		uint8_t bytes[16];
		int family = i % 2 ? AF_INET : AF_INET6;

		for (int b = 0; b < 16; b++)
			bytes[b] = rand() % 3 ? 0 : rand() >> 8;
		inet_ntop(family, bytes, text, sizeof(text));
		assert_int_equal(address_parse(text, &address), 0);
		for (int b = 0; b < (family == AF_INET ? 4 : 16); b++)
			assert_int_equal((uint8_t)(address.bits >> (120 - 8 * b)), bytes[b]);
		assert_string_equal(address_format(&address, again), text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses),
		cmocka_unit_test(addresses_refused),
		cmocka_unit_test(address_bytes),
		cmocka_unit_test(text_round_trip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
