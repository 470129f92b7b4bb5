// SPDX-License-Identifier: BSD-2-Clause
#include "agent/agent_learn_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/scoped.h"

/* A directory or a device, as /dev/null, was named by mistake or to have nothing kept: whatever it
 * is, no agent has made it. */
static bool is_the_operators(const char *path)
{
	struct stat stat;

	return !lstat(path, &stat) && (S_ISDIR(stat.st_mode) || S_ISCHR(stat.st_mode) ||
				       S_ISBLK(stat.st_mode));
}

/* --- reading */

static void set_aside(const char *path, const char *reason)
{
	char aside[PATH_MAX];
	int length = snprintf(aside, sizeof(aside), "%s.damaged-%" PRIu64, path,
			      (uint64_t)(clock_ns(CLOCK_REALTIME) / NS_PER_SECOND));

	if (length >= (int)sizeof(aside) || rename(path, aside))
		log_warning("%s %s, and cannot be renamed: %s; limits are learned anew", path,
			    reason, strerror(errno));
	else
		log_warning("%s %s; it is %s now, and limits are learned anew", path, reason,
			    aside);
}

/* What is wrong with a file that somebody may have put there; NULL: nothing. */
static const char *what_is_wrong(const struct stat *stat)
{
	if (!S_ISREG(stat->st_mode))
		return "is no regular file";
	if ((stat->st_uid && stat->st_uid != geteuid()) || stat->st_mode & (S_IWGRP | S_IWOTH))
		return "can be written by other users";
	if ((uint64_t)stat->st_size > learn_file_size(LEARN_FILE_REGIONS))
		return "is larger than any that was learned";
	return NULL;
}

static const char *read_all(int fd, unsigned char *data, size_t size)
{
	for (size_t at = 0; at < size;) {
		ssize_t got = read(fd, data + at, size - at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got ? strerror(errno) : "was cut short while it was read";
		at += got;
	}
	return NULL;
}

static const char *read_fd(int fd, struct learn_region **regions, size_t *count)
{
	scoped_free void *data = NULL;
	struct stat stat;
	const char *reason;

	if (fstat(fd, &stat))
		return strerror(errno);
	reason = what_is_wrong(&stat);
	if (reason)
		return reason;
	data = malloc(stat.st_size + 1);
	if (!data)
		return "needs more memory than there is";
	reason = read_all(fd, data, stat.st_size);
	if (!reason)
		learn_file_unpack(data, stat.st_size, regions, count, &reason);
	return reason;
}

void agent_learn_file_read(const char *path, struct learn_region **regions, size_t *count)
{
	scoped_fd int fd = -1;
	const char *reason = NULL;

	*regions = NULL;
	*count = 0;
	if (is_the_operators(path)) {
		log_warning("%s is no file, and is left as it is: what is learned is not kept "
			    "until `state:` of `learn:` names one", path);
		return;
	}
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0 && errno == ENOENT)
		return;
	if (fd < 0)
		reason = errno == ELOOP ? "is a symbolic link" : "cannot be read";
	else
		reason = read_fd(fd, regions, count);
	if (reason)
		set_aside(path, reason);
}

/* --- writing */

static int fail(const char **step, const char *failed)
{
	*step = failed;
	return -errno;
}

static int write_all(int fd, const unsigned char *data, size_t size, const char **step)
{
	for (size_t at = 0; at < size;) {
		ssize_t put = write(fd, data + at, size - at);

		if (put < 0 && errno != EINTR)
			return fail(step, "write");
		at += put > 0 ? put : 0;
	}
	return fsync(fd) ? fail(step, "write") : 0;
}

static int write_beside(const char *beside, const unsigned char *data, size_t size,
			const char **step)
{
	scoped_fd int fd = -1;

	if (unlink(beside) && errno != ENOENT)
		return fail(step, "replace");
	fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	return fd < 0 ? fail(step, "make") : write_all(fd, data, size, step);
}

/* A name is on the disk only once its directory is. */
static int put_in_place(const char *beside, const char *path, const char *dir, const char **step)
{
	scoped_fd int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return fail(step, "open the directory of");
	if (rename(beside, path))
		return fail(step, "rename");
	return fsync(fd) ? fail(step, "write the directory of") : 0;
}

static int write_data(const char *path, const unsigned char *data, size_t size, const char **step)
{
	char beside[PATH_MAX], copy[PATH_MAX];
	const char *dir;
	int err;

	if (snprintf(beside, sizeof(beside), "%s.new", path) >= (int)sizeof(beside)) {
		errno = ENAMETOOLONG;
		return fail(step, "make");
	}
	if (is_the_operators(path)) {
		errno = EEXIST;
		return fail(step, "replace");
	}
	snprintf(copy, sizeof(copy), "%s", path);
	dir = dirname(copy);
	if (mkdir(dir, 0755) && errno != EEXIST)
		return fail(step, "make the directory of");
	err = write_beside(beside, data, size, step);
	err = err ?: put_in_place(beside, path, dir, step);
	if (err)
		unlink(beside);
	return err;
}

int agent_learn_file_write(const char *path, const struct learn_region *const *regions,
			   size_t count, const char **step)
{
	size_t size = learn_file_size(count);
	scoped_free unsigned char *data = malloc(size);

	if (!data) {
		errno = ENOMEM;
		return fail(step, "write");
	}
	learn_file_pack(regions, count, data);
	return write_data(path, data, size, step);
}
