// SPDX-License-Identifier: BSD-2-Clause
#include "base/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/quantity.h"
#include "base/scoped.h"
#include "base/words.h"
#include "base/wrap.h"

/* What getopt_long() returns: a letter, 1 for a word that is no option, or this and the index
 * of a row. */
#define LONG 256

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
		*(const char **)row->to = value ?: "";
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
			return log_error(-EINVAL, "--%s %s: not a whole number; write it as 20",
					 row->name, value);
		return 0;
	}
	return -EINVAL;
}

static int argument_of(const struct option_row *row)
{
	if (row->type == OPTION_FLAG || row->type == OPTION_MORE)
		return no_argument;
	return row->type == OPTION_OPTIONAL_TEXT ? optional_argument : required_argument;
}

/* The rows as getopt_long() wants them. */
struct forms {
	struct option *names;   /* one of each row, and zeros */
	char *letters;
};

static void free_forms(struct forms *forms)
{
	free(forms->names);
	free(forms->letters);
}

/* With "-" every word is returned in its place, whatever POSIXLY_CORRECT says, and with "+" the
 * first one ends the options. */
static int make_forms(struct forms *forms, const struct option_row *rows, size_t row_count,
		      const char *order)
{
	static const char *const colons[] = {
		[no_argument] = "", [required_argument] = ":", [optional_argument] = "::",
	};

	forms->names = calloc(row_count + 1, sizeof(*forms->names));
	forms->letters = calloc(3 * row_count + sizeof("-:"), 1);
	if (!forms->names || !forms->letters)
		return log_error(-ENOMEM, "out of memory");
	sprintf(forms->letters, "%s:", order);
	for (size_t i = 0; i < row_count; i++) {
		forms->names[i] = (struct option){ rows[i].name, argument_of(&rows[i]), NULL,
						   LONG + i };
		if (rows[i].letter)
			sprintf(forms->letters + strlen(forms->letters), "%c%s", rows[i].letter,
				colons[argument_of(&rows[i])]);
	}
	return 0;
}

/* One reading of options. */
struct reading {
	char **argv;            /* the program's name, and what is read */
	const struct option_row *rows;
	size_t row_count;
	unsigned int *given;
	const char *hint;       /* what to do about an option that is not known */
};

static const struct option_row *row_of(const struct reading *reading, int code)
{
	if (code >= LONG)
		return &reading->rows[code - LONG];
	for (size_t i = 0; i < reading->row_count; i++)
		if (code && reading->rows[i].letter == code)
			return &reading->rows[i];
	return NULL;
}

static bool is_name(const struct option_row *row, const char *word)
{
	size_t length = strlen(row->name);

	return !strncmp(word, "--", 2) && !strncmp(word + 2, row->name, length) &&
	       (!word[2 + length] || word[2 + length] == '=');
}

static int unknown(const struct reading *reading, const char *word)
{
	scoped_free char *name = strndup(word, strcspn(word, "="));
	struct words_guess guess = { .word = name && name[1] == '-' ? name + 2 : NULL };
	char text[WORDS_GUESS_SIZE];

	for (size_t i = 0; i < reading->row_count && guess.word; i++)
		words_guess_add(&guess, reading->rows[i].name);
	return log_error(-EINVAL, "unknown option %s; %s", name ?: word, guess.count ?
			 words_guess_text(&guess, "--", text) : reading->hint);
}

/* getopt_long() has stopped at an option: which has no value, has one and takes none, or is
 * not known. */
static int refuse(const struct reading *reading, int code)
{
	const struct option_row *row = row_of(reading, optopt);
	const char *word = reading->argv[optind - 1];
	char letter[] = { '-', optopt, 0 };

	if (row && (optopt < LONG || is_name(row, word))) {
		if (code == ':')
			return log_error(-EINVAL, "--%s needs a value: %s", row->name, row->value);
		return log_error(-EINVAL, "--%s takes no value", row->name);
	}
	return unknown(reading, optopt && optopt < LONG ? letter : word);
}

static int take(const struct reading *reading, int code)
{
	const struct option_row *row = row_of(reading, code);
	bool apart = optarg && optarg == reading->argv[optind - 1];
	const char *word = reading->argv[optind - 1 - apart];
	int err;

	/* Names are not shortened: what is short for one option today may be so for two
	 * tomorrow. */
	if (code >= LONG && !is_name(row, word))
		return unknown(reading, word);
	if (row->type == OPTION_OPTIONAL_TEXT && optarg && !*optarg)
		return log_error(-EINVAL, "%s has no value behind it", word);
	err = store(row, optarg);
	if (!err && reading->given)
		*reading->given |= row->bit;
	return err;
}

/* Reads argv, moves the words to the front of `words`, and returns how many there are. */
static int read_all(const struct reading *reading, int argc, const struct forms *forms,
		    char **words)
{
	int code, err = 0, count = 0;

	opterr = 0;
	optind = 0;
	while (!err && (code = getopt_long(argc, reading->argv, forms->letters, forms->names,
					   NULL)) != -1) {
		if (code == 1)
			words[count++] = optarg;
		else
			err = code == '?' || code == ':' ? refuse(reading, code) :
							   take(reading, code);
	}
	while (!err && optind < argc)
		words[count++] = reading->argv[optind++];
	return err ?: count;
}

/* Reads what is `reading` but for its argv. */
static int read_in(const char *order, int argc, char **argv, struct reading *reading)
{
	scoped_free char **copy = calloc(argc + 2, sizeof(*copy));
	struct forms forms = {};
	int err = make_forms(&forms, reading->rows, reading->row_count, order);

	if (!err && !copy)
		err = log_error(-ENOMEM, "out of memory");
	if (!err) {
		copy[0] = "ecdn-xdp";
		memcpy(copy + 1, argv, argc * sizeof(*argv));
		reading->argv = copy;
		err = read_all(reading, argc + 1, &forms, argv);
	}
	free_forms(&forms);
	return err;
}

int options_read(int argc, char **argv, const struct option_row *rows, size_t row_count,
		 unsigned int *given)
{
	struct reading reading = {
		.rows = rows, .row_count = row_count, .given = given,
		.hint = "--help lists the options",
	};

	return read_in("-", argc, argv, &reading);
}

int options_lead(int argc, char **argv, const struct option_row *rows, size_t row_count)
{
	scoped_free char **words = calloc(argc + 1, sizeof(*words));
	struct reading reading = {
		.rows = rows, .row_count = row_count,
		.hint = "what is no option of all verbs comes behind the verb",
	};
	int count;

	if (!words)
		return log_error(-ENOMEM, "out of memory");
	memcpy(words, argv, argc * sizeof(*argv));
	count = read_in("+", argc, words, &reading);
	return count < 0 ? count : argc - count;
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
		char name[64], letter[8] = "   ", head[80];
		int width;

		if (rows[i].letter)
			snprintf(letter, sizeof(letter), "-%c,", rows[i].letter);
		name_of(&rows[i], name, sizeof(name));
		width = snprintf(head, sizeof(head), "  %s %-27s ", letter, name);
		fputs(head, stdout);
		wrap_help(stdout, width, rows[i].help, WRAP_WORDS);
		putchar('\n');
	}
}
