// SPDX-License-Identifier: BSD-2-Clause
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/words.h"

#define LONGEST "1234567890123456789012345678901"

static void distance(void **state)
{
	static const struct {
		const char *one, *other;
		unsigned int distance;
	} pairs[] = {
		{ "", "", 0 }, { "", "abc", 3 }, { "abc", "", 3 }, { "stats", "stats", 0 },
		{ "statsu", "stats", 1 }, { "stas", "stats", 1 }, { "stets", "stats", 1 },
		{ "statsu", "status", 1 }, { "tsats", "stats", 1 }, { "sttas", "stats", 1 },
		{ "Stats", "sTATS", 0 }, { "DF", "DE", 1 }, { "DF", "XX", 2 },
		{ "kitten", "sitting", 3 }, { "ca", "abc", 3 }, { "abcd", "dcba", 3 },
		{ LONGEST, LONGEST, 0 }, { LONGEST, "", 31 },
		{ LONGEST "2", LONGEST, WORDS_GUESS_LENGTH + 1 },
		{ "", LONGEST LONGEST, WORDS_GUESS_LENGTH + 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		assert_int_equal(words_distance(pairs[i].one, pairs[i].other), pairs[i].distance);
		assert_int_equal(words_distance(pairs[i].other, pairs[i].one), pairs[i].distance);
	}
}

/* What is said of a word where these exist. */
static const char *said(const char *word, const char *const *names)
{
	static char text[WORDS_GUESS_SIZE];
	struct words_guess guess = { .word = word };

	for (; *names; names++)
		words_guess_add(&guess, *names);
	return words_guess_text(&guess, "", text);
}

static void guesses(void **state)
{
	static const char *const verbs[] = { "load", "unload", "status", "stats", "limit", NULL };
	static const char *const regions[] = { "--", "AE", "DE", "DK", "FR", "DJ", "DM", NULL };

	(void)state;
	assert_string_equal(said("statsu", verbs), "did you mean status or stats?");
	assert_string_equal(said("stast", verbs), "did you mean stats?");
	assert_string_equal(said("LOAD", verbs), "did you mean load?");
	assert_string_equal(said("lim", verbs), "did you mean limit?");
	assert_string_equal(said("st", verbs), "did you mean status or stats?");
	assert_string_equal(said("fly", verbs), "");
	assert_string_equal(said("", verbs), "");
	assert_string_equal(said("DF", regions), "did you mean DE, DK or DJ?");
	assert_string_equal(said("de", regions), "did you mean DE?");
	assert_string_equal(said("XX", regions), "");
	assert_string_equal(said("D", regions), "");
	assert_string_equal(said(LONGEST LONGEST, regions), "");
}

/* Three names of the greatest length fit. */
static void longest(void **state)
{
	static const char *const names[] = { LONGEST, LONGEST, LONGEST, LONGEST, NULL };
	char text[WORDS_GUESS_SIZE];
	struct words_guess guess = { .word = LONGEST };

	(void)state;
	for (size_t i = 0; names[i]; i++)
		words_guess_add(&guess, names[i]);
	assert_string_equal(words_guess_text(&guess, "--", text), "did you mean --" LONGEST
			    ", --" LONGEST " or --" LONGEST "?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(distance), cmocka_unit_test(guesses), cmocka_unit_test(longest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
