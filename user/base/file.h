/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * file.h - a file that is read whole, as text. Functions return 0 or a negative errno and
 * log the reason, but for -ENOMEM, which is left to the caller to log.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <sys/types.h>

#include "base/text.h"

struct file {
	const char *path;       /* the caller's */
	int fd;                 /* -1: not open */
	off_t size;             /* of a regular file, in bytes; 0: unknown, as of a pipe */
	struct text text;       /* empty until file_read_text() */
	char *data;
};

/* Opens what is no directory. To be closed, after an error as well. */
int file_open(struct file *file, const char *path);
void file_close(struct file *file);

/* Reads file->text, which lives as long as the file is open. A file that holds a NUL is
 * refused; `otherwise` tells the user what the file is then: "not text". */
int file_read_text(struct file *file, const char *otherwise);

#endif
