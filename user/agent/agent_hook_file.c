// SPDX-License-Identifier: BSD-2-Clause
#include "agent/agent_hook_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/scoped.h"

#define LINKS_MAX 40            /* as the kernel has it */

struct walk {
	int at;                 /* the directory that the path has come to */
	char path[PATH_MAX];
	const char *rest;       /* of the path from there on */
	unsigned int links;
	bool takes_shared;      /* directories where each may take away his own files alone */
	bool found;             /* it has come to a file */
	char *why;
};

static int refuse(const struct walk *walk, int err, const char *what, const char *name)
{
	snprintf(walk->why, AGENT_HOOK_FILE_SIZE, "%s %s", name, what);
	return err;
}

static int fail(const struct walk *walk, int err, const char *name)
{
	snprintf(walk->why, AGENT_HOOK_FILE_SIZE, "%s: %s", name, strerror(-err));
	return err;
}

static bool is_shared(const struct stat *found)
{
	return S_ISDIR(found->st_mode) && found->st_mode & S_ISVTX;
}

/* The mode of a link says nothing. */
static int check_owner(const struct walk *walk, const struct stat *found, const char *name)
{
	if (found->st_uid)
		return refuse(walk, -EPERM, "does not belong to root", name);
	if (!S_ISLNK(found->st_mode) && found->st_mode & 022 &&
	    !(walk->takes_shared && is_shared(found)))
		return refuse(walk, -EPERM, "can be written by others than root", name);
	return 0;
}

static int begin(struct walk *walk)
{
	struct stat found;

	scoped_close(&walk->at);
	walk->at = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (walk->at < 0 || fstat(walk->at, &found))
		return fail(walk, -errno, "/");
	return check_owner(walk, &found, "/");
}

static int follow(struct walk *walk, int link, const char *name)
{
	char target[PATH_MAX], whole[2 * PATH_MAX];
	ssize_t length = readlinkat(link, "", target, sizeof(target) - 1);

	if (length < 0)
		return fail(walk, -errno, name);
	if (++walk->links > LINKS_MAX)
		return fail(walk, -ELOOP, name);
	target[length] = 0;
	snprintf(whole, sizeof(whole), "%s/%s", target, walk->rest);
	if (strlen(whole) >= sizeof(walk->path))
		return fail(walk, -ENAMETOOLONG, name);
	strcpy(walk->path, whole);
	walk->rest = walk->path;
	return *target == '/' ? begin(walk) : 0;
}

static int end(struct walk *walk, const struct stat *found, const char *name)
{
	walk->found = S_ISREG(found->st_mode);
	return walk->found ? 0 : refuse(walk, -EINVAL, "is no regular file", name);
}

/* Takes the next name off the rest of the path; false: it was the last one. */
static bool next(struct walk *walk, char name[PATH_MAX])
{
	size_t length;

	walk->rest += strspn(walk->rest, "/");
	length = strcspn(walk->rest, "/");
	memcpy(name, walk->rest, length);
	name[length] = 0;
	walk->rest += length;
	walk->rest += strspn(walk->rest, "/");
	return length;
}

static int step(struct walk *walk, const char *name)
{
	scoped_fd int fd = openat(walk->at, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat found;
	int err;

	if (fd < 0 || fstat(fd, &found))
		return fail(walk, -errno, name);
	err = check_owner(walk, &found, name);
	if (err)
		return err;
	if (S_ISLNK(found.st_mode))
		return follow(walk, fd, name);
	if (!*walk->rest)
		return end(walk, &found, name);
	close(walk->at);
	walk->at = take_fd(&fd);
	return 0;
}

static int check(struct walk *walk, const char *path)
{
	char name[PATH_MAX];
	int err;

	if (strlen(path) >= sizeof(walk->path))
		return fail(walk, -ENAMETOOLONG, "its path");
	strcpy(walk->path, path);
	walk->rest = walk->path;
	err = begin(walk);
	while (!err && next(walk, name))
		err = step(walk, name);
	scoped_close(&walk->at);
	return err || walk->found ? err : refuse(walk, -EINVAL, "is no regular file", "/");
}

int agent_hook_file_check(const char *path, char why[AGENT_HOOK_FILE_SIZE])
{
	struct walk walk = { .at = -1, .why = why };

	if (*path != '/')
		return refuse(&walk, -EINVAL, "is no absolute path", path);
	return check(&walk, path);
}

int agent_hook_file_check_settings(const char *path, char why[AGENT_HOOK_FILE_SIZE])
{
	struct walk walk = { .at = -1, .takes_shared = true, .why = why };
	char whole[2 * PATH_MAX], here[PATH_MAX];

	if (*path == '/')
		return check(&walk, path);
	if (!getcwd(here, sizeof(here)))
		return fail(&walk, -errno, path);
	snprintf(whole, sizeof(whole), "%s/%s", here, path);
	return check(&walk, whole);
}
