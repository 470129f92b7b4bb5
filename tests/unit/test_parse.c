// SPDX-License-Identifier: BSD-2-Clause
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cidr.h"
#include "base/quantity.h"
#include "guard/ports.h"
#include "regions/names.h"

#define UNTOUCHED 0x5a5a5a5a5a5a5a5aULL

struct number_case {
	const char *text;
	uint64_t value;         /* UNTOUCHED: refused */
};

static void check_numbers(const struct number_case *cases, size_t count,
			  int (*parse)(const char *, uint64_t *))
{
	for (size_t i = 0; i < count; i++) {
		bool good = cases[i].value != UNTOUCHED;
		uint64_t value = UNTOUCHED;
		int error = parse(cases[i].text, &value);

		if (error != (good ? 0 : -EINVAL) || value != cases[i].value)
			fail_msg("'%s': error %d, value %llu, not %llu", cases[i].text, error,
				 (unsigned long long)value, (unsigned long long)cases[i].value);
	}
}

static void rates(void **state)
{
	static const struct number_case cases[] = {
		{ "0", 0 }, { "1", 1 }, { "007", 7 }, { "5k", 5000 }, { "5M", 5000000 },
		{ "5G", 5000000000 }, { "1.5k", 1500 }, { "1.50k", 1500 }, { "1.0", 1 },
		{ "1.000", 1 }, { "0.001k", 1 }, { "2.25G", 2250000000 }, { "0.000000001G", 1 },
		{ "1.0000000000000k", 1000 }, { "1000000000000000", 1000000000000000 },
		{ "1000000000000k", 1000000000000000 }, { "1000000G", 1000000000000000 },
		{ "1000000000000001", UNTOUCHED }, { "1000000.000000001G", UNTOUCHED },
		{ "18446744073709551615", UNTOUCHED },
		{ "", UNTOUCHED }, { "k", UNTOUCHED }, { ".5k", UNTOUCHED }, { "5.k", UNTOUCHED },
		{ "5.", UNTOUCHED }, { "-1", UNTOUCHED }, { "+1", UNTOUCHED }, { " 1", UNTOUCHED },
		{ "1 ", UNTOUCHED }, { "1 k", UNTOUCHED }, { "1K", UNTOUCHED },
		{ "1m", UNTOUCHED }, { "1kk", UNTOUCHED }, { "1T", UNTOUCHED },
		{ "0x10", UNTOUCHED }, { "1e3", UNTOUCHED }, { "1.5", UNTOUCHED },
		{ "1.05", UNTOUCHED }, { "1.005", UNTOUCHED }, { "1.0005k", UNTOUCHED },
		{ "1.00005k", UNTOUCHED }, { "1.000000000001G", UNTOUCHED },
		{ "1.5.5k", UNTOUCHED }, { "1,5k", UNTOUCHED },
		{ "18446744073709551616", UNTOUCHED }, { "18446744073709552k", UNTOUCHED },
		{ "18446744073.709551616G", UNTOUCHED }, { "99999999999999999999G", UNTOUCHED },
	};

	(void)state;
	check_numbers(cases, sizeof(cases) / sizeof(*cases), quantity_parse_rate);
}

