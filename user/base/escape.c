// SPDX-License-Identifier: BSD-2-Clause
#include "base/escape.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bytes of the character at text; 0 if it is no UTF-8 of the shortest form, as RFC 3629 has it. */
static unsigned int length_of(const unsigned char *text)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned int length = *text < 0x80 ? 1 : *text >> 5 == 6 ? 2 : *text >> 4 == 14 ? 3 :
			      *text >> 3 == 30 ? 4 : 0;
	uint32_t code = length < 2 ? *text : *text & (0x7f >> length);

	for (unsigned int i = 1; i < length; i++) {
		if (text[i] >> 6 != 2)
			return 0;
		code = code << 6 | (text[i] & 0x3f);
	}
	if (!length || code < least[length] || code > 0x10ffff || code >> 11 == 0x1b)
		return 0;
	return length;
}

/* Bytes of an escape. */
#define ESCAPE 4

/* Characters that change the direction of text, join lines, or are not seen: U+200B to U+200F,
 * U+2028 to U+202E, U+2060 to U+206F. */
static bool is_invisible(const unsigned char *text)
{
	if (text[0] != 0xe2)
		return false;
	if (text[1] == 0x80)
		return (text[2] >= 0x8b && text[2] <= 0x8f) || (text[2] >= 0xa8 && text[2] <= 0xae);
	return text[1] == 0x81 && text[2] >= 0xa0 && text[2] <= 0xaf;
}

/* Of C0, DEL, or C1, whose characters have two bytes. */
static bool is_control(const unsigned char *text)
{
	return *text < 0x20 || *text == 0x7f || (*text == 0xc2 && text[1] < 0xa0) ||
	       is_invisible(text);
}

bool escape_is_plain(const char *text)
{
	const unsigned char *at = (const unsigned char *)text;

	while (*at) {
		if (!length_of(at) || is_control(at))
			return false;
		at += length_of(at);
	}
	return true;
}

bool escape_is_utf8(const char *text)
{
	const unsigned char *at = (const unsigned char *)text;

	while (*at) {
		if (!length_of(at))
			return false;
		at += length_of(at);
	}
	return true;
}

char *escape_text(const char *text, char *to, size_t size)
{
	const unsigned char *at = (const unsigned char *)text;
	size_t used = 0;

	while (*at) {
		unsigned int length = length_of(at);
		bool plain = length && !is_control(at);

		if (used + (plain ? length : ESCAPE) >= size)
			break;
		if (plain) {
			memcpy(to + used, at, length);
			used += length;
			at += length;
		} else {
			used += sprintf(to + used, "\\x%02x", *at++);
		}
	}
	to[used] = 0;
	return to;
}

char *escape_copy(const char *text)
{
	size_t size = ESCAPE * strlen(text) + 1;
	char *copy = malloc(size);

	return copy ? escape_text(text, copy, size) : NULL;
}

void escape_print(FILE *to, const char *text, const char *keep)
{
	const unsigned char *at = (const unsigned char *)text;

	while (*at) {
		unsigned int length = length_of(at);

		if (strchr(keep, *at) || (length && !is_control(at))) {
			fwrite(at, 1, length, to);
			at += length;
		} else {
			fprintf(to, "\\x%02x", *at++);
		}
	}
}

size_t escape_width(const char *text)
{
	size_t width = 0;

	for (; *text; text++)
		width += (*text & 0xc0) != 0x80;
	return width;
}
