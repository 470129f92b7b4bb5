// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/pins_undo.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "base/log.h"
#include "base/scoped.h"
#include "kernel/journal.h"

/* A directory and the longest name below it. */
#define PATH_SIZE (PATH_MAX + 64)

/* Bytes of a note that is pinned as a symbolic link (attach/tc_note.h). */
#define NOTE_SIZE 128

struct saved {
	char path[PATH_SIZE];
	mode_t mode;            /* 0: nothing was there */
	gid_t group;
	int fd;                 /* of a pin */
	char note[NOTE_SIZE];   /* of a symbolic link */
};

static int make(const struct saved *saved, const char *path)
{
	if (S_ISLNK(saved->mode))
		return symlink(saved->note, path);
	return bpf_obj_pin(saved->fd, path) || chown(path, -1, saved->group) ||
	       chmod(path, saved->mode & ALLPERMS);
}

/* What was there is made beside and renamed, so that readers find the one or the other. */
static int put_back(const struct saved *saved)
{
	char beside[PATH_SIZE + 8];

	if (!saved->mode)
		return unlink(saved->path) && errno != ENOENT;
	snprintf(beside, sizeof(beside), "%s-next", saved->path);
	unlink(beside);
	return make(saved, beside) || rename(beside, saved->path);
}

static void undo_pin(void *saved, bool undo)
{
	struct saved *pin = saved;

	if (undo && *pin->path && put_back(pin))
		log_warning("cannot put %s back: %s", pin->path, strerror(errno));
	scoped_close(&pin->fd);
}

static int read_pin(struct saved *saved)
{
	struct stat stat;

	saved->fd = -1;
	if (lstat(saved->path, &stat))
		return errno == ENOENT ? 0 : -errno;
	saved->mode = stat.st_mode;
	saved->group = stat.st_gid;
	if (S_ISLNK(stat.st_mode))
		return readlink(saved->path, saved->note, NOTE_SIZE - 1) < 0 ? -errno : 0;
	saved->fd = bpf_obj_get(saved->path);
	return saved->fd < 0 ? -errno : 0;
}

int pins_undo_save(const char *path)
{
	struct saved saved = { .fd = -1 };
	int err;

	if (!journal_is_open())
		return 0;
	snprintf(saved.path, sizeof(saved.path), "%s", path);
	err = read_pin(&saved);
	if (err)
		return log_error(err, "cannot read %s: %s", saved.path, strerror(-err));
	return journal_add(undo_pin, &saved, sizeof(saved));
}

struct owned {
	char path[PATH_SIZE];
	mode_t mode;
	gid_t group;
};

static void undo_mode(void *saved, bool undo)
{
	const struct owned *owned = saved;

	if (undo && (chown(owned->path, -1, owned->group) || chmod(owned->path, owned->mode)) &&
	    errno != ENOENT)
		log_warning("cannot give %s its permissions back: %s", owned->path,
			    strerror(errno));
}

int pins_undo_mode(const char *path)
{
	struct owned owned;
	struct stat stat_of;

	if (!journal_is_open())
		return 0;
	if (stat(path, &stat_of))
		return log_error(-errno, "cannot look at %s: %s", path, strerror(errno));
	snprintf(owned.path, sizeof(owned.path), "%s", path);
	owned.mode = stat_of.st_mode & ALLPERMS;
	owned.group = stat_of.st_gid;
	return journal_add(undo_mode, &owned, sizeof(owned));
}

static void undo_folder(void *saved, bool undo)
{
	if (undo)
		rmdir(saved);
}

int pins_undo_folder(const char *path)
{
	return journal_is_open() ? journal_add(undo_folder, path, strlen(path) + 1) : 0;
}

struct paths {
	char from[PATH_MAX], to[PATH_MAX];
};

static void undo_rename(void *saved, bool undo)
{
	const struct paths *paths = saved;

	if (undo && rename(paths->to, paths->from) && errno != ENOENT)
		log_warning("cannot rename %s to %s: %s", paths->to, paths->from, strerror(errno));
}

int pins_undo_rename(const char *from, const char *to)
{
	struct paths paths;

	if (!journal_is_open())
		return 0;
	snprintf(paths.from, sizeof(paths.from), "%s", from);
	snprintf(paths.to, sizeof(paths.to), "%s", to);
	return journal_add(undo_rename, &paths, sizeof(paths));
}
