// SPDX-License-Identifier: BSD-2-Clause
#include "attach/cgroup_open.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <linux/mount.h>
#include <mntent.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/scoped.h"

#define FLAGS (O_RDONLY | O_DIRECTORY | O_CLOEXEC)
#define DEPTH_MAX 64

static int fail(int err, char why[CGROUP_WHY_SIZE], const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int fail(int err, char why[CGROUP_WHY_SIZE], const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why, CGROUP_WHY_SIZE, format, args);
	va_end(args);
	return err;
}

static bool is_cgroup2(int fd)
{
	struct statfs fs;

	return !fstatfs(fd, &fs) && fs.f_type == CGROUP2_SUPER_MAGIC;
}

static bool is_root(int fd)
{
	struct stat of;

	return !fstat(fd, &of) && of.st_ino == CGROUP_ROOT_INODE;
}

/* Whoever may write a cgroup's directory or its list of processes has it to himself. */
static bool is_delegated(int cgroup)
{
	struct stat directory, processes;

	if (fstat(cgroup, &directory) || directory.st_uid || directory.st_mode & 022)
		return true;
	if (fstatat(cgroup, "cgroup.procs", &processes, 0))
		return errno != ENOENT;
	return processes.st_uid || processes.st_mode & 022;
}

static int fail_above(char why[CGROUP_WHY_SIZE], const char *path)
{
	return fail(-errno, why, "cannot tell who may change the cgroup %s, or one above it: %s",
		    path, strerror(errno));
}

/* Looks at the cgroup and at all above it that can be seen: up to where it is mounted. */
static int check_owner(int cgroup, const char *path, char why[CGROUP_WHY_SIZE])
{
	scoped_fd int at = openat(cgroup, ".", FLAGS);

	if (at < 0)
		return fail_above(why, path);
	for (int i = 0; i < DEPTH_MAX && is_cgroup2(at); i++) {
		int above;

		if (is_delegated(at))
			return fail(-EPERM, why, "the cgroup %s, or one above it, can be changed "
				    "by others than root: name one that root alone has", path);
		if (is_root(at))
			return 0;
		above = openat(at, "..", FLAGS);
		if (above < 0)
			return fail_above(why, path);
		close(at);
		at = above;
	}
	return 0;
}

static int open_path(const char *path, char why[CGROUP_WHY_SIZE])
{
	scoped_fd int fd = open(path, FLAGS);

	if (fd < 0)
		return fail(-errno, why, "cannot open the cgroup %s: %s", path, strerror(errno));
	if (!is_cgroup2(fd))
		return fail(-EINVAL, why, "%s is not a cgroup of version 2; `mount -t cgroup2` "
			    "lists where these are", path);
	return take_fd(&fd);
}

/* Opens the first mount of a hierarchy that a process sees. */
static int open_mounted(const char *process, bool whole)
{
	char path[PATH_MAX];
	struct mntent *entry;
	scoped_fd int fd = -1;
	FILE *mounts;

	snprintf(path, sizeof(path), "/proc/%s/mounts", process);
	mounts = setmntent(path, "re");
	while (mounts && fd < 0 && (entry = getmntent(mounts))) {
		if (strcmp(entry->mnt_type, "cgroup2"))
			continue;
		snprintf(path, sizeof(path), "/proc/%s/root%s", process, entry->mnt_dir);
		fd = open(path, FLAGS);
		if (fd >= 0 && (!is_cgroup2(fd) || (whole && !is_root(fd)))) {
			close(fd);
			fd = -1;
		}
	}
	if (mounts)
		endmntent(mounts);
	return take_fd(&fd);
}

/*
 * A mount without a place lives as long as an fd of it. glibc has had these calls since 2.36 only.
 * Mounted from the first cgroup namespace, a hierarchy that is mounted elsewhere too would lose
 * options such as nsdelegate, so this comes last.
 */
static int mount_privately(void)
{
	scoped_fd int fs = (int)syscall(SYS_fsopen, "cgroup2", FSOPEN_CLOEXEC), mount = -1;

	if (fs < 0 || syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		return -errno;
	mount = (int)syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, 0);
	if (mount < 0)
		return -errno;
	return openat(mount, ".", FLAGS);
}

/* The whole hierarchy if a process here or the first one sees it, else what can be seen. */
static int open_root(char why[CGROUP_WHY_SIZE])
{
	int fd = open_mounted("self", true);

	if (fd < 0)
		fd = open_mounted("1", true);
	if (fd < 0)
		fd = open_mounted("self", false);
	if (fd < 0)
		fd = mount_privately();
	if (fd == -ENODEV)
		return fail(-ENODEV, why, "this kernel has no cgroups of version 2");
	if (fd < 0)
		return fail(fd, why, "no cgroup of version 2 is mounted, and the kernel does not "
			    "mount one: %s", strerror(-fd));
	return fd;
}

int cgroup_open(const char *path, char why[CGROUP_WHY_SIZE])
{
	scoped_fd int fd = path ? open_path(path, why) : open_root(why);
	int err = fd < 0 ? fd : check_owner(fd, path ?: "at the root", why);

	return err ?: take_fd(&fd);
}
