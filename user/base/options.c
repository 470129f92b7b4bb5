// SPDX-License-Identifier: BSD-2-Clause
#include "base/options.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/quantity.h"

static const struct option_row *find(const struct option_row *rows, size_t count,
				     const char *word, size_t length)
{
	for (size_t i = 0; i < count; i++) {
		if (!strncmp(word, "--", 2) && strlen(rows[i].name) == length - 2 &&
		    !strncmp(rows[i].name, word + 2, length - 2))
			return &rows[i];
		if (rows[i].letter && length == 2 && word[0] == '-' && word[1] == rows[i].letter)
			return &rows[i];
	}
	return NULL;
}

static int store_count(const char *value, unsigned int *to)
{
	uint64_t number;

	if (quantity_parse_whole(value, UINT32_MAX, &number))
		return -EINVAL;
	*to = number;
	return 0;
}

static int store_list(const char *value, struct option_list *list)
{
	if (list->count == OPTION_LIST_MAX)
		return -E2BIG;
	list->value[list->count++] = value;
	return 0;
}

static int store(const struct option_row *row, const char *value)
{
	switch (row->type) {
	case OPTION_FLAG:
		*(bool *)row->to = true;
		return 0;
	case OPTION_MORE:
		++*(unsigned int *)row->to;
		return 0;
	case OPTION_TEXT:
	case OPTION_OPTIONAL_TEXT:
		*(const char **)row->to = value;
		return 0;
	case OPTION_LIST:
		if (store_list(value, row->to))
			return log_error(-EINVAL, "--%s is given more than %d times", row->name,
					 OPTION_LIST_MAX);
		return 0;
	case OPTION_RATE:
		if (quantity_parse_rate(value, row->to))
			return log_error(-EINVAL, "--%s %s: not a number; write it as 50000, 50k, "
					 "1.5M or 2G", row->name, value);
		return 0;
	case OPTION_DURATION:
		if (quantity_parse_duration(value, row->to))
			return log_error(-EINVAL, "--%s %s: not a duration; write it as 500ms, "
					 "30s, 10m or 1h30m", row->name, value);
		return 0;
	case OPTION_COUNT:
		if (store_count(value, row->to))
			return log_error(-EINVAL, "--%s %s: not a whole number", row->name, value);
		return 0;
	}
	return -EINVAL;
}

static bool is_plain(const struct option_row *row)
{
	return row->type == OPTION_FLAG || row->type == OPTION_MORE;
}

/* Takes the option at argv[i] and returns how many words it consists of, or a negative errno. */
static int take(int argc, char **argv, int i, const struct option_row *rows, size_t row_count,
		unsigned int *given)
{
	const char *word = argv[i], *equals = word[1] == '-' ? strchr(word, '=') : NULL;
	size_t length = equals ? (size_t)(equals - word) : strlen(word);
	const struct option_row *row = find(rows, row_count, word, length);
	const char *value = equals ? equals + 1 : NULL;
	int err, used = 1;

	if (!row)
		return log_error(-EINVAL, "unknown option %s; --help lists the options", word);
	if (is_plain(row) && value)
		return log_error(-EINVAL, "--%s takes no value", row->name);
	if (row->type == OPTION_OPTIONAL_TEXT && value && !*value)
		return log_error(-EINVAL, "%s has no value behind it", word);
	if (row->type == OPTION_OPTIONAL_TEXT && !value)
		value = "";
	if (!is_plain(row) && !value) {
		if (i + 1 >= argc)
			return log_error(-EINVAL, "%s needs a value: %s", word, row->value);
		value = argv[i + 1];
		used = 2;
	}
	err = store(row, value);
	if (!err && given)
		*given |= row->bit;
	return err ? err : used;
}

int options_read(int argc, char **argv, const struct option_row *rows, size_t row_count,
		 unsigned int *given)
{
	bool only_words = false;
	int words = 0;

	for (int i = 0; i < argc;) {
		int used;

		if (!only_words && !strcmp(argv[i], "--")) {
			only_words = true;
			i++;
		} else if (only_words || argv[i][0] != '-' || !argv[i][1]) {
			argv[words++] = argv[i++];
		} else {
			used = take(argc, argv, i, rows, row_count, given);
			if (used < 0)
				return used;
			i += used;
		}
	}
	return words;
}

/* Writes "--NAME VALUE", or "--NAME[=VALUE]" if the value may be left out. */
static void name_of(const struct option_row *row, char *name, size_t size)
{
	if (!row->value)
		snprintf(name, size, "--%s", row->name);
	else if (row->type == OPTION_OPTIONAL_TEXT)
		snprintf(name, size, "--%s[=%s]", row->name, row->value);
	else
		snprintf(name, size, "--%s %s", row->name, row->value);
}

void options_help(const struct option_row *rows, size_t row_count)
{
	for (size_t i = 0; i < row_count; i++) {
		char name[64], letter[8] = "   ";

		if (rows[i].letter)
			snprintf(letter, sizeof(letter), "-%c,", rows[i].letter);
		name_of(&rows[i], name, sizeof(name));
		printf("  %s %-22s %s\n", letter, name, rows[i].help);
	}
}
