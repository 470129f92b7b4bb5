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

/* In a directory with the sticky bit other users may add names, but not remove those of
 * root: it may stand above the path's last part. */
static int check_one(const char *path, const struct stat *stat, bool last)
{
	if (stat->st_uid && stat->st_uid != geteuid())
		return log_error(-EPERM, "%s belongs to user %u, not to root, and is not used; "
				 "remove it: rm -r %s", path, stat->st_uid, path);
	if (S_ISLNK(stat->st_mode))
		return check_link(path);
	if (stat->st_mode & 022 && (last || !(stat->st_mode & S_ISVTX)))
		return log_error(-EPERM, "users other than root may change %s; chmod go-w "
				 "%s", path, path);
	return 0;
}

int owner_check(const char *path)
{
	char part[PATH_MAX];
	char *slash = part;
	struct stat stat;
	int err = 0;

	strcpy(part, path);
	while (slash && !err) {
		slash = strchr(slash + 1, '/');
		if (slash)
			*slash = 0;
		if (lstat(part, &stat))
			return errno == ENOENT ? 0 :
			       log_error(-errno, "cannot look at %s: %s", part, strerror(errno));
		err = check_one(part, &stat, !slash);
		if (slash)
			*slash = '/';
	}
	return err;
}
