// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/bpffs.h"

#include <errno.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/log.h"
#include "base/process.h"
#include "kernel/capabilities.h"
#include "kernel/host_lock.h"

#define BPFFS "/sys/fs/bpf"

static bool is_bpffs(const char *path)
{
	struct statfs fs;

	return !statfs(path, &fs) && fs.f_type == BPF_FS_MAGIC;
}

static bool mounts_differ(pid_t pid, void *own)
{
	const struct stat *ours = own;
	struct stat theirs;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/mnt", pid);
	return !stat(path, &theirs) && theirs.st_ino != ours->st_ino;
}

static bool is_read_only(const char *path)
{
	struct statfs fs;

	return !statfs(path, &fs) && fs.f_flags & ST_RDONLY;
}

/* True in a mount namespace such as `ip netns exec` makes, whose mounts end with the
 * command. */
static bool mounts_are_private(void)
{
	struct stat own;

	return !stat("/proc/self/ns/mnt", &own) &&
	       (mounts_differ(1, &own) || process_any_ancestor(mounts_differ, &own));
}

static int mount_there(void)
{
	if (mounts_are_private())
		return log_error(-ENOTSUP,
			"cannot pin below %s: no bpffs is mounted there, and this mount namespace "
			"ends with the command, as in `ip netns exec`; use `nsenter "
			"--net=/run/netns/NAME ecdn-xdp ...`, or mount bpffs first", BPFFS);
	if (mount("bpf", BPFFS, "bpf", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0755"))
		return errno == EPERM ?
		       capabilities_error(-EPERM, CAPABILITIES_SYS_ADMIN, "cannot mount bpffs at "
					  BPFFS) :
		       log_error(-errno, "cannot mount bpffs at %s: %s; mount it: mount -t bpf bpf "
				 BPFFS, BPFFS, strerror(errno));
	log_info("mounted bpffs at %s", BPFFS);
	return 0;
}

/* Of two commands one would mount over what the other one has mounted, and hide its pins. */
static int mount_bpffs(void)
{
	int err = host_lock_take();

	if (err)
		return err;
	if (!is_bpffs(BPFFS))
		err = mount_there();
	host_lock_drop();
	return err;
}

static bool below(const char *path, const char *dir)
{
	size_t length = strlen(dir);

	return !strncmp(path, dir, length) && path[length] == '/';
}

/*
 * The directories above pins that are made here have the sticky bit, which changes nothing where
 * root alone may write, so that they can be told from those that others have made when the last
 * pins below them go.
 */
#define OWN_MODE (S_ISVTX | 0755)

static int make_parents(const char *path)
{
	char part[PATH_MAX];

	strcpy(part, path);
	for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = 0;
		if (mkdir(part, OWN_MODE) && errno != EEXIST)
			return log_error(-errno, "cannot make %s: %s", part, strerror(errno));
		*slash = '/';
	}
	return 0;
}

/* The nearest directory at or above path that exists: those below it are yet to be made. */
static char *nearest(const char *path, char part[PATH_MAX])
{
	char *slash;

	strcpy(part, path);
	while (access(part, F_OK) && (slash = strrchr(part, '/')) && slash != part)
		*slash = 0;
	return part;
}

/* Pins are built beside the directory, which nothing can be where a mount begins. */
static bool is_mount(const char *dir)
{
	char above[PATH_MAX + sizeof("/..")];
	struct stat here, there;

	snprintf(above, sizeof(above), "%s/..", dir);
	return !stat(dir, &here) && !stat(above, &there) && here.st_dev != there.st_dev;
}

static int check(const char *dir)
{
	char at[PATH_MAX];

	if (!is_bpffs(nearest(dir, at)))
		return log_error(-EINVAL, "--pin-dir %s is not on a bpf file system; mount one: "
				 "mount -t bpf bpf DIR", dir);
	if (is_mount(dir))
		return log_error(-EINVAL, "--pin-dir %s is where a file system is mounted; name a "
				 "directory in it, as %s/NAME", dir, dir);
	if (is_read_only(at))
		return log_error(-EROFS, "--pin-dir %s is on a bpf file system that is mounted "
				 "read-only; mount it read-write: mount -o remount,rw %s", dir, at);
	return 0;
}

int bpffs_prepare(const char *dir)
{
	int err = 0;

	if (below(dir, BPFFS) && !is_bpffs(BPFFS))
		err = mount_bpffs();
	err = err ?: check(dir);
	return err ?: make_parents(dir);
}

void bpffs_tidy(const char *dir)
{
	char part[PATH_MAX];
	struct stat stat;
	char *slash;

	strcpy(part, dir);
	while ((slash = strrchr(part, '/')) && slash != part) {
		*slash = 0;
		if (!is_bpffs(part) || is_mount(part) || lstat(part, &stat) ||
		    (stat.st_mode & ALLPERMS) != OWN_MODE || stat.st_uid != geteuid() ||
		    rmdir(part))
			return;
	}
}
