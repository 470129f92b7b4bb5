// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/pins_lock.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/lock.h"
#include "base/log.h"
#include "base/scoped.h"
#include "kernel/bpffs.h"
#include "kernel/host_lock.h"
#include "kernel/owner.h"

/* A lock's name begins with so much of the directory's, and ends with where its parent is: two
 * directories of which that is the same share a lock. */
#define NAME_SHOWN 100
#define TRIES 10

/* The directory above dir, which writes its own name behind it, and that name. */
static const char *split(const char *dir, char parent[PATH_MAX])
{
	char *slash;

	strcpy(parent, dir);
	slash = strrchr(parent, '/');
	slash[slash == parent] = 0;
	return dir + (slash - parent) + 1;
}

/* Both paths go on to what a symbolic link leads to: renamed would be the link. */
static int follow(struct pins *pins)
{
	scoped_free char *target = NULL;
	struct stat stat;

	if (lstat(pins->dir, &stat) || !S_ISLNK(stat.st_mode))
		return 0;
	target = realpath(pins->dir, NULL);
	if (!target)
		return log_error(-errno, "--pin-dir %s is a symbolic link to nothing (%s); remove "
				 "it, or name the directory itself", pins->dir, strerror(errno));
	return pins_init(pins, target);
}

/* A pin directory inside another one would be removed with it. */
static int check_above(const char *dir)
{
	char part[PATH_MAX];
	char *slash;

	strcpy(part, dir);
	while ((slash = strrchr(part, '/')) && slash != part) {
		*slash = 0;
		if (pins_are_ours(part) && pins_has(part, "config"))
			return log_error(-EINVAL, "--pin-dir %s is inside %s, which is a pin "
					 "directory itself; choose another", dir, part);
	}
	return 0;
}

/* Writes the lock's name; -ENOENT, silent, if the directory above is gone. */
static int name_lock(struct pins *pins)
{
	char parent[PATH_MAX];
	const char *name = split(pins->dir, parent);
	struct stat above;

	if (stat(parent, &above))
		return errno == ENOENT ? -ENOENT :
		       log_error(-errno, "cannot look at %s: %s", parent, strerror(errno));
	snprintf(pins->lock_name, sizeof(pins->lock_name), "%.*s-%lx-%lx", NAME_SHOWN, name,
		 (long)above.st_dev, (long)above.st_ino);
	return 0;
}

int pins_lock_name(struct pins *pins)
{
	int err = follow(pins);

	return err ?: name_lock(pins);
}

static int prepare(const struct pins *pins)
{
	int err = bpffs_prepare(pins->dir);

	err = err ?: owner_check(pins->dir);
	return err ?: owner_check(pins->next);
}

/* Who held the lock may have removed the directory above with the pins: then what is made in its
 * place has another lock, and this one is given back. */
static int take(struct pins *pins)
{
	for (int i = 0; i < TRIES; i++) {
		char taken[sizeof(pins->lock_name)] = "";
		scoped_fd int fd = -1;
		int err = prepare(pins) ?: name_lock(pins);

		if (!err)
			err = fd = lock_take(HOST_LOCK_DIR, strcpy(taken, pins->lock_name),
					     pins->dir);
		if (err < 0 && err != -ENOENT)
			return err;
		if (fd >= 0 && !name_lock(pins) && !strcmp(taken, pins->lock_name))
			return take_fd(&fd);
		if (fd >= 0)
			lock_remove(HOST_LOCK_DIR, taken);
	}
	return log_error(-EAGAIN, "other commands keep removing what is above %s", pins->dir);
}

int pins_lock(struct pins *pins)
{
	int err = owner_check(pins->dir), fd;

	err = err ?: follow(pins);
	err = err ?: check_above(pins->dir);
	fd = err ?: take(pins);
	if (fd < 0)
		return fd;
	pins->lock = fd;
	return 0;
}

void pins_lock_end(struct pins *pins)
{
	if (pins->lock < 0)
		return;
	if (access(pins->dir, F_OK)) {
		bpffs_tidy(pins->dir);
		lock_remove(HOST_LOCK_DIR, pins->lock_name);
	}
	close(pins->lock);
	pins->lock = -1;
}
