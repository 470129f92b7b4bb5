/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * access_log.h - a whole log is read, line by line. What is wrong with lines is logged, of the
 * first ten of them, once a line has shown that the log is of the format that is expected. Not
 * thread-safe.
 */
#ifndef ACCESS_ACCESS_LOG_H
#define ACCESS_ACCESS_LOG_H

#include <stdint.h>

#include "access/access_line.h"

/* Of a log with no good line so far, so many are read before it is refused. */
#define ACCESS_LOG_TRIAL 100000

/* Called now and then, with the lines and bytes that have been read. */
struct access_progress {
	void (*tell)(void *context, uint64_t lines, uint64_t bytes);
	void *context;
};

/* What is read, and what it is read for. */
struct access_log {
	const char *path;       /* "-": standard input */
	const char *format;     /* the lines of nginx's configuration that write such a log */
	/* Takes a line. 0; -EINVAL with *fault for one that is bad; -ENOMEM ends the reading. */
	int (*take)(void *context, struct text line, struct access_fault *fault);
	void *context;
	const struct access_progress *progress; /* NULL: nobody is told */
	uint64_t lines, bad;    /* results: all; those that were refused */
};

/* 0 or a negative errno, logged: -EINVAL for a log without one good line. */
int access_log_read(struct access_log *log);

/* The path, or what standard input is called. */
const char *access_log_name(const char *path);

#endif
