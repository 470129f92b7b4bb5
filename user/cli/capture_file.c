// SPDX-License-Identifier: BSD-2-Clause
#include "cli/capture_file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/terminal.h"
#include "base/words.h"

#define ROOM (64 * 1024)

static bool is_standard_output(const char *path)
{
	return !strcmp(path, "-");
}

/* A file of another user would go on being that user's, who could read what is written. */
int capture_file_check(const char *path)
{
	struct stat stat;

	if (is_standard_output(path))
		return terminal_there() ? log_error(WORDS_WRONG, "-w -: standard output is a "
						    "terminal; name a file, or send it to a pipe: "
						    "`ecdn-xdp capture -w - | tcpdump -r -`") : 0;
	if (lstat(path, &stat))
		return 0;
	if (!S_ISREG(stat.st_mode))
		return log_error(WORDS_WRONG, "-w %s: it is no regular file, and is left as it is",
				 path);
	if (stat.st_uid != geteuid())
		return log_error(WORDS_WRONG, "-w %s: it is another user's, and is left as it is",
				 path);
	return 0;
}

/* Who has the old file open goes on reading that one. */
static int open_anew(const char *path)
{
	int fd;

	if (unlink(path) && errno != ENOENT)
		return log_error(-errno, "cannot replace %s: %s", path, strerror(errno));
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	return fd < 0 ? log_error(-errno, "cannot make %s: %s", path, strerror(errno)) : fd;
}

int capture_file_open(struct capture_file *file, const char *path)
{
	int err = capture_file_check(path);

	*file = (struct capture_file){ .path = path, .fd = -1 };
	if (err)
		return err;
	file->at = malloc(ROOM);
	if (!file->at)
		return log_error(-ENOMEM, "out of memory for packets");
	if (!is_standard_output(path)) {
		file->fd = open_anew(path);
		return file->fd < 0 ? file->fd : 0;
	}
	file->fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
	return file->fd < 0 ? log_error(-errno, "cannot write to standard output: %s",
					strerror(errno)) : 0;
}

void capture_file_close(struct capture_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	free(file->at);
	*file = (struct capture_file){ .fd = -1 };
}

/* What is written of a file ends with a whole block, which readers of a full disk's want. */
static int fail(const struct capture_file *file, int err)
{
	bool cut = !is_standard_output(file->path) && !ftruncate(file->fd, file->whole);

	return log_error(err, "cannot write %s: %s%s",
			 is_standard_output(file->path) ? "to standard output" : file->path,
			 strerror(-err), cut ? "; what is in it so far is whole" : "");
}

/* A signal that asks to end comes between two blocks, or readers would miss half of one. */
int capture_file_flush(struct capture_file *file)
{
	size_t done = 0;

	while (done < file->used) {
		ssize_t wrote = write(file->fd, file->at + done, file->used - done);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0 && errno == EPIPE)
			return -EPIPE;
		if (wrote < 0)
			return fail(file, -errno);
		done += wrote;
	}
	file->whole += file->used;
	file->used = 0;
	return 0;
}

int capture_file_add(struct capture_file *file, const void *data, size_t size)
{
	int err = file->used + size > ROOM ? capture_file_flush(file) : 0;

	if (err)
		return err;
	memcpy(file->at + file->used, data, size);
	file->used += size;
	return 0;
}

bool capture_file_is_left(const struct capture_file *file)
{
	struct pollfd pipe = { .fd = file->fd };

	return poll(&pipe, 1, 0) == 1 && pipe.revents & POLLERR;
}
