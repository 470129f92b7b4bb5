/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xff_stream.h - the lines of a log of any length, one at a time, in memory of a fixed size: a
 * file, a pipe or standard input, packed by gzip or not. Functions return 0 or a negative errno and
 * log the reason.
 */
#ifndef XFF_XFF_STREAM_H
#define XFF_XFF_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

/* nginx takes request heads of 32 KiB in all, so that no line with one of its fields is longer. */
#define XFF_STREAM_LINE_MAX 65536

struct xff_stream;

/* path: "-" is standard input, and must live as long as the stream does. To be closed. */
int xff_stream_open(struct xff_stream **stream, const char *path);
void xff_stream_close(struct xff_stream *stream);

/*
 * The next line, without its end, which is valid until the next call. 1: there is one; 0: the log
 * has ended; or a negative errno. Of a line longer than XFF_STREAM_LINE_MAX, *whole is false and
 * the line is its beginning. What stands behind the last line end is a line, too.
 */
int xff_stream_line(struct xff_stream *stream, struct text *line, bool *whole);

/* Bytes that were read of the file, packed as they are there. */
uint64_t xff_stream_bytes(const struct xff_stream *stream);

#endif
