/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * file.h - a file that is read whole. Functions return 0 or a negative errno and log the reason,
 * but for -ENOMEM, which is left to the caller to log.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

#include "base/text.h"

struct file {
	const char *path;       /* the caller's */
	char *data;             /* what it holds, unpacked if gzip had packed it */
	size_t size;            /* of data, in bytes */
	struct text text;       /* empty until file_text() */
};

/*
 * Reads all of what is no directory: a file, a pipe, a device; up to 1 GiB. A file that is written
 * or replaced meanwhile is refused with -EAGAIN, as half of it may be new. What begins like gzip's
 * data is unpacked. To be closed, after an error as well.
 */
int file_open(struct file *file, const char *path);
void file_close(struct file *file);

/* Makes file->text of the data, which lives as long as the file is open. Data that holds a NUL is
 * refused; `otherwise` tells the user what the file is then: "not text". */
int file_text(struct file *file, const char *otherwise);

/*
 * Puts a new file in the place of what has that path, if anything, in one step: whoever reads it
 * sees the old one or the new one. write() prints it, and returns 0 or a negative errno, logged,
 * with which the old one stays. The new file is readable by all. What is there and no regular file,
 * as a device or a symbolic link, is refused with -EINVAL.
 */
int file_replace(const char *path, int (*write)(FILE *to, void *context), void *context);

#endif
