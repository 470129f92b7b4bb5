// SPDX-License-Identifier: BSD-2-Clause
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdbool.h>

#include "base/quantity.h"

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
		{ "", UNTOUCHED }, { "5", UNTOUCHED }, { "0", 0 }, { "s", UNTOUCHED },
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

static void written(void **state)
{
	static const struct {
		uint64_t ns;
		const char *text, *about;
	} cases[] = {
		{ 0, "0s", "0s" }, { 1, "1ns", "0s" }, { 500000000, "500ms", "0s" },
		{ 1500000000, "1.5s", "1s" }, { 90000000000, "1m30s", "1m30s" },
		{ 7200000000000, "2h", "2h" }, { 7199000000000, "1h59m59s", "1h59m" },
		{ 3601000000000, "1h1s", "1h" }, { 180000000000000, "2d2h", "2d2h" },
		{ 60500000000, "1m500ms", "1m" }, { INT64_MAX, NULL, "106751d23h" },
	};
	char room[QUANTITY_DURATION_SIZE];
	uint64_t back;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_string_equal(quantity_about(cases[i].ns, room), cases[i].about);
		quantity_duration(cases[i].ns, room);
		if (cases[i].text)
			assert_string_equal(room, cases[i].text);
		assert_int_equal(quantity_parse_duration(room, &back), 0);
		assert_int_equal(back, cases[i].ns);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rates),
		cmocka_unit_test(durations),
		cmocka_unit_test(written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
