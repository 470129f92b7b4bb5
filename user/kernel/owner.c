// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/owner.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/scoped.h"

static int check_link(const char *path)
{
	scoped_free char *target = realpath(path, NULL);

	return target ? owner_check(target) : 0;
}

/* What stands where a file system is mounted is everybody's, and not to be removed; nor is what
 * others have above our directory. */
static int refuse_owner(const char *path, const struct stat *stat, bool mount, bool last)
{
	if (mount)
		return log_error(-EPERM, "%s belongs to user %u, not to root: the file system that "
				 "is mounted there is that user's, and not used; name a --pin-dir "
				 "on a bpffs of root: mount -t bpf bpf DIR", path, stat->st_uid);
	if (!last)
		return log_error(-EPERM, "%s belongs to user %u, not to root, and is not used; "
				 "name another --pin-dir", path, stat->st_uid);
	return log_error(-EPERM, "%s belongs to user %u, not to root, and is not used; remove it: "
			 "rm -r %s", path, stat->st_uid, path);
}

/* In a directory with the sticky bit other users may add names, but not remove those of
 * root: it may stand above the path's last part. */
static int check_one(const char *path, const struct stat *stat, bool mount, bool last)
{
	if (stat->st_uid && stat->st_uid != geteuid())
		return refuse_owner(path, stat, mount, last);
	if (S_ISLNK(stat->st_mode))
		return check_link(path);
	if (stat->st_mode & 022 && last && mount)
		return log_error(-EPERM, "users other than root may change %s, where a file system "
				 "is mounted; name a directory in it: --pin-dir %s/ecdn-xdp", path,
				 path);
	if (stat->st_mode & 022 && (last || !(stat->st_mode & S_ISVTX)))
		return log_error(-EPERM, "users other than root may change %s; chmod go-w "
				 "%s", path, path);
	return 0;
}

int owner_check(const char *path)
{
	char part[PATH_MAX];
	char *slash = part;
	struct stat above = {}, stat;
	int err = 0;

	strcpy(part, path);
	while (slash && !err) {
		slash = strchr(slash + 1, '/');
		if (slash)
			*slash = 0;
		if (lstat(part, &stat))
			return errno == ENOENT ? 0 :
			       log_error(-errno, "cannot look at %s: %s", part, strerror(errno));
		err = check_one(part, &stat, above.st_dev && above.st_dev != stat.st_dev, !slash);
		above = stat;
		if (slash)
			*slash = '/';
	}
	return err;
}
