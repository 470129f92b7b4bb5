/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * event_lines.h - an event as a line of text, or as a JSON object. What a version does not know, as
 * what is damaged, is shown as its number.
 */
#ifndef SHOW_EVENT_LINES_H
#define SHOW_EVENT_LINES_H

#include <stdio.h>

#include <jansson.h>

#include "show/event_item.h"

enum event_lines_kind event_lines_kind(const struct event_lines_item *item);

/* Prints the line, with local time; the same without the time and the end of the line. */
void event_lines_print(const struct event_lines_item *item, FILE *to);
void event_lines_text(const struct event_lines_item *item, FILE *to);

/* A new object, whose keys the man page lists; 0 without memory. */
json_t *event_lines_object(const struct event_lines_item *item);

/* "2026-01-02 03:04:05.678" of a time _ns, as the host's clocks are now. */
#define EVENT_LINES_TIME_SIZE 40
const char *event_lines_time(const struct clock_moment *moment, uint64_t ns,
			     char text[EVENT_LINES_TIME_SIZE]);

#endif
