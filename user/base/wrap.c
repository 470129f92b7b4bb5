// SPDX-License-Identifier: BSD-2-Clause
#include "base/wrap.h"

#include <stdbool.h>
#include <string.h>

#include "base/escape.h"

/* With a full stop behind it a line has 80. */
#define HELP_WIDTH 79

static bool may_end(const char *text, size_t at, enum wrap how)
{
	if (!text[at])
		return true;
	return text[at] == ' ' && (how == WRAP_WORDS ||
				   (text[at - 1] != '|' && strchr("[|-", text[at + 1])));
}

/* Bytes up to where the line may end next. */
static size_t piece(const char *text, enum wrap how)
{
	size_t length = 1;

	while (!may_end(text, length, how))
		length++;
	return length;
}

static void print(FILE *to, const struct wrap_place *place, const char *text, enum wrap how)
{
	unsigned int at = place->column;
	const char *begin = text;

	while (*text) {
		size_t length = piece(text, how);
		size_t columns = escape_width(text) - escape_width(text + length);

		if (text > begin && place->width && at + columns > place->width) {
			fprintf(to, "\n%*s", (int)place->indent, "");
			at = place->indent;
			text++;
			length--;
			columns--;
		}
		fprintf(to, "%.*s", (int)length, text);
		at += columns;
		text += length;
	}
}

void wrap_print(FILE *to, const struct wrap_place *place, const char *words)
{
	print(to, place, words, WRAP_WORDS);
}

void wrap_help(FILE *to, unsigned int column, const char *text, enum wrap how)
{
	print(to, &(struct wrap_place){ column, column, HELP_WIDTH }, text, how);
}
