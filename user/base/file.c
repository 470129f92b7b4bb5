// SPDX-License-Identifier: BSD-2-Clause
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/scoped.h"

/* Upper bound, so that a pipe without end cannot fill memory. */
#define READ_MAX (1UL << 30)
#define ROOM_AT_FIRST (64UL << 10)

int file_open(struct file *file, const char *path)
{
	struct stat stat;

	*file = (struct file){ .path = path, .fd = open(path, O_RDONLY | O_CLOEXEC) };
	if (file->fd < 0)
		return log_error(-errno, "cannot open %s: %s", path, strerror(errno));
	if (fstat(file->fd, &stat))
		return log_error(-errno, "cannot read %s: %s", path, strerror(errno));
	if (S_ISDIR(stat.st_mode))
		return log_error(-EISDIR, "cannot read %s: it is a directory", path);
	if (S_ISREG(stat.st_mode))
		file->size = stat.st_size;
	return 0;
}

void file_close(struct file *file)
{
	free(file->data);
	scoped_close(&file->fd);
}

static ssize_t read_some(int fd, char *to, size_t room)
{
	ssize_t got;

	do
		got = read(fd, to, room);
	while (got < 0 && errno == EINTR);
	return got;
}

/* The file is copied and not mapped: one that is cut short meanwhile would kill the process
 * with SIGBUS, and pipes cannot be mapped. */
static int read_data(struct file *file, size_t room, size_t *size)
{
	for (*size = 0;; room = *size == room ? 2 * room : room) {
		char *grown = realloc(file->data, room);
		ssize_t got;

		if (!grown)
			return -ENOMEM;
		file->data = grown;
		got = read_some(file->fd, grown + *size, room - *size);
		if (got < 0)
			return log_error(-errno, "cannot read %s: %s", file->path,
					 strerror(errno));
		if (!got)
			return 0;
		*size += got;
		if (*size > READ_MAX)
			return log_error(-EFBIG, "%s is larger than 1 GiB, which is the most that "
					 "is read", file->path);
	}
}

static void skip_byte_order_mark(struct text *text)
{
	static const char mark[] = "\xef\xbb\xbf";

	if (text_length(*text) >= strlen(mark) && !memcmp(text->start, mark, strlen(mark)))
		text->start += strlen(mark);
}

int file_read_text(struct file *file, const char *otherwise)
{
	bool known = file->size && file->size < (off_t)READ_MAX;
	const char *nul;
	size_t size;
	int err;

	/* One byte more than the file has shows its end without another allocation. */
	err = read_data(file, known ? (size_t)file->size + 1 : ROOM_AT_FIRST, &size);
	if (err)
		return err;
	file->text = (struct text){ file->data, file->data + size };
	nul = memchr(file->data, 0, size);
	if (nul) {
		log_at(file->path, text_line_number(file->text, nul), "a NUL byte: %s", otherwise);
		return -EINVAL;
	}
	skip_byte_order_mark(&file->text);
	return 0;
}
