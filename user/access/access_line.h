/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * access_line.h - a line of an access log becomes values by label: LABEL:VALUE pieces between tabs,
 * or a JSON object whose values are no objects. A label is the name of nginx's variable; other
 * labels are passed over. Nothing is logged. Not thread-safe for one reader.
 */
#ifndef ACCESS_ACCESS_LINE_H
#define ACCESS_ACCESS_LINE_H

#include <stdbool.h>

#include "base/text.h"

#define ACCESS_LINE_LABELS 24   /* that a kind of log may have */

struct access_label {
	const char *name;
	unsigned char length;   /* of the name, without its NUL */
};

#define ACCESS_LABEL(text) { text, sizeof(text) - 1 }

/* Of a kind of log. */
struct access_labels {
	const struct access_label *at;
	unsigned int count;
	unsigned int needed;    /* so many, the first ones, have to be in each line */
};

enum access_format {
	ACCESS_FORMAT_NONE,     /* no line was good yet */
	ACCESS_FORMAT_TABS,
	ACCESS_FORMAT_JSON,
};

/* What the last line teaches about the next one, and room for what is unescaped. Starts as
 * zeros. */
struct access_reader {
	enum access_format format;      /* of the last good line */
	unsigned char order[ACCESS_LINE_LABELS]; /* the label of each piece, plus 1 */
	char room[ACCESS_LINE_LABELS][1024]; /* of JSON strings that had escapes */
};

/* What is wrong with a line: words that end with what is quoted in `piece`, if that is not
 * empty. */
struct access_fault {
	const char *why;
	struct text piece;
};

/* Puts them into *fault. Returns -EINVAL. */
int access_line_refuse(struct access_fault *fault, const char *why, struct text piece);

/* Fills in a value for each label, which points into the line or the reader; it is empty for "-",
 * and of a label that is not there. 0, or -EINVAL with *fault. */
int access_line_read(struct access_reader *reader, const struct access_labels *labels,
		     struct text line, struct text *value, struct access_fault *fault);

#endif
