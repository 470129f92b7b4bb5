/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * buffer.h - a text that grows at its end, for what is printed in many small pieces: a FILE takes
 * a lock for each. Without memory it stays as it is and `failed` says so, so that a caller may
 * ask once, at the end. Silent.
 */
#ifndef BASE_BUFFER_H
#define BASE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All zeros: empty. No NUL ends it. */
struct buffer {
	char *at;
	size_t size, room;
	bool failed;
};

void buffer_add(struct buffer *buffer, const char *piece, size_t size);
void buffer_text(struct buffer *buffer, const char *text);
void buffer_char(struct buffer *buffer, char one);
void buffer_number(struct buffer *buffer, uint64_t number);
void buffer_free(struct buffer *buffer);

#endif
