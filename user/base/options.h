/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * options.h - a verb's options as typed rows that say where each value goes.
 */
#ifndef BASE_OPTIONS_H
#define BASE_OPTIONS_H

#include <stddef.h>

enum option_type {
	OPTION_FLAG,            /* bool *: true */
	OPTION_TEXT,            /* const char **: the last one given */
	OPTION_OPTIONAL_TEXT,   /* the same; its value is joined by '=', or is "" */
	OPTION_LIST,            /* struct option_list *: every one given */
	OPTION_RATE,            /* uint64_t *: N with k, M or G */
	OPTION_DURATION,        /* uint64_t *: ns */
	OPTION_COUNT,           /* unsigned int * */
	OPTION_MORE,            /* unsigned int *: one more each time */
};

#define OPTION_LIST_MAX 64

struct option_list {
	const char *value[OPTION_LIST_MAX];
	unsigned int count;
};

struct option_row {
	const char *name;       /* long */
	char letter;            /* short, 0: none */
	enum option_type type;
	void *to;
	const char *value;      /* what the help calls its value */
	const char *help;
	unsigned int bit;       /* set in *given when the option is there */
};

/*
 * Reads the options of rows out of argv, wherever they stand, up to "--"; the
 * other words are moved to argv's front. Returns how many those are, or -EINVAL
 * with the error said. given may be 0.
 */
int options_read(int argc, char **argv, const struct option_row *rows, size_t row_count,
		 unsigned int *given);

/* Prints a line for each row. */
void options_help(const struct option_row *rows, size_t row_count);

#endif
