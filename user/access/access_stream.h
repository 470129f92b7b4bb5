/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * access_stream.h - the lines of a log of any length, one at a time, in memory of a fixed size: a
 * file, a pipe or standard input, packed by gzip or not. Functions return 0 or a negative errno and
 * log the reason.
 */
#ifndef ACCESS_ACCESS_STREAM_H
#define ACCESS_ACCESS_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

/* nginx takes request heads of 32 KiB in all, so that no line with one of its fields is longer. */
#define ACCESS_STREAM_LINE_MAX 65536

struct access_stream;

/* path: "-" is standard input, and must live as long as the stream does. To be closed. */
int access_stream_open(struct access_stream **stream, const char *path);
void access_stream_close(struct access_stream *stream);

/*
 * The next line, without its end, which is valid until the next call. 1: there is one; 0: the log
 * has ended; or a negative errno. Of a line longer than ACCESS_STREAM_LINE_MAX, *whole is false and
 * the line is its beginning. What stands behind the last line end is a line, too.
 */
int access_stream_line(struct access_stream *stream, struct text *line, bool *whole);

/* Bytes that were read of the file, packed as they are there. */
uint64_t access_stream_bytes(const struct access_stream *stream);

#endif
