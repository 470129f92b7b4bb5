// SPDX-License-Identifier: BSD-2-Clause
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "base/login.h"

static void check(const char *text, const char *expected)
{
	char to[64];

	assert_string_equal(escape_text(text, to, sizeof(to)), expected);
	assert_int_equal(escape_is_plain(text), !strcmp(text, expected));
}

static void escapes(void **state)
{
	(void)state;
	check("", "");
	check("customer wrote", "customer wrote");
	check("K\xc3\xb6ln \xe2\x82\xac \xf0\x9f\x98\x80", "K\xc3\xb6ln \xe2\x82\xac \xf0\x9f\x98\x80");
	check("\x1b[2J", "\\x1b[2J");
	check("a\nb\tc\x7f", "a\\x0ab\\x09c\\x7f");
	/* C1: the terminal's control sequence introducer has one character there. */
	check("\xc2\x9b" "2J", "\\xc2\\x9b2J");
	check("\xff", "\\xff");
	/* What changes the direction of text, or is not seen. */
	check("a\xe2\x80\xae" "b", "a\\xe2\\x80\\xaeb");
	check("a\xe2\x80\x8b", "a\\xe2\\x80\\x8b");
	check("\xe2\x81\xa6", "\\xe2\\x81\\xa6");
	check("\xc3", "\\xc3");
	check("\xc3(", "\\xc3(");
	/* Forms that are longer than they need be, surrogates, and what is beyond Unicode. */
	check("\xc0\xaf", "\\xc0\\xaf");
	check("\xe0\x80\xaf", "\\xe0\\x80\\xaf");
	check("\xed\xa0\x80", "\\xed\\xa0\\x80");
	check("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80");
}

/* Nothing is cut inside a character or an escape. */
static void cuts(void **state)
{
	char to[8];

	(void)state;
	assert_string_equal(escape_text("abcdefghij", to, sizeof(to)), "abcdefg");
	assert_string_equal(escape_text("abcde\xe2\x82\xac", to, sizeof(to)), "abcde");
	assert_string_equal(escape_text("abcd\xe2\x82\xac", to, sizeof(to)), "abcd\xe2\x82\xac");
	assert_string_equal(escape_text("abcde\x01", to, sizeof(to)), "abcde");
	assert_string_equal(escape_text("abc\x01", to, sizeof(to)), "abc\\x01");
	assert_string_equal(escape_text("abc", to, 1), "");
}

static void printed(void **state)
{
	char *text = NULL, *copy = escape_copy("a\n\x1b" "b\xc3\xb6");
	size_t size;
	FILE *to = open_memstream(&text, &size);

	(void)state;
	escape_print(to, "a\n\x1b" "b\xc3\xb6\xff", "\n");
	fclose(to);
	assert_string_equal(text, "a\n\\x1bb\xc3\xb6\\xff");
	assert_string_equal(copy, "a\\x0a\\x1bb\xc3\xb6");
	assert_int_equal(escape_width(copy), 11);
	free(copy);
	free(text);
	assert_true(escape_is_utf8("\x1b\xc3\xb6"));
	assert_false(escape_is_utf8("\xc3"));
}

static void names(void **state)
{
	(void)state;
	assert_true(login_is_name("alice"));
	assert_true(login_is_name("www-data"));
	assert_true(login_is_name("a.b@example.net"));
	assert_false(login_is_name(""));
	assert_false(login_is_name("-x"));
	assert_false(login_is_name("a b"));
	assert_false(login_is_name("a\x1b"));
	assert_false(login_is_name("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escapes),
		cmocka_unit_test(cuts),
		cmocka_unit_test(printed),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
