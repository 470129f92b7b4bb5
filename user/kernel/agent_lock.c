// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/agent_lock.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/log.h"
#include "kernel/host_lock.h"

/* A name ends with so much of the directory's path, and begins with a hash of all of it. */
#define NAME_SHOWN 100
#define NAME_SIZE (NAME_SHOWN + 32)

/* The path without symbolic links, as far as it is there: the directory itself comes and goes
 * with what is loaded, and a lock must not depend on that. */
static void canonical(const char *dir, char path[PATH_MAX])
{
	char there[PATH_MAX], resolved[PATH_MAX];
	size_t length = strlen(dir);

	snprintf(there, sizeof(there), "%s", dir);
	while (length && !realpath(there, resolved)) {
		while (length && there[--length] != '/')
			;
		there[length] = 0;
	}
	if (!length || !strcmp(resolved, "/") ||
	    snprintf(path, PATH_MAX, "%s%s", resolved, dir + length) >= PATH_MAX)
		snprintf(path, PATH_MAX, "%s", dir);
}

static void name_of(const char *dir, char name[NAME_SIZE])
{
	char path[PATH_MAX], *shown = path;
	size_t length;

	canonical(dir, path);
	length = strlen(path);
	if (length > NAME_SHOWN)
		shown += length - NAME_SHOWN;
	snprintf(name, NAME_SIZE, "agent-%016" PRIx64 "%.*s", hash_bytes(0, path, length),
		 NAME_SHOWN, shown);
	for (char *at = name; (at = strchr(at, '/')); )
		*at = '-';
}

static int refuse(const char *pin_dir, const struct lock_holder *holder)
{
	if (!holder->pid)
		return log_error(-EBUSY, "another agent works for %s; there is one for each pin "
				 "directory", pin_dir);
	return log_error(-EBUSY, "another agent, process %d, works for %s; there is one for each "
			 "pin directory: end that one first, as by `systemctl stop "
			 "ecdn-xdp-agent`", holder->pid, pin_dir);
}

int agent_lock_take(const char *pin_dir)
{
	struct lock_holder holder = {};
	char name[NAME_SIZE];
	int fd;

	name_of(pin_dir, name);
	fd = lock_try(HOST_LOCK_DIR, name, pin_dir, &holder);
	return fd == -EBUSY ? refuse(pin_dir, &holder) : fd;
}

bool agent_lock_is_held(const char *pin_dir, struct lock_holder *holder)
{
	char name[NAME_SIZE];

	name_of(pin_dir, name);
	return lock_is_held(HOST_LOCK_DIR, name, holder);
}