static void durations(void **state)
{
	static const struct number_case cases[] = {
		{ "1ns", 1 }, { "1us", 1000 }, { "1ms", 1000000 }, { "1s", 1000000000 },
		{ "1m", 60000000000 }, { "1h", 3600000000000 }, { "1d", 86400000000000 },
		{ "0s", 0 }, { "1h30m", 5400000000000 }, { "1.5s", 1500000000 },
		{ "0.5m", 30000000000 }, { "0.25h", 900000000000 }, { "1m1m", 120000000000 },
		{ "1d2h3m4s5ms6us7ns", 93784005006007 }, { "1.0000000000s", 1000000000 },
		{ "0.1h", 360000000000 }, { "9223372036854775807ns", INT64_MAX },
		{ "106751d", 9223286400000000000ULL }, { "9223372036854775808ns", UNTOUCHED },
		{ "", UNTOUCHED }, { "5", UNTOUCHED }, { "0", UNTOUCHED }, { "s", UNTOUCHED },
		{ "1", UNTOUCHED }, { "1x", UNTOUCHED }, { "1S", UNTOUCHED }, { "-1s", UNTOUCHED },
		{ "1 s", UNTOUCHED }, { " 1s", UNTOUCHED }, { "1s ", UNTOUCHED },
		{ "1sm", UNTOUCHED }, { "1h30", UNTOUCHED }, { "1hm", UNTOUCHED },
		{ "1.5ns", UNTOUCHED }, { "1.05ns", UNTOUCHED }, { "0.0000000001s", UNTOUCHED },
		{ "0.00000000001m", UNTOUCHED }, { "1..5s", UNTOUCHED }, { "1.s", UNTOUCHED },
		{ "106752d", UNTOUCHED }, { "18446744073709551615ns1ns", UNTOUCHED },
		{ "18446744073709551616ns", UNTOUCHED },
	};

	(void)state;
	check_numbers(cases, sizeof(cases) / sizeof(*cases), quantity_parse_duration);
}

static int port_bit(const uint8_t *bits, unsigned int port)
{
	return bits[port / 8] >> port % 8 & 1;
}

static unsigned int port_count(const uint8_t *bits)
{
	unsigned int count = 0;

	for (unsigned int port = 0; port < 65536; port++)
		count += port_bit(bits, port);
	return count;
}

static void ports(void **state)
{
	static struct protected_ports set;

	(void)state;
	assert_int_equal(ports_parse("80", &set), 0);
	assert_int_equal(set.protect, ECDN_XDP_PROTECT_TCP | ECDN_XDP_PROTECT_UDP);
	assert_true(port_bit(set.ports.tcp, 80) && port_bit(set.ports.udp, 80));
	assert_int_equal(port_count(set.ports.tcp) + port_count(set.ports.udp), 2);

	memset(&set, 0, sizeof(set));
	assert_int_equal(ports_parse("443/udp,8000-8007/udp,65535/udp", &set), 0);
	assert_int_equal(set.protect, ECDN_XDP_PROTECT_UDP);
	assert_int_equal(port_count(set.ports.tcp), 0);
	assert_int_equal(port_count(set.ports.udp), 10);
	assert_true(port_bit(set.ports.udp, 8000) && port_bit(set.ports.udp, 8007));
	assert_true(port_bit(set.ports.udp, 443) && port_bit(set.ports.udp, 65535));

	assert_int_equal(ports_parse("1-65535/tcp", &set), 0);
	assert_int_equal(set.protect, ECDN_XDP_PROTECT_TCP | ECDN_XDP_PROTECT_UDP);
	assert_int_equal(port_count(set.ports.tcp), 65535);
	assert_int_equal(port_count(set.ports.udp), 10);

	set.protect = 0;
	assert_int_equal(ports_parse("all", &set), 0);
	assert_int_equal(set.protect, ECDN_XDP_PROTECT_ALL);
}

static void ports_refused(void **state)
{
	static const char *const bad[] = {
		"", ",", "80,", ",80", "80,,443", "0", "65536", "-1", "80-", "-80", "90-80",
		"80-65536", "0-80", "80/", "80/sctp", "/tcp", "80/tcp/udp", "80/tcp-90", "80 ",
		" 80", "all,80", "80,all", "http", "80/TCP", "99999999999999999999",
	};
	static struct protected_ports set, none;
	static char many[4096];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		if (ports_parse(bad[i], &set) != -EINVAL || set.protect)
			fail_msg("'%s' accepted", bad[i]);
	}
	for (int i = 0; i < 800; i++)
		strcat(many, "80,");
	assert_int_equal(ports_parse(many, &set), -EINVAL);
	assert_int_equal(ports_parse("80,443,x", &set), -EINVAL);
	assert_memory_equal(&set, &none, sizeof(set));
}

