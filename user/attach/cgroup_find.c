// SPDX-License-Identifier: BSD-2-Clause
#include "attach/cgroup_find.h"

#include <dirent.h>
#include <errno.h>
#include <mntent.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define DEPTH_MAX 32

/* Looks below the directory that path names. The kernel tells a directory's inode with its name,
 * so no file has to be looked at. */
static bool walk(uint64_t id, char path[PATH_MAX], unsigned int depth)
{
	size_t length = strlen(path);
	struct dirent *entry;
	bool found = false;
	DIR *directory = depth < DEPTH_MAX ? opendir(path) : NULL;

	while (directory && !found && (entry = readdir(directory))) {
		if (entry->d_type != DT_DIR || entry->d_name[0] == '.' ||
		    snprintf(path + length, PATH_MAX - length, "/%s", entry->d_name) >=
		    (int)(PATH_MAX - length))
			continue;
		found = entry->d_ino == id || walk(id, path, depth + 1);
	}
	if (directory)
		closedir(directory);
	if (!found)
		path[length] = 0;
	return found;
}

static bool is_at(uint64_t id, const char *path)
{
	struct stat of;

	return !stat(path, &of) && of.st_ino == id;
}

int cgroup_find(uint64_t id, char path[PATH_MAX])
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	struct mntent *entry;
	bool found = false;

	while (mounts && !found && (entry = getmntent(mounts))) {
		if (strcmp(entry->mnt_type, "cgroup2"))
			continue;
		snprintf(path, PATH_MAX, "%s", entry->mnt_dir);
		found = is_at(id, path) || walk(id, path, 0);
	}
	if (mounts)
		endmntent(mounts);
	return found ? 0 : -ENOENT;
}
