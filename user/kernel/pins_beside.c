// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/pins_beside.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "base/log.h"
#include "kernel/pins_undo.h"

char *pins_beside_name(const char *name, char text[PINS_BESIDE_SIZE])
{
	snprintf(text, PINS_BESIDE_SIZE, "%s-next", name);
	return text;
}

static int make_beside(const char *path, const char *beside, int fd)
{
	struct stat of, now;
	int err;

	if (unlink(beside) && errno != ENOENT)
		return log_error(-errno, "cannot remove %s: %s", beside, strerror(errno));
	err = bpf_obj_pin(fd, beside);
	if (err)
		return log_error(err, "cannot pin %s: %s", beside, strerror(-err));
	if (stat(path, &of))
		return 0;
	/* In a directory for a group of proxies it has that group already. */
	if (!stat(beside, &now) && now.st_gid != of.st_gid && chown(beside, -1, of.st_gid))
		return log_error(-errno, "cannot give %s to group %u: %s%s", beside, of.st_gid,
				 strerror(errno), errno != EPERM ? "" :
				 "; that takes CAP_CHOWN, or to be in that group");
	if (chmod(beside, of.st_mode & 0777))
		return log_error(-errno, "cannot set the permissions of %s: %s", beside,
				 strerror(errno));
	return 0;
}

int pins_beside_put(const char *dir, const char *name, int fd)
{
	char path[PINS_PATH_SIZE], next[PINS_PATH_SIZE], beside[PINS_BESIDE_SIZE];
	int err;

	pins_path(dir, pins_beside_name(name, beside), next);
	err = make_beside(pins_path(dir, name, path), next, fd);
	if (err)
		unlink(next);
	return err;
}

void pins_beside_drop(const char *dir, const char *name)
{
	char next[PINS_PATH_SIZE], beside[PINS_BESIDE_SIZE];

	unlink(pins_path(dir, pins_beside_name(name, beside), next));
}

/* A process that opens the name finds the old object or the new one. */
int pins_beside_take(const char *dir, const char *name)
{
	char path[PINS_PATH_SIZE], next[PINS_PATH_SIZE], beside[PINS_BESIDE_SIZE];
	int err = pins_undo_save(pins_path(dir, name, path));

	if (err)
		return err;
	pins_path(dir, pins_beside_name(name, beside), next);
	if (rename(next, path))
		return log_error(-errno, "cannot rename %s to %s: %s", next, path, strerror(errno));
	return 0;
}

int pins_beside_replace(const char *dir, const char *name, int fd)
{
	int err = pins_beside_put(dir, name, fd);

	err = err ?: pins_beside_take(dir, name);
	if (err)
		pins_beside_drop(dir, name);
	return err;
}
