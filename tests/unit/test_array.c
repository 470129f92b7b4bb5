// SPDX-License-Identifier: BSD-2-Clause
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/array.h"

static void grows(void **state)
{
	unsigned int *items = NULL, count = 0;

	(void)state;
	for (unsigned int i = 0; i < 1000; i++)
		assert_int_equal(array_append(items, count, &i), 0);
	assert_int_equal(count, 1000);
	for (unsigned int i = 0; i < count; i++)
		assert_int_equal(items[i], i);
	free(items);
}

/* Its room follows from the count, which may fall between two items that are appended. */
static void shrinks_and_grows(void **state)
{
	unsigned int *items = NULL, count = 0;

	(void)state;
	for (unsigned int kept = 0; kept < 300; kept++) {
		count = kept;
		for (unsigned int i = kept; i < 300; i++)
			assert_int_equal(array_append(items, count, &i), 0);
	}
	for (unsigned int i = 0; i < count; i++)
		assert_int_equal(items[i], i);
	free(items);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows),
		cmocka_unit_test(shrinks_and_grows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
