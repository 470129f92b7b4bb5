// SPDX-License-Identifier: BSD-2-Clause
#include "base/wrap.h"

#include <stdbool.h>
#include <string.h>

/* With a full stop behind it a line has 80. */
#define COLUMNS 79

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

void wrap_print(FILE *to, unsigned int column, const char *text, enum wrap how)
{
	unsigned int at = column;

	while (*text) {
		size_t length = piece(text, how);

		if (at > column && at + length > COLUMNS) {
			fprintf(to, "\n%*s", (int)column, "");
			at = column;
			text++;
			length--;
		}
		fprintf(to, "%.*s", (int)length, text);
		at += length;
		text += length;
	}
}
