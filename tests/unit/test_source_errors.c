// SPDX-License-Identifier: BSD-2-Clause
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "source_fixture.h"

#define IS_NO_NAME " is not a region name: 1 to 15 letters, digits or -_.+/:@"

#define CUT_OFF "the file ends within the line, and perhaps within the name: it may be cut off; " \
		"add a newline if it is whole"

static const struct { const char *text; int line; const char *reason; } bad[] = {
	/* START,END,NAME */
	{ "0,1,A\n2,3\n", 2, "not START,END,NAME" },
	{ "0,1,A\n2\n", 2, "not START,END,NAME" },
	{ "0,1,A\n2,3,B,4\n", 2, "not START,END,NAME" },
	{ "0,1,A\n\n# x\nx,3,B\n", 4, "'x' is not an IPv4 or IPv6 address" },
	{ "0,1,A\n2,,B\n", 2, "'' is not an IPv4 or IPv6 address" },
	{ "0,4294967296,A\n", 1, "'4294967296' is not an IPv4 or IPv6 address" },
	{ "0,99999999999,A", 1, "'99999999999' is not an IPv4 or IPv6 address" },
	{ "-1,2,A", 1, "'-1' is not an IPv4 or IPv6 address" },
	{ "0,::1,A", 1, "the range starts in IPv4 and ends in IPv6" },
	{ "::1,5,A", 1, "the range starts in IPv6 and ends in IPv4" },
	{ "5,4,A", 1, "the range ends before it starts" },
	{ "::5,::4,A", 1, "the range ends before it starts" },
	{ "5,6,", 1, "''" IS_NO_NAME },
	{ "5,6,\"DE\"", 1, "'\"DE\"'" IS_NO_NAME },
	{ "5,6,A B", 1, "'A B'" IS_NO_NAME },
	{ "5,6,1234567890123456", 1, "'1234567890123456'" IS_NO_NAME },
	{ "5,6,\x1b[2J", 1, "'\\x1b[2J'" IS_NO_NAME },
	{ "5,6,$(id)", 1, "'$(id)'" IS_NO_NAME },
	{ "5,6,`id`", 1, "'`id`'" IS_NO_NAME },
	{ "5,6,a;b", 1, "'a;b'" IS_NO_NAME },
	{ "0,1,DEU\n2,3,AT\n5,6,DE", 3, CUT_OFF },
	{ "0,5,A\n5,6,B\n", 2, "the range overlaps that of line 1" },
	{ "5,6,B\n0,5,A\n", 2, "the range overlaps that of line 1" },
	{ "0,9,A\n1,2,A\n20,30,C\n", 2, "the range overlaps that of line 1" },
	{ "0,9,A\n0,9,A\n", 2, "the range overlaps that of line 1" },
	{ "::,ffff::,A\nfe00::,ffff::1,A\n", 2, "the range overlaps that of line 1" },
	{ "0,9,A\n20,29,B\n5,5,??\n", 3, "the range overlaps that of line 1" },
	/* CIDR NAME */
	{ "10.0.0.0/8\n", 1, "not CIDR NAME" },
	{ "10.0.0.0/8 # A\n", 1, "not CIDR NAME" },
	{ "10.0.0.0/8 A B\n", 1, "not CIDR NAME" },
	{ "10.0.0.0/8,A\n", 1, "not CIDR NAME" },
	{ "\r\n10.0.0/8 A\r\n", 2,
	  "'10.0.0/8' is not a prefix: ADDRESS/LENGTH, IPv4 or IPv6" },
	{ "10.0.0.0/33 A", 1,
	  "'10.0.0.0/33' is not a prefix: ADDRESS/LENGTH, IPv4 or IPv6" },
	{ "10.0.0.0/ A", 1, "'10.0.0.0/' is not a prefix: ADDRESS/LENGTH, IPv4 or IPv6" },
	{ "::/129 A", 1, "'::/129' is not a prefix: ADDRESS/LENGTH, IPv4 or IPv6" },
	{ "10.0.0.1/8 A", 1, "'10.0.0.1/8' has bits set after its first 8: 10.0.0.0/8 or "
	  "10.0.0.1/32 is meant" },
	{ "2001:db8::1/32 A", 1, "'2001:db8::1/32' has bits set after its first 32: "
	  "2001:db8::/32 or 2001:db8::1/128 is meant" },
	{ "::1/0 A", 1, "'::1/0' has bits set after its first 0: ::/0 or ::1/128 is meant" },
	{ "10.0.0.0/8 'A'", 1, "''A''" IS_NO_NAME },
	{ "10.0.0.0/8 A\n1.1.1.1 A\n10.0.0.0/8 B\n", 3,
	  "the prefix has another name on line 1" },
	{ "::/0 A\n::/0 ??\n", 2, "the prefix has another name on line 1" },
	{ "::/0 --\n::/0 ??\n", 2, "the prefix has another name on line 1" },
	{ "10.0.0.0/8 'A'", 1, "''A''" IS_NO_NAME },
	{ "10.0.0.0/8 AS64500\n11.0.0.0/8 AS6450", 2, CUT_OFF },
};

