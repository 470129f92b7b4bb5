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
#include <sys/vfs.h>
#include <unistd.h>

#include "base/log.h"
#include "base/process.h"

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

/* True in a mount namespace such as `ip netns exec` makes, whose mounts end with the
 * command. */
static bool mounts_are_private(void)
{
	struct stat own;

	return !stat("/proc/self/ns/mnt", &own) &&
	       (mounts_differ(1, &own) || process_any_ancestor(mounts_differ, &own));
}

static int mount_bpffs(void)
{
	if (mounts_are_private())
		return log_error(-ENOTSUP,
			"cannot pin below %s: no bpffs is mounted there, and this mount namespace "
			"ends with the command, as in `ip netns exec`; use `nsenter "
			"--net=/run/netns/NAME ecdn-xdp ...`, or mount bpffs first", BPFFS);
	if (mount("bpf", BPFFS, "bpf", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0755"))
		return log_error(-errno, "cannot mount bpffs at %s: %s; %s", BPFFS,
				 strerror(errno), errno == EPERM ? "run as root" :
				 "mount it: mount -t bpf bpf " BPFFS);
	log_info("mounted bpffs at %s", BPFFS);
	return 0;
}

static bool below(const char *path, const char *dir)
{
	size_t length = strlen(dir);

	return !strncmp(path, dir, length) && path[length] == '/';
}

static int make_parents(const char *path)
{
	char part[PATH_MAX];

	strcpy(part, path);
	for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = 0;
		if (mkdir(part, 0755) && errno != EEXIST)
			return log_error(-errno, "cannot make %s: %s", part, strerror(errno));
		*slash = '/';
	}
	return 0;
}

/* The nearest directory at or above path that exists decides: those below it are yet to be
 * made. */
static bool on_bpffs(const char *path)
{
	char part[PATH_MAX];
	char *slash;

	strcpy(part, path);
	while (access(part, F_OK) && (slash = strrchr(part, '/')) && slash != part)
		*slash = 0;
	return is_bpffs(part);
}

int bpffs_prepare(const char *dir)
{
	int err = 0;

	if (below(dir, BPFFS) && !is_bpffs(BPFFS))
		err = mount_bpffs();
	if (!err && !on_bpffs(dir))
		err = log_error(-EINVAL, "--pin-dir %s is not on a bpf file system; "
				"mount one: mount -t bpf bpf DIR", dir);
	return err ?: make_parents(dir);
}