static void names(void **state)
{
	(void)state;
	assert_true(names_valid("DE", 2));
	assert_true(names_valid("a", 1));
	assert_true(names_valid("123456789012345", 15));
	assert_true(names_valid("--", 2));
	assert_true(names_valid("??", 2));
	assert_true(names_valid("eu-west/1:a.b_c", 15));
	assert_false(names_valid("", 0));
	assert_false(names_valid("1234567890123456", 16));
	for (int c = 0; c < 256; c++) {
		char name[3] = { 'a', c, 'b' };

		assert_int_equal(names_valid(name, 3),
				 c > ' ' && c < 127 && !strchr("\"',#", c));
	}
}

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

static void cidrs(void **state)
{
	static const struct { const char *text, *canonical, *last; } good[] = {
		{ "10.0.0.0/8", "10.0.0.0/8", "10.255.255.255" },
		{ "10.0.0.1", "10.0.0.1/32", "10.0.0.1" },
		{ "0.0.0.0/0", "0.0.0.0/0", "255.255.255.255" },
		{ "128.0.0.0/1", "128.0.0.0/1", "255.255.255.255" },
		{ "255.255.255.255/32", "255.255.255.255/32", "255.255.255.255" },
		{ "2001:db8::/32", "2001:db8::/32", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff" },
		{ "::/0", "::/0", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
		{ "::1", "::1/128", "::1" },
		{ "2001:DB8:0::/127", "2001:db8::/127", "2001:db8::1" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		struct address last;
		struct cidr cidr;
		char text[CIDR_TEXT_SIZE];

		assert_int_equal(cidr_parse(good[i].text, &cidr), 0);
		assert_string_equal(cidr_format(&cidr, text), good[i].canonical);
		last = (struct address){ cidr_last(&cidr), cidr.addr.family };
		assert_string_equal(address_format(&last, text), good[i].last);
	}
}

static void cidrs_refused(void **state)
{
	static const struct { const char *text; int error; } bad[] = {
		{ "10.0.0.1/8", -ERANGE }, { "10.0.0.0/6", -ERANGE }, { "0.0.0.1/0", -ERANGE },
		{ "255.255.255.255/31", -ERANGE }, { "2001:db8::1/32", -ERANGE },
		{ "::1/0", -ERANGE }, { "::1/127", -ERANGE },
		{ "", -EINVAL }, { "/8", -EINVAL }, { "10.0.0.0/", -EINVAL },
		{ "10.0.0.0/33", -EINVAL }, { "::/129", -EINVAL }, { "10.0.0.0/-1", -EINVAL },
		{ "10.0.0.0/+8", -EINVAL }, { "10.0.0.0/8 ", -EINVAL }, { "10.0.0.0 /8", -EINVAL },
		{ "10.0.0.0/8/8", -EINVAL }, { "10/8", -EINVAL },
		{ "10.0.0.0/255.0.0.0", -EINVAL }, { "10.0.0.0/4294967304", -EINVAL },
		{ "10.0.0.0/18446744073709551624", -EINVAL },
		{ "11111111111111111111111111111111111111111111111111/8", -EINVAL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct cidr cidr = { { 1, 2 }, 3 };
		int error = cidr_parse(bad[i].text, &cidr);

		if (error != bad[i].error)
			fail_msg("'%s': %d, not %d", bad[i].text, error, bad[i].error);
		assert_true(cidr.addr.bits == 1 && cidr.addr.family == 2 && cidr.length == 3);
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
		cmocka_unit_test(rates),
		cmocka_unit_test(durations),
		cmocka_unit_test(ports),
		cmocka_unit_test(ports_refused),
		cmocka_unit_test(names),
		cmocka_unit_test(addresses),
		cmocka_unit_test(addresses_refused),
		cmocka_unit_test(cidrs),
		cmocka_unit_test(cidrs_refused),
		cmocka_unit_test(address_bytes),
		cmocka_unit_test(text_round_trip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
