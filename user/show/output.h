/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * output.h - what all readers print in the same way: JSON documents, lines, and times of day.
 */
#ifndef SHOW_OUTPUT_H
#define SHOW_OUTPUT_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

/* The number of the JSON documents' schema. It grows when a key goes or means something else. */
#define OUTPUT_SCHEMA 1

/* Prints a document, with "schema" before its keys, to standard output and frees it. 0; -EIO;
 * -ENOMEM if value is 0, which it is when it could not be made. Errors are logged. */
int output_json(json_t *value);

/* A string of any bytes: what is not UTF-8 is escaped (base/escape.h). 0 without memory. */
json_t *output_string(const char *text);

/* Prints a line to standard output, escaped. */
void output_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* "2026-01-02T03:04:05Z" of seconds since the epoch, "-" for 0, which stands for "never".
 * Returns text or a literal. */
#define OUTPUT_TIME_SIZE 32
const char *output_time(uint64_t epoch_seconds, char text[OUTPUT_TIME_SIZE]);

/* The same as a JSON string, null for 0. */
json_t *output_time_json(uint64_t epoch_seconds);

#endif
