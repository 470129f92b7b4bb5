// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cpu_list.h"

/* CPUs whose ids have gaps: a row is needed for the greatest id, not for so many CPUs. */
static void test_end(void **state)
{
	(void)state;
	assert_int_equal(cpu_list_end("0"), 1);
	assert_int_equal(cpu_list_end("0-1\n"), 2);
	assert_int_equal(cpu_list_end("0-3,8-11\n"), 12);
	assert_int_equal(cpu_list_end("0,4,2"), 5);
	assert_int_equal(cpu_list_end("127"), 128);
}

static void test_refused(void **state)
{
	static const char *const lists[] = {
		"", "\n", "-", "0-", "-3", "0-3,", "0;1", "a", "0-3x", "99999999999999999999",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
		assert_int_equal(cpu_list_end(lists[i]), -EINVAL);
}

static void test_has(void **state)
{
	(void)state;
	assert_true(cpu_list_has("0", 0));
	assert_false(cpu_list_has("0", 1));
	assert_true(cpu_list_has("0-3,8-11\n", 3));
	assert_true(cpu_list_has("0-3,8-11\n", 8));
	assert_false(cpu_list_has("0-3,8-11\n", 4));
	assert_false(cpu_list_has("0-3,8-11\n", 12));
	assert_false(cpu_list_has("0-3x", 0));
	assert_false(cpu_list_has("\n", 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_end),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
