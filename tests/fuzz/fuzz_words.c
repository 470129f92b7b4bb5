// SPDX-License-Identifier: BSD-2-Clause
/*
 * fuzz_words.c - options and quantities as people write them: a word a line.
 */
#include "fuzz.h"

#include <stdbool.h>
#include <string.h>

#include "base/address.h"
#include "base/options.h"
#include "base/quantity.h"
#include "guard/ports.h"

#define WORDS_MAX 64

static void check_quantities(const char *word)
{
	struct protected_ports ports = {};
	uint64_t value;

	if (!quantity_parse_whole(word, 1000, &value))
		check(value <= 1000);
	if (!quantity_parse_digits(word, word + strlen(word), UINT32_MAX, &value))
		check(value <= UINT32_MAX);
	if (!quantity_parse_rate(word, &value))
		check(value <= QUANTITY_RATE_MAX);
	if (!quantity_parse_duration(word, &value))
		check(value <= INT64_MAX);
	ports_parse(word, &ports);
}

static void check_address(const char *word)
{
	struct address address, again;
	char text[ADDRESS_TEXT_SIZE];

	if (address_parse(word, &address))
		return;
	check(!address_parse(address_format(&address, text), &again));
	check(again.bits == address.bits && again.family == address.family);
}

static void read_options(int count, char **words)
{
	bool flag = false;
	const char *text = NULL, *mode = NULL;
	struct option_list list = {};
	uint64_t rate = 0, duration = 0;
	unsigned int number = 0, more = 0, given = 0;
	const struct option_row rows[] = {
		{ "flag", 'f', OPTION_FLAG, &flag, NULL, "", 1 },
		{ "text", 't', OPTION_TEXT, &text, "TEXT", "", 2 },
		{ "mode", 0, OPTION_OPTIONAL_TEXT, &mode, "MODE", "", 4 },
		{ "list", 'l', OPTION_LIST, &list, "ITEM", "", 8 },
		{ "rate", 'r', OPTION_RATE, &rate, "N", "", 16 },
		{ "duration", 'd', OPTION_DURATION, &duration, "TIME", "", 32 },
		{ "count", 'c', OPTION_COUNT, &number, "N", "", 64 },
		{ "more", 'v', OPTION_MORE, &more, NULL, "", 128 },
	};
	int left = options_read(count, words, rows, sizeof(rows) / sizeof(rows[0]), &given);

	check(left <= count && list.count <= OPTION_LIST_MAX);
	check(rate <= QUANTITY_RATE_MAX && duration <= INT64_MAX);
	for (int i = 0; i < left; i++)
		check(words[i] != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size), *rest = text;
	char *words[WORDS_MAX + 1];
	int count = 0;

	while (rest && count < WORDS_MAX) {
		words[count] = strsep(&rest, "\n");
		check_quantities(words[count]);
		check_address(words[count++]);
	}
	words[count] = NULL;
	read_options(count, words);
	free(text);
	return 0;
}
