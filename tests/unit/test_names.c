// SPDX-License-Identifier: BSD-2-Clause
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "regions/names.h"

static int intern(struct names *names, const char *name)
{
	return names_intern(names, name, strlen(name));
}

static int find(const struct names *names, const char *name)
{
	return names_find(names, name, strlen(name));
}

static void starts_with_none(void **state)
{
	struct names *names = names_new(8);

	(void)state;
	assert_int_equal(names_count(names), 1);
	assert_string_equal(names_of(names, 0), "--");
	assert_int_equal(find(names, "--"), 0);
	assert_int_equal(intern(names, "--"), 0);
	assert_null(names_of(names, 1));
	assert_null(names_of(names, 100));
	names_free(names);
	names_free(NULL);
}

static void interns_once(void **state)
{
	struct names *names = names_new(8);

	(void)state;
	assert_int_equal(find(names, "DE"), -ENOENT);
	assert_int_equal(intern(names, "DE"), 1);
	assert_int_equal(intern(names, "FR"), 2);
	assert_int_equal(intern(names, "DE"), 1);
	assert_int_equal(find(names, "FR"), 2);
	assert_int_equal(find(names, "F"), -ENOENT);
	assert_int_equal(names_find(names, "FRX", 2), 2);
	assert_string_equal(names_of(names, 2), "FR");
	assert_int_equal(names_count(names), 3);
	names_free(names);
}

static void refuses_what_is_no_name(void **state)
{
	struct names *names = names_new(8);

	(void)state;
	assert_int_equal(intern(names, ""), -EINVAL);
	assert_int_equal(intern(names, "1234567890123456"), -EINVAL);
	assert_int_equal(intern(names, "a b"), -EINVAL);
	assert_int_equal(intern(names, "a,b"), -EINVAL);
	assert_int_equal(names_intern(names, "a\0b", 3), -EINVAL);
	assert_int_equal(names_set(names, 1, "1234567890123456"), -EINVAL);
	assert_int_equal(names_set(names, 1, ""), -EINVAL);
	assert_int_equal(find(names, ""), -ENOENT);
	assert_int_equal(find(names, "1234567890123456"), -ENOENT);
	assert_int_equal(intern(names, "123456789012345"), 1);
	assert_string_equal(names_of(names, 1), "123456789012345");
	names_free(names);
}

static void keeps_ids_that_were_given(void **state)
{
	struct names *names = names_new(8);

	(void)state;
	assert_int_equal(names_set(names, 5, "DE"), 0);
	assert_int_equal(names_set(names, 5, "DE"), 0);
	assert_int_equal(names_set(names, 5, "FR"), -EEXIST);
	assert_int_equal(names_set(names, 6, "DE"), -EEXIST);
	assert_int_equal(names_set(names, 1, "--"), -EEXIST);
	assert_int_equal(names_set(names, 0, "--"), 0);
	assert_int_equal(names_set(names, 0, "FR"), -EEXIST);
	assert_int_equal(names_set(names, 8, "FR"), -ERANGE);
	assert_int_equal(names_count(names), 6);
	assert_null(names_of(names, 4));
	assert_int_equal(intern(names, "DE"), 5);
	assert_int_equal(intern(names, "FR"), 1);
	assert_int_equal(names_set(names, 2, "US"), 0);
	assert_int_equal(intern(names, "IT"), 3);
	names_free(names);
}

static void fills_to_its_capacity(void **state)
{
	const uint32_t capacity = ECDN_XDP_REGIONS_MAX;
	struct names *names = names_new(capacity);
	char name[ECDN_XDP_NAME_SIZE];

	(void)state;
	assert_int_equal(names_set(names, 7, "seven"), 0);
	for (uint32_t i = 0; i < capacity - 2; i++) {
		snprintf(name, sizeof(name), "AS%u", i);
		assert_int_equal(intern(names, name), i + 1 + (i >= 6));
	}
	assert_int_equal(names_count(names), capacity);
	assert_int_equal(intern(names, "more"), -ENOSPC);
	assert_int_equal(intern(names, "AS0"), 1);
	for (uint32_t i = 0; i < capacity - 2; i++) {
		snprintf(name, sizeof(name), "AS%u", i);
		assert_int_equal(find(names, name), i + 1 + (i >= 6));
	}
	assert_int_equal(find(names, "more"), -ENOENT);
	names_free(names);
}

/* What an earlier version took stays what it is. */
static void takes_names_of_before(void **state)
{
	struct names *names = names_new(8);

	(void)state;
	assert_int_equal(names_set(names, 1, "$(id)"), 0);
	assert_int_equal(find(names, "$(id)"), 1);
	assert_int_equal(intern(names, "$(id)"), 1);
	assert_int_equal(intern(names, "`id`"), -EINVAL);
	assert_int_equal(names_set(names, 2, "a\"b"), -EINVAL);
	names_free(names);
}

static void forgets(void **state)
{
	struct names *names = names_new(5);

	(void)state;
	assert_int_equal(names_set(names, 1, "DE"), 0);
	assert_int_equal(intern(names, "FR"), 2);
	assert_int_equal(intern(names, "IT"), 3);
	assert_int_equal(intern(names, "US"), 4);
	assert_int_equal(names_used(names), 5);
	assert_false(names_changed(names, 1));
	assert_true(names_changed(names, 2));
	names_forget(names, 1);
	names_forget(names, 3);
	assert_true(names_changed(names, 1));
	assert_int_equal(find(names, "DE"), -ENOENT);
	assert_int_equal(find(names, "FR"), 2);
	assert_int_equal(find(names, "US"), 4);
	assert_null(names_of(names, 1));
	assert_int_equal(names_count(names), 5);
	assert_int_equal(names_used(names), 3);
	assert_int_equal(intern(names, "CH"), 1);
	assert_int_equal(intern(names, "AT"), 3);
	assert_int_equal(intern(names, "SE"), -ENOSPC);
	names_forget(names, 4);
	assert_int_equal(names_count(names), 4);
	assert_int_equal(intern(names, "SE"), 4);
	names_free(names);
}

static void valid_names(void **state)
{
	(void)state;
	assert_true(names_valid("DE", 2));
	assert_true(names_valid("a", 1));
	assert_true(names_valid("123456789012345", 15));
	assert_true(names_valid("--", 2));
	assert_false(names_valid("??", 2));
	assert_false(names_valid("$(id)", 5));
	assert_true(names_valid("eu-west/1:a.b_c", 15));
	assert_false(names_valid("", 0));
	assert_false(names_valid("1234567890123456", 16));
	for (int c = 0; c < 256; c++) {
		char name[3] = { 'a', c, 'b' };

		assert_int_equal(names_valid(name, 3),
				 isalnum(c) || (c && strchr("-_.+/:@", c)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(valid_names),
		cmocka_unit_test(starts_with_none),
		cmocka_unit_test(interns_once),
		cmocka_unit_test(refuses_what_is_no_name),
		cmocka_unit_test(keeps_ids_that_were_given),
		cmocka_unit_test(fills_to_its_capacity),
		cmocka_unit_test(takes_names_of_before),
		cmocka_unit_test(forgets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
