/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * escape.h - text that somebody else wrote, made fit for a terminal and for JSON. Nothing is
 * logged. Thread-safe.
 */
#ifndef BASE_ESCAPE_H
#define BASE_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>

/* Whether a text is UTF-8 without control characters. */
bool escape_is_plain(const char *text);

/* Writes the text with each byte of a control character, or of what is no UTF-8, as \xHH. What has
 * no room in `size` bytes, NUL included, is cut, never inside a character. Returns to. */
char *escape_text(const char *text, char *to, size_t size);

#endif
