// SPDX-License-Identifier: BSD-2-Clause
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "show/columns.h"

/* Of a table with a name of 30, three numbers of 10 columns, two of which can be spared, and words
 * behind them. */
static char *table(unsigned int width, const char *name)
{
	struct columns *columns = columns_new();
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	columns_head(columns, "<NAME");
	columns_head(columns, ">FIRST");
	columns_spare(columns, 1);
	columns_head(columns, ">SECOND");
	columns_head(columns, ">THIRD");
	columns_spare(columns, 2);
	columns_head(columns, "<WORDS");
	columns_cell(columns, "%s", name);
	columns_cell(columns, "1234567890");
	columns_cell(columns, "2345678901");
	columns_cell(columns, "%d", 3);
	columns_cell(columns, "two words");
	assert_int_equal(columns_write(columns, to, width), 0);
	fclose(to);
	return text;
}

static void check(unsigned int width, const char *name, const char *expected)
{
	char *text = table(width, name);

	assert_string_equal(text, expected);
	free(text);
}

static void fits(void **state)
{
	const char *all = "NAME       FIRST      SECOND  THIRD  WORDS\n"
			  "abc   1234567890  2345678901      3  two words\n";

	(void)state;
	check(0, "abc", all);
	check(200, "abc", all);
	check(46, "abc", all);
	check(45, "abc", "NAME       FIRST      SECOND  WORDS\n"
			 "abc   1234567890  2345678901  two words\n");
	check(38, "abc", "NAME      SECOND  WORDS\n"
			 "abc   2345678901  two words\n");
	/* What cannot be spared is there, however narrow the terminal is. */
	check(10, "abc", "NAME      SECOND  WORDS\n"
			 "abc   2345678901  two words\n");
}

/* What others wrote is escaped, and characters count, not bytes. */
static void foreign_text(void **state)
{
	(void)state;
	check(38, "\x1b[2J\xff", "NAME             SECOND  WORDS\n"
				 "\\x1b[2J\\xff  2345678901  two words\n");
	check(38, "K\xc3\xb6ln", "NAME      SECOND  WORDS\n"
				 "K\xc3\xb6ln  2345678901  two words\n");
}

static void rates(void **state)
{
	static const struct {
		uint64_t rate;
		const char *text, *brief;
	} cases[] = {
		{ 0, "0", "0" }, { 999, "999", "999" }, { 1000, "1.00k", "1k" },
		{ 5100, "5.10k", "5.1k" }, { 20000, "20.0k", "20k" }, { 412345, "412k", "412k" },
		{ 100000, "100k", "100k" }, { 2000000000, "2.00G", "2G" }, { 1005, "1.00k", "1k" },
	};
	char room[COLUMNS_RATE_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_string_equal(columns_rate_text(cases[i].rate, room), cases[i].text);
		assert_string_equal(columns_rate_short(cases[i].rate, room), cases[i].brief);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fits),
		cmocka_unit_test(foreign_text),
		cmocka_unit_test(rates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
