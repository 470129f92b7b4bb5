/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * text.h - pieces of a text that is held in memory: its lines, their words, and the
 * addresses among these. No piece is copied and none ends with a NUL. Thread-safe; nothing
 * is logged.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cidr.h"

struct text {
	const char *start, *end;
};

/* Where a reading of lines has come to. */
struct text_lines {
	struct text rest;       /* the lines that have not been read */
	unsigned int number;    /* of the line that was read last, from 1 */
};

static inline size_t text_length(struct text text)
{
	return text.end - text.start;
}

/* Whether the piece is that word. */
bool text_is(struct text text, const char *word);

/* The piece without the blanks at both of its ends. */
struct text text_trim(struct text text);

/* Takes the first word off *rest. The word is empty if no word is left. */
struct text text_word(struct text *rest);

/* Goes on to the next line that holds more than blanks and a '#' comment, and returns it
 * without these. False at the end of the text. */
bool text_next_line(struct text_lines *lines, struct text *line);

/* The number of the line that a position of the text is in, from 1. */
unsigned int text_line_number(struct text text, const char *at);

/* Bytes of what text_quote() writes, NUL included. */
#define TEXT_QUOTE_SIZE 48

/* Makes a piece fit for a message, which escapes what is no text (base/escape.h): NULs become '?',
 * and a long one is cut. Returns quoted. */
const char *text_quote(struct text text, char quoted[TEXT_QUOTE_SIZE]);

/*
 * Read what address_parse() and cidr_parse() read, but copy nothing in the usual case: a
 * file of the world's ranges holds more than a million addresses. 0, -EINVAL, or from
 * text_cidr() -ERANGE for bits set beyond the length. After -ERANGE *cidr holds the address
 * as it is written; after -EINVAL the out-parameter is undefined.
 */
int text_address(struct text text, struct address *address);
int text_cidr(struct text text, struct cidr *cidr);

#endif
