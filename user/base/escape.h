/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * escape.h - text that somebody else wrote, made fit for a terminal and for JSON: a byte of a
 * control character, of one that changes where text is written, or of what is no UTF-8 becomes
 * \xHH. Nothing is logged. Thread-safe.
 */
#ifndef BASE_ESCAPE_H
#define BASE_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Whether a text is UTF-8 without such characters; whether it is UTF-8. */
bool escape_is_plain(const char *text);
bool escape_is_utf8(const char *text);

/* Writes the escaped text. What has no room in `size` bytes, NUL included, is cut, never inside a
 * character. Returns to. */
char *escape_text(const char *text, char *to, size_t size);

/* A copy of the escaped text, which the caller frees; NULL without memory. */
char *escape_copy(const char *text);

/* Prints the escaped text, but for the control characters in `keep`. Needs no memory. */
void escape_print(FILE *to, const char *text, const char *keep);

/* How many columns of a terminal an escaped text takes: one for each character. */
size_t escape_width(const char *text);

#endif
