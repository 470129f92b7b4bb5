// SPDX-License-Identifier: BSD-2-Clause
/* What is done again and again says what is wrong once. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/log.h"
#include "logged.h"

static struct log_seen seen;

/* A round, in which these are logged. */
static void round_of(const char *first, const char *second)
{
	logged_begin();
	log_seen_begin(&seen);
	if (first)
		log_error(-1, "%s", first);
	if (second)
		log_warning("%s", second);
	log_seen_end();
	logged_end();
}

static int set_up(void **state)
{
	(void)state;
	seen = (struct log_seen){};
	return 0;
}

static void repeated(void **state)
{
	(void)state;
	round_of("no map", NULL);
	assert_string_equal(logged, "ecdn-xdp: no map\n");
	for (int i = 0; i < 5; i++) {
		round_of("no map", NULL);
		assert_string_equal(logged, "");
	}
}

static void others_are_told(void **state)
{
	(void)state;
	round_of("no map", NULL);
	round_of("no map", "old");
	assert_string_equal(logged, "ecdn-xdp: warning: old\n");
	round_of("no map", "old");
	assert_string_equal(logged, "");
	round_of("no link", "old");
	assert_string_equal(logged, "ecdn-xdp: no link\n");
}

static void again_after_a_good_round(void **state)
{
	(void)state;
	round_of("no map", NULL);
	round_of(NULL, NULL);
	assert_string_equal(logged, "");
	round_of("no map", NULL);
	assert_string_equal(logged, "ecdn-xdp: no map\n");
}

static void outside_of_rounds(void **state)
{
	(void)state;
	round_of("no map", NULL);
	logged_begin();
	log_error(-1, "no map");
	log_error(-1, "no map");
	logged_end();
	assert_int_equal(logged_lines(), 2);
}

/* More than can be remembered are printed rather than lost. */
static void many(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		logged_begin();
		log_seen_begin(&seen);
		for (int n = 0; n < LOG_SEEN_MAX + 3; n++)
			log_error(-1, "fault %d", n);
		log_seen_end();
		logged_end();
	}
	assert_int_equal(logged_lines(), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(repeated, set_up),
		cmocka_unit_test_setup(others_are_told, set_up),
		cmocka_unit_test_setup(again_after_a_good_round, set_up),
		cmocka_unit_test_setup(outside_of_rounds, set_up),
		cmocka_unit_test_setup(many, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
