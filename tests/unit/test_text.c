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

#include "base/text.h"

static struct text text_of(const char *string)
{
	return (struct text){ string, string + strlen(string) };
}

/* inet_pton() decides what is an address and which; the IPv4 address in one that is mapped. */
static void check_address(const char *string)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	int family = strchr(string, ':') ? AF_INET6 : AF_INET;
	struct address address;
	uint8_t expected[16];
	bool valid = inet_pton(family, string, expected) == 1;

	if (valid && family == AF_INET6 && !memcmp(expected, mapped, sizeof(mapped))) {
		family = AF_INET;
		memmove(expected, expected + 12, 4);
	}

	if (!text_address(text_of(string), &address) != valid)
		fail_msg("'%s' is %s", string, valid ? "refused" : "accepted");
	if (!valid)
		return;
	assert_int_equal(address.family, family);
	for (int i = 0; i < (family == AF_INET ? 4 : 16); i++)
		if ((uint8_t)(address.bits >> (120 - 8 * i)) != expected[i])
			fail_msg("'%s' is read wrongly", string);
}

static void addresses(void **state)
{
	static const char *const strings[] = {
		"", ":", "::", ":::", "::::", "1", "1:", ":1", "::1", "1::", "1::1", "1:::1",
		"1::1::1", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8",
		"1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8",
		"1:2:3:4::5:6:7:8", "1:2:3:4:5:6:7:", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:",
		"12345::", "fFfF::AbCd", "g::", "::g", "00001::", "::1.2.3.4",
		"1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:7:1.2.3.4", "::1.2.3", "::ffff:1.2.3.4",
		"1.2.3.4", "1.2.3", "1.2.3.4.", "255.255.255.255", "256.1.1.1", "0.0.0.0",
		"01.2.3.4", "::1%lo", ":: ", " ::", "::/0", "1:2", "-1::", "+1::", "0x1::",
		"1:2:3:4:5:6:7:8 ",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(strings) / sizeof(*strings); i++)
		check_address(strings[i]);
}

static void random_addresses(void **state)
{
	(void)state;
	srand(1);
	for (int round = 0; round < 300000; round++) {
		char string[INET6_ADDRSTRLEN];
		uint8_t bytes[16];

		for (int i = 0; i < 16; i++)
			bytes[i] = rand() % 3 ? 0 : rand() >> 8;
		inet_ntop(round % 4 ? AF_INET6 : AF_INET, bytes, string, sizeof(string));
		check_address(string);
		string[rand() % strlen(string)] = ":.0f1g"[rand() % 6];
		check_address(string);
	}
}

static void random_strings(void **state)
{
	(void)state;
	srand(2);
	for (int round = 0; round < 1000000; round++) {
		int length = rand() % 24;
		char string[24];

		for (int i = 0; i < length; i++)
			string[i] = "::::01fF.g"[rand() % (rand() % 16 ? 8 : 10)];
		string[length] = 0;
		check_address(string);
	}
}

static void cidrs(void **state)
{
	(void)state;
	srand(3);
	for (int round = 0; round < 300000; round++) {
		char string[INET6_ADDRSTRLEN + 8];
		struct cidr cidr, expected;
		uint8_t bytes[16];
		int length = rand() % 140, error;

		for (int i = 0; i < 16; i++)
			bytes[i] = i < length / 8 && rand() % 2 ? rand() >> 8 : 0;
		inet_ntop(round % 2 ? AF_INET6 : AF_INET, bytes, string, INET6_ADDRSTRLEN);
		if (rand() % 8)
			sprintf(string + strlen(string), "/%d", length - 5);
		error = cidr_parse(string, &expected);
		if (text_cidr(text_of(string), &cidr) != error)
			fail_msg("'%s' is taken for %d", string, error);
		if (!error)
			assert_true(cidr.addr.bits == expected.addr.bits &&
				    cidr.addr.family == expected.addr.family &&
				    cidr.length == expected.length);
	}
}

static bool is(struct text text, const char *string)
{
	return text_length(text) == strlen(string) &&
	       !memcmp(text.start, string, strlen(string));
}

static void words(void **state)
{
	struct text rest = text_of("  10.0.0.0/8\t DE \v\r");

	(void)state;
	assert_true(is(text_trim(rest), "10.0.0.0/8\t DE"));
	assert_true(is(text_word(&rest), "10.0.0.0/8"));
	assert_true(is(text_word(&rest), "DE"));
	assert_true(is(text_word(&rest), ""));
	assert_true(is(text_trim(text_of("")), ""));
}

static void lines(void **state)
{
	struct text_lines lines = { .rest = text_of("# a\r\n\n b # c\n\t\nd e") };
	struct text line;

	(void)state;
	assert_true(text_next_line(&lines, &line));
	assert_true(is(line, "b"));
	assert_int_equal(lines.number, 3);
	assert_true(text_next_line(&lines, &line));
	assert_true(is(line, "d e"));
	assert_int_equal(lines.number, 5);
	assert_false(text_next_line(&lines, &line));
	assert_int_equal(text_line_number((struct text){ line.start - 4, line.end }, line.start),
			 3);
}

static void quotes(void **state)
{
	char quoted[TEXT_QUOTE_SIZE];

	(void)state;
	assert_string_equal(text_quote(text_of("a b"), quoted), "a b");
	assert_string_equal(text_quote(text_of("\x1b[31m\n\xff"), quoted),
			    "\x1b[31m\n\xff");
	assert_string_equal(text_quote(text_of("12345678901234567890123456789012345678901234567"),
				       quoted),
			    "12345678901234567890123456789012345678901234567");
	assert_string_equal(text_quote(text_of("123456789012345678901234567890123456789012345678"),
				       quoted),
			    "12345678901234567890123456789012345678901234...");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses),
		cmocka_unit_test(random_addresses),
		cmocka_unit_test(random_strings),
		cmocka_unit_test(cidrs),
		cmocka_unit_test(words),
		cmocka_unit_test(lines),
		cmocka_unit_test(quotes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
