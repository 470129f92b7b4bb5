// SPDX-License-Identifier: BSD-2-Clause
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/options.h"

#define GIVEN 4

struct taken {
	const char *ping, *mode;
	bool flag;
	unsigned int given, more, top;
	int words;
	const char *word;       /* the first that is left */
};

/* What is read from up to three words. */
static struct taken read_words(const char *first, const char *second, const char *third)
{
	struct taken taken = {};
	const struct option_row rows[] = {
		{ "ping", 'P', OPTION_OPTIONAL_TEXT, &taken.ping, "MODE", "", GIVEN },
		{ "mode", 'm', OPTION_TEXT, &taken.mode, "MODE", "", 0 },
		{ "flag", 0, OPTION_FLAG, &taken.flag, NULL, "", 0 },
		{ "verbose", 'v', OPTION_MORE, &taken.more, NULL, "", 0 },
		{ "top", 'n', OPTION_COUNT, &taken.top, "N", "", 0 },
	};
	char *argv[] = { (char *)first, (char *)second, (char *)third, NULL };
	int count = 0;

	while (argv[count])
		count++;
	taken.words = options_read(count, argv, rows, 5, &taken.given);
	taken.word = taken.words > 0 ? argv[0] : NULL;
	return taken;
}

static void optional_value(void **state)
{
	struct taken taken = read_words("--ping=pass", "eth0", NULL);

	(void)state;
	assert_string_equal(taken.ping, "pass");
	assert_int_equal(taken.given, GIVEN);
	assert_int_equal(taken.words, 1);
	assert_string_equal(taken.word, "eth0");
	assert_int_equal(read_words("--ping=", NULL, NULL).words, -EINVAL);
	taken = read_words("--ping=pass", "--ping=answer", "--ping");
	assert_string_equal(taken.ping, "");
}

/* The word after it is a word of its own, or the next option. */
static void optional_value_left_out(void **state)
{
	struct taken taken = read_words("--ping", "eth0", "--flag");

	(void)state;
	assert_string_equal(taken.ping, "");
	assert_int_equal(taken.given, GIVEN);
	assert_int_equal(taken.words, 1);
	assert_string_equal(taken.word, "eth0");
	assert_true(taken.flag);
	taken = read_words("eth0", "-P", NULL);
	assert_string_equal(taken.ping, "");
	assert_int_equal(taken.words, 1);
	taken = read_words("--mode", "skb", "eth0");
	assert_null(taken.ping);
	assert_int_equal(taken.given, 0);
	taken = read_words("--", "--ping", NULL);
	assert_null(taken.ping);
	assert_string_equal(taken.word, "--ping");
}

/* Others need theirs, or take none. */
static void value_needed(void **state)
{
	struct taken taken = read_words("--mode", "native", "eth0");

	(void)state;
	assert_string_equal(taken.mode, "native");
	assert_int_equal(taken.words, 1);
	assert_int_equal(read_words("--mode", NULL, NULL).words, -EINVAL);
	assert_int_equal(read_words("--flag=1", NULL, NULL).words, -EINVAL);
	assert_int_equal(read_words("--pin", NULL, NULL).words, -EINVAL);
	assert_int_equal(read_words("--pingpass", NULL, NULL).words, -EINVAL);
}

static void letters(void **state)
{
	struct taken taken = read_words("-vv", "-n5", "-v");

	(void)state;
	assert_int_equal(taken.more, 3);
	assert_int_equal(taken.top, 5);
	assert_int_equal(taken.words, 0);
	assert_int_equal(read_words("-n", "7", NULL).top, 7);
	taken = read_words("-vn8", "eth0", NULL);
	assert_int_equal(taken.more, 1);
	assert_int_equal(taken.top, 8);
	assert_string_equal(taken.word, "eth0");
	assert_string_equal(read_words("-Ppass", NULL, NULL).ping, "pass");
	assert_string_equal(read_words("-mskb", NULL, NULL).mode, "skb");
	assert_int_equal(read_words("-vx", NULL, NULL).words, -EINVAL);
	assert_int_equal(read_words("-n", NULL, NULL).words, -EINVAL);
	assert_int_equal(read_words("-nx", NULL, NULL).words, -EINVAL);
	assert_int_equal(read_words("-5", NULL, NULL).words, -EINVAL);
}

/* A value may look like an option, and what comes behind "--" is none. */
static void values(void **state)
{
	struct taken taken = read_words("--mode", "--flag", "-");

	(void)state;
	assert_string_equal(taken.mode, "--flag");
	assert_false(taken.flag);
	assert_string_equal(taken.word, "-");
	taken = read_words("--top=3", "--", "--flag");
	assert_int_equal(taken.top, 3);
	assert_false(taken.flag);
	assert_string_equal(taken.word, "--flag");
	assert_int_equal(read_words("--top=3", "--top=4", NULL).top, 4);
	assert_string_equal(read_words("--mode=", NULL, NULL).mode, "");
}

/* An abbreviation is no option, with a value or without, alone or among several. */
static void whole_names(void **state)
{
	static const char *const shortened[] = {
		"--fl", "--p", "--ping-", "--ver", "--to=5", "--f=1", "--mo=skb", "--=", "--x",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(shortened) / sizeof(*shortened); i++) {
		struct taken taken = read_words(shortened[i], "5", NULL);

		assert_int_equal(taken.words, -EINVAL);
		assert_false(taken.flag);
		assert_int_equal(taken.top, 0);
		assert_null(taken.mode);
	}
	assert_int_equal(read_words("--to", NULL, NULL).words, -EINVAL);
}

/* Words and options mix, whatever the environment says. */
static void any_order(void **state)
{
	struct taken taken;

	(void)state;
	setenv("POSIXLY_CORRECT", "1", 1);
	taken = read_words("eth0", "--flag", "eth1");
	unsetenv("POSIXLY_CORRECT");
	assert_true(taken.flag);
	assert_int_equal(taken.words, 2);
	assert_string_equal(taken.word, "eth0");
}

static void lead(void **state)
{
	const char *dir = NULL;
	bool flag = false;
	const struct option_row rows[] = {
		{ "dir", 'd', OPTION_TEXT, &dir, "DIR", "", 0 },
		{ "flag", 'f', OPTION_FLAG, &flag, NULL, "", 0 },
	};
	char *argv[] = { "-f", "--dir", "/a", "status", "--all", NULL };
	char *unknown[] = { "--all", "status", NULL };

	(void)state;
	assert_int_equal(options_lead(5, argv, rows, 2), 3);
	assert_true(flag);
	assert_string_equal(dir, "/a");
	assert_string_equal(argv[0], "-f");
	assert_string_equal(argv[3], "status");
	assert_int_equal(options_lead(3, argv, rows, 2), 3);
	assert_int_equal(options_lead(2, argv, rows, 2), -EINVAL);
	assert_int_equal(options_lead(0, argv, rows, 2), 0);
	assert_int_equal(options_lead(2, unknown, rows, 2), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(optional_value), cmocka_unit_test(optional_value_left_out),
		cmocka_unit_test(value_needed), cmocka_unit_test(letters),
		cmocka_unit_test(values), cmocka_unit_test(whole_names),
		cmocka_unit_test(any_order), cmocka_unit_test(lead),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
