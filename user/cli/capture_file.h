/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * capture_file.h - where captured packets go: a file that nobody else may read, or a pipe, whose
 * reader follows. Errors are logged.
 */
#ifndef CLI_CAPTURE_FILE_H
#define CLI_CAPTURE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct capture_file {
	const char *path;       /* the caller's; "-": standard output */
	int fd;
	uint8_t *at;            /* what is not written yet */
	size_t used;
	int64_t whole;          /* bytes that are written, up to the end of a block */
};

/* 0; WORDS_WRONG if that is a terminal, or cannot be such a file. Silent about anything else. */
int capture_file_check(const char *path);

/* Makes a new file in the place of one of this user's, if there is one. To be closed, after an
 * error as well. */
int capture_file_open(struct capture_file *file, const char *path);
void capture_file_close(struct capture_file *file);

/* Adds a block, and writes what has been added: 0; -EPIPE, silent, if nobody reads any more;
 * another negative errno. */
int capture_file_add(struct capture_file *file, const void *data, size_t size);
int capture_file_flush(struct capture_file *file);

/* Whether nobody reads any more, also while there is nothing to write. */
bool capture_file_is_left(const struct capture_file *file);

#endif
