/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * options.h - the options of a verb as rows, each with a type and the variable that its value
 * is stored in. They are read by getopt_long(), so -vv, -n5, -n 5, --name=VALUE and
 * --name VALUE are all taken, and of an option that is given twice the last value; but names are
 * not shortened. Not thread-safe.
 */
#ifndef BASE_OPTIONS_H
#define BASE_OPTIONS_H

#include <stddef.h>

enum option_type {
	OPTION_FLAG,            /* bool *: true */
	OPTION_TEXT,            /* const char **: the last value given */
	OPTION_OPTIONAL_TEXT,   /* the same; the value follows '=' or is "" */
	OPTION_LIST,            /* struct option_list *: every value given */
	OPTION_RATE,            /* uint64_t *: N with k, M or G */
	OPTION_DURATION,        /* uint64_t *: in ns */
	OPTION_COUNT,           /* unsigned int * */
	OPTION_MORE,            /* unsigned int *: how often the option is given */
};

#define OPTION_LIST_MAX 64

struct option_list {
	const char *value[OPTION_LIST_MAX];
	unsigned int count;
};

struct option_row {
	const char *name;       /* without "--" */
	char letter;            /* the short form without '-'; 0: none */
	enum option_type type;
	void *to;               /* the variable; the type tells its type */
	const char *value;      /* the word that the help uses for the value */
	const char *help;
	unsigned int bit;       /* set in *given if the option is given */
};

/*
 * Takes the options out of argv, wherever they stand before a "--", and moves the other words
 * to its front. Returns how many other words there are, or -EINVAL or -ENOMEM with the reason
 * logged. given may be NULL.
 */
int options_read(int argc, char **argv, const struct option_row *rows, size_t row_count,
		 unsigned int *given);

/*
 * Reads the options that stand before the first word. Returns how many members of argv, which
 * stays as it is, come before that word; -EINVAL or -ENOMEM with the reason logged.
 */
int options_lead(int argc, char **argv, const struct option_row *rows, size_t row_count);

/* Prints the help of each option on a line of standard output. */
void options_help(const struct option_row *rows, size_t row_count);

#endif
