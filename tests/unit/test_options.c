// SPDX-License-Identifier: BSD-2-Clause
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/options.h"

#define GIVEN 4

struct taken {
	const char *ping, *mode;
	bool flag;
	unsigned int given;
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
	};
	char *argv[] = { (char *)first, (char *)second, (char *)third, NULL };
	int count = 0;

	while (argv[count])
		count++;
	taken.words = options_read(count, argv, rows, 3, &taken.given);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(optional_value), cmocka_unit_test(optional_value_left_out),
		cmocka_unit_test(value_needed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
