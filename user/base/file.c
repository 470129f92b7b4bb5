// SPDX-License-Identifier: BSD-2-Clause
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/gunzip.h"
#include "base/log.h"
#include "base/scoped.h"

/* Upper bound, so that a pipe without end cannot fill memory. */
#define READ_MAX (1UL << 30)
#define ROOM_AT_FIRST (64UL << 10)

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
static int read_data(struct file *file, int fd, size_t room)
{
	for (;; room = file->size == room ? 2 * room : room) {
		char *grown = realloc(file->data, room);
		ssize_t got;

		if (!grown)
			return -ENOMEM;
		file->data = grown;
		got = read_some(fd, grown + file->size, room - file->size);
		if (got < 0)
			return log_error(-errno, "cannot read %s: %s", file->path,
					 strerror(errno));
		if (!got)
			return 0;
		file->size += got;
		if (file->size > READ_MAX)
			return log_error(-EFBIG, "%s is larger than 1 GiB, which is the most that "
					 "is read", file->path);
	}
}

static bool same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

/* Files whose size is 0 may have something to read all the same, as those in /proc. */
static bool is_as_before(const struct file *file, const struct stat *before, int fd)
{
	struct stat after, named;

	return !fstat(fd, &after) && !stat(file->path, &named) &&
	       before->st_dev == named.st_dev && before->st_ino == named.st_ino &&
	       before->st_size == after.st_size && same_time(&before->st_mtim, &after.st_mtim) &&
	       (!after.st_size || (size_t)after.st_size == file->size);
}

static int read_fd(struct file *file, int fd)
{
	struct stat stat;
	bool regular;
	int err;

	if (fstat(fd, &stat))
		return log_error(-errno, "cannot read %s: %s", file->path, strerror(errno));
	if (S_ISDIR(stat.st_mode))
		return log_error(-EISDIR, "cannot read %s: it is a directory", file->path);
	regular = S_ISREG(stat.st_mode);
	/* One byte more than the file has shows its end without another allocation. */
	err = read_data(file, fd, regular && stat.st_size > 0 && stat.st_size < (off_t)READ_MAX ?
			(size_t)stat.st_size + 1 : ROOM_AT_FIRST);
	if (err || !regular || is_as_before(file, &stat, fd))
		return err;
	return log_error(-EAGAIN, "cannot read %s: it was written or replaced while it was read; "
			 "run this again once that is done, and have new files renamed into place",
			 file->path);
}

static int unpack(struct file *file)
{
	const char *reason;
	char *data;
	size_t size;
	int err;

	if (!gunzip_knows(file->data, file->size))
		return 0;
	err = gunzip(file->data, file->size, READ_MAX, &data, &size, &reason);
	if (err)
		return err == -ENOMEM ? err :
		       log_error(err, "cannot read %s: %s", file->path, reason);
	free(file->data);
	file->data = data;
	file->size = size;
	return 0;
}

int file_open(struct file *file, const char *path)
{
	scoped_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	int err;

	*file = (struct file){ .path = path };
	if (fd < 0)
		return log_error(-errno, "cannot open %s: %s", path, strerror(errno));
	err = read_fd(file, fd);
	return err ?: unpack(file);
}

void file_close(struct file *file)
{
	free(file->data);
	file->data = NULL;
}

static void skip_byte_order_mark(struct text *text)
{
	static const char mark[] = "\xef\xbb\xbf";

	if (text_length(*text) >= strlen(mark) && !memcmp(text->start, mark, strlen(mark)))
		text->start += strlen(mark);
}

int file_text(struct file *file, const char *otherwise)
{
	const char *nul = memchr(file->data, 0, file->size);

	file->text = (struct text){ file->data, file->data + file->size };
	if (nul) {
		log_at(file->path, text_line_number(file->text, nul), "a NUL byte: %s", otherwise);
		return -EINVAL;
	}
	skip_byte_order_mark(&file->text);
	return 0;
}

static int write_whole(int fd, int (*write)(FILE *to, void *context), void *context,
		       const char *path)
{
	FILE *to = fdopen(fd, "w");
	int err;

	if (!to) {
		close(fd);
		return log_error(-ENOMEM, "out of memory for %s", path);
	}
	err = write(to, context);
	if (!err && (fflush(to) || fchmod(fd, 0644)))
		err = log_error(-errno, "cannot write %s: %s", path, strerror(errno));
	if (fclose(to) && !err)
		err = log_error(-errno, "cannot write %s: %s", path, strerror(errno));
	return err;
}

/* Of a device, or of a link to one as /dev/stdout is, the host would keep a file in its place. */
static int check_replaceable(const char *path)
{
	struct stat stat;

	if (lstat(path, &stat) || S_ISREG(stat.st_mode))
		return 0;
	return log_error(-EINVAL, "cannot replace %s: it is no regular file, and is left as it is",
			 path);
}

int file_replace(const char *path, int (*write)(FILE *to, void *context), void *context)
{
	scoped_free char *fresh = NULL;
	int fd, err = check_replaceable(path);

	if (err)
		return err;
	if (asprintf(&fresh, "%s.XXXXXX", path) < 0) {
		fresh = NULL;
		return log_error(-ENOMEM, "out of memory for %s", path);
	}
	fd = mkostemp(fresh, O_CLOEXEC);
	if (fd < 0)
		return log_error(-errno, "cannot make a file beside %s: %s", path,
				 strerror(errno));
	err = write_whole(fd, write, context, path);
	if (!err && rename(fresh, path))
		err = log_error(-errno, "cannot replace %s: %s", path, strerror(errno));
	if (err)
		unlink(fresh);
	return err;
}
