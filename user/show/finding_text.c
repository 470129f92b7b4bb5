// SPDX-License-Identifier: BSD-2-Clause
#include "show/finding_text.h"

#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "base/scoped.h"
#include "base/terminal.h"
#include "base/wrap.h"

#define INDENT 4
#define LABEL 9

/* A terminal that is narrower than this gets lines of this width. */
#define WIDTH_LEAST 40

static void part(FILE *to, const char *label, const char *text, unsigned int width)
{
	scoped_free char *escaped = *text ? escape_copy(text) : NULL;

	if (!*text)
		return;
	fprintf(to, "%*s%-*s", INDENT, "", LABEL, label);
	wrap_print(to, &(struct wrap_place){ INDENT + LABEL, INDENT + LABEL, width },
		   escaped ?: "out of memory");
	fputc('\n', to);
}

/* The code that users see: of the row of all others what its details say, if it is one. */
static const char *code_of(const struct finding *finding)
{
	const char *status = json_string_value(json_object_get(finding->details, "status"));

	return !strcmp(finding->row, "other") && status && *status >= '0' && *status <= '9' ?
	       status : finding->row;
}

void finding_text_write(const struct finding *finding, FILE *to, unsigned int width)
{
	scoped_free char *head = NULL, *escaped = NULL;

	if (width && width < WIDTH_LEAST)
		width = WIDTH_LEAST;
	if (asprintf(&head, "%s%s%s: %s", code_of(finding), *finding->object ? " " : "",
		     finding->object, finding->seen) < 0)
		head = NULL;
	escaped = head ? escape_copy(head) : NULL;
	wrap_print(to, &(struct wrap_place){ 0, INDENT, width }, escaped ?: "out of memory");
	fputc('\n', to);
	part(to, "cause", finding->published, width);
	part(to, "remedy", finding->remedy, width);
	part(to, "how", finding->command, width);
	part(to, "unknown", finding->unknown, width);
}

void finding_text_print(const struct finding *finding)
{
	finding_text_write(finding, stdout, terminal_columns());
}
