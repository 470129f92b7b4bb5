/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * array.h - arrays that grow by one item at a time. Their room follows from how many
 * items they hold, so no member has to keep it: it doubles at each power of two.
 */
#ifndef BASE_ARRAY_H
#define BASE_ARRAY_H

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#define ARRAY_ROOM_MIN 8

/* The array with room for one more item behind `count` of them, or NULL with the old one
 * as it was. All of its items must have been appended in this way. */
static inline void *array_room(void *items, size_t count, size_t size)
{
	if (count && (count < ARRAY_ROOM_MIN || count & (count - 1)))
		return items;
	return reallocarray(items, count ? 2 * count : ARRAY_ROOM_MIN, size);
}

/* Appends a copy of *item: 0, or -ENOMEM with the array as it was. items and count are
 * variables or members that the array is kept in. */
#define array_append(items, count, item) ({					\
	typeof(items) grown_ = array_room((items), (count), sizeof(*(items)));	\
										\
	if (grown_) {								\
		(items) = grown_;						\
		(items)[(count)++] = *(item);					\
	}									\
	grown_ ? 0 : -ENOMEM;							\
})

#endif
