/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * access_json.h - the members of a JSON object (RFC 8259) on one line, one at a time, in place:
 * what nginx writes by escape=json. Objects and arrays inside it are refused. Nothing is logged.
 */
#ifndef ACCESS_ACCESS_JSON_H
#define ACCESS_ACCESS_JSON_H

#include <stdbool.h>

#include "base/text.h"

struct access_json {
	const char *at, *end;
	bool begun;
};

struct access_json_member {
	struct text key;        /* as it is written: a key with an escape is nobody's here */
	struct text value;      /* of a string, without its quotes; else the number or word */
	bool string;
	bool escaped;           /* the string has escapes */
};

/* Starts with the text of a line. */
void access_json_start(struct access_json *json, struct text line);

/* 1: *member is the next; 0: the object has ended, and the line with it; -EINVAL. */
int access_json_next(struct access_json *json, struct access_json_member *member);

/* Writes a string without its escapes into `size` bytes; *value becomes what was written. What has
 * no room is cut. -EINVAL for what is no escape, and for a NUL. */
int access_json_unescape(struct text *value, char *room, size_t size);

#endif