static void bad_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		char expected[512];

		snprintf(expected, sizeof(expected), "%s:%d: %s\n", file, bad[i].line,
			 bad[i].reason);
		if (read_text(bad[i].text) != -EINVAL)
			fail_msg("accepted: %s", bad[i].text);
		check_logged(expected);
		assert_int_equal(set.v4.count + set.v6.count, 0);
	}
}

static void too_long_a_line(void **state)
{
	char text[2000], expected[200];

	(void)state;
	memset(text, 'x', sizeof(text));
	memcpy(text, "1.1.1.1 A\n", 10);
	strcpy(text + 310, "\n");
	assert_int_equal(read_text(text), -EINVAL);
	snprintf(expected, sizeof(expected), "%s:2: 300 characters are too many for a line\n",
		 file);
	check_logged(expected);
	memset(text + 310, 'x', 1600);
	text[10] = '#';
	text[1999] = 0;
	check_good(text);
}

static void ten_are_shown(void **state)
{
	char text[1024] = "0,1,A\n", expected[2048] = "";

	(void)state;
	for (int i = 2; i <= 13; i++) {
		strcat(text, "5,4,A\n");
		if (i <= 11)
			sprintf(expected + strlen(expected),
				"%s:%d: the range ends before it starts\n", file, i);
		if (i == 11) {
			assert_int_equal(read_text(text), -EINVAL);
			check_logged(expected);
		}
		if (i == 12) {
			assert_int_equal(read_text(text), -EINVAL);
			assert_non_null(strstr(logged, "ecdn-xdp: 1 more bad line in "));
		}
	}
	assert_int_equal(read_text(text), -EINVAL);
	sprintf(expected + strlen(expected), "ecdn-xdp: 2 more bad lines in %s\n", file);
	check_logged(expected);
}

static void no_text(void **state)
{
	static const char binary[] = "10.0.0.0/8 A\n11.0.0.0/8\0 B\n";
	static const char zip[] = "PK\x03\x04\x14\x00\x00";
	char expected[300];

	(void)state;
	write_file(binary, sizeof(binary) - 1);
	assert_int_equal(read_path(file, "", 1), -EINVAL);
	snprintf(expected, sizeof(expected), "%s:2: a NUL byte: neither text nor a whole MaxMind "
		 "DB, which has its metadata at the end\n", file);
	check_logged(expected);
	write_file(zip, sizeof(zip) - 1);
	assert_int_equal(read_path(file, "", 1), -EINVAL);
	assert_non_null(strstr(logged, ":1: a NUL byte"));
}

static void no_file(void **state)
{
	(void)state;
	assert_int_equal(read_path("/nonexistent/file", "", 1), -ENOENT);
	check_logged("ecdn-xdp: cannot open /nonexistent/file: No such file or directory\n");
	assert_int_equal(read_path("/tmp", "", 1), -EISDIR);
	check_logged("ecdn-xdp: cannot read /tmp: it is a directory\n");
}

static void names_full(void **state)
{
	struct names *all = names;
	char expected[300];

	(void)state;
	names = names_new(3);
	assert_int_equal(read_text("0,1,A\n2,3,B\n4,5,A\n6,7,C\n8,9,D\n"), -ENOSPC);
	snprintf(expected, sizeof(expected), "%s:4: no room for region 'C': these files name more than "
		 "3 regions\n", file);
	check_logged(expected);
	assert_int_equal(read_text("1.1.1.1 A\n1.1.1.2 ??\n1.1.1.3 --\n1.1.1.4 E\n"), -ENOSPC);
	assert_non_null(strstr(logged, ":4: no room for region 'E'"));
	names_free(names);
	names = all;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_lines),
		cmocka_unit_test(too_long_a_line),
		cmocka_unit_test(ten_are_shown),
		cmocka_unit_test(no_text),
		cmocka_unit_test(no_file),
		cmocka_unit_test(names_full),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
