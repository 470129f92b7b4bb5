/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * output.h - what all readers print in the same way: JSON documents, and times of day.
 */
#ifndef SHOW_OUTPUT_H
#define SHOW_OUTPUT_H

#include <stdint.h>

#include <jansson.h>

/* Prints a document to standard output and frees it. 0; -EIO; -ENOMEM if value is 0, which
 * it is when it could not be made. Errors are logged. */
int output_json(json_t *value);

/* "2026-01-02T03:04:05Z" of seconds since the epoch, "-" for 0, which stands for "never".
 * Returns text or a literal. */
#define OUTPUT_TIME_SIZE 32
const char *output_time(uint64_t epoch_seconds, char text[OUTPUT_TIME_SIZE]);

/* The same as a JSON string, null for 0. */
json_t *output_time_json(uint64_t epoch_seconds);

#endif
