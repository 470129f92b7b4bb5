// SPDX-License-Identifier: BSD-2-Clause
#include "base/buffer.h"

#include <stdlib.h>
#include <string.h>

#define ROOM_MIN 512
#define DIGITS 20

static bool make_room(struct buffer *buffer, size_t size)
{
	size_t room = buffer->room ?: ROOM_MIN;
	char *grown;

	while (room < buffer->size + size)
		room *= 2;
	grown = realloc(buffer->at, room);
	if (!grown) {
		buffer->failed = true;
		return false;
	}
	buffer->at = grown;
	buffer->room = room;
	return true;
}

void buffer_add(struct buffer *buffer, const char *piece, size_t size)
{
	if (buffer->room - buffer->size < size && !make_room(buffer, size))
		return;
	if (size)
		memcpy(buffer->at + buffer->size, piece, size);
	buffer->size += size;
}

void buffer_text(struct buffer *buffer, const char *text)
{
	buffer_add(buffer, text, strlen(text));
}

void buffer_char(struct buffer *buffer, char one)
{
	buffer_add(buffer, &one, 1);
}

void buffer_number(struct buffer *buffer, uint64_t number)
{
	char digits[DIGITS];
	unsigned int at = DIGITS;

	do
		digits[--at] = '0' + number % 10;
	while (number /= 10);
	buffer_add(buffer, digits + at, DIGITS - at);
}

void buffer_free(struct buffer *buffer)
{
	free(buffer->at);
	*buffer = (struct buffer){};
}
