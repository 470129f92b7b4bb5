// SPDX-License-Identifier: BSD-2-Clause
#include "base/escape.h"

#include <stdint.h>
#include <stdio.h>
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

/* Of C0, DEL, or C1, whose characters have two bytes. */
static bool is_control(const unsigned char *text)
{
	return *text < 0x20 || *text == 0x7f || (*text == 0xc2 && text[1] < 0xa0);
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

char *escape_text(const char *text, char *to, size_t size)
{
	const unsigned char *at = (const unsigned char *)text;
	size_t used = 0;

	while (*at) {
		unsigned int length = length_of(at);
		bool plain = length && !is_control(at);

		if (used + (plain ? length : 4) >= size)
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
