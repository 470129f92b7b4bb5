/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * event_words.h - the words of an event, a struct event_lines_item: texts live as long as the room
 * and the item. Silent.
 */
#ifndef SHOW_EVENT_WORDS_H
#define SHOW_EVENT_WORDS_H

#include <stdint.h>
#include <time.h>

#include "show/event_item.h"
#include "show/fields.h"

/* Of a change; region, measure and heaviest of a notice too. */
const char *event_words_region(const void *item, char room[FIELD_TEXT_SIZE]);
const char *event_words_from(const void *item, char room[FIELD_TEXT_SIZE]);
const char *event_words_to(const void *item, char room[FIELD_TEXT_SIZE]);
const char *event_words_why(const void *item, char room[FIELD_TEXT_SIZE]);
const char *event_words_measure(const void *item, char room[FIELD_TEXT_SIZE]);
const char *event_words_basis(const void *item, char room[FIELD_TEXT_SIZE]);
const char *event_words_source(const void *item, char room[FIELD_TEXT_SIZE]);
const char *event_words_heaviest(const void *item, char room[FIELD_TEXT_SIZE]);

/* why as people say it. */
const char *event_words_cause(const void *item);

/* A name, escaped, or the number of what has none. */
const char *event_words_named(const char *name, uint64_t number, char room[FIELD_TEXT_SIZE]);

/* A time _ns in seconds since the epoch, and thousandths; the same as text, in UTC. */
time_t event_words_seconds(const void *item, uint64_t ns, unsigned int *ms);
const char *event_words_time(const void *item, uint64_t ns, char room[FIELD_TEXT_SIZE]);

#endif
