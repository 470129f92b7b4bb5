// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/pins_exchange.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/scoped.h"

#define WHOLE "whole"

int pins_exchange_mark(const struct pins *pins)
{
	return pins_make_folder(pins->next, WHOLE "/");
}

bool pins_exchange_marked(const struct pins *pins)
{
	return pins_has(pins->next, WHOLE);
}

int pins_exchange_unmark(const char *dir)
{
	char path[PINS_PATH_SIZE];

	if (rmdir(pins_path(dir, WHOLE, path)) && errno != ENOENT)
		return log_error(-errno, "cannot remove %s: %s", path, strerror(errno));
	return 0;
}

static int move(const char *from, const char *to)
{
	if (rename(from, to))
		return log_error(-errno, "cannot rename %s to %s: %s", from, to, strerror(errno));
	return 0;
}

static char *last_of(const struct pins *pins, char last[PINS_PATH_SIZE])
{
	snprintf(last, PINS_PATH_SIZE, "%s-last", pins->dir);
	return last;
}

/* For a moment there is no dir: who looks then finds nothing loaded, and looks again. */
static int exchange_by_renames(const struct pins *pins)
{
	char last[PINS_PATH_SIZE];
	int err = move(pins->dir, last_of(pins, last));

	if (err)
		return err;
	err = move(pins->next, pins->dir);
	if (err) {
		move(last, pins->dir);
		return err;
	}
	return move(last, pins->next);
}

int pins_exchange(struct pins *pins)
{
	int err = 0;

	/* bpffs knows the flag since Linux 5.17. */
	if (renameat2(AT_FDCWD, pins->next, AT_FDCWD, pins->dir, RENAME_EXCHANGE))
		err = errno == EINVAL ? exchange_by_renames(pins) :
		      log_error(-errno, "cannot exchange %s and %s: %s", pins->next, pins->dir,
				strerror(errno));
	if (!err)
		pins->building = pins->carries = false;
	return err;
}

int pins_exchange_recover(const struct pins *pins)
{
	char last[PINS_PATH_SIZE];

	if (access(last_of(pins, last), F_OK))
		return 0;
	return move(last, access(pins->dir, F_OK) ? pins->dir : pins->next);
}

int pins_exchange_adopt(const struct pins *pins, const char *name)
{
	scoped_fd int fd = -1;

	if (pins_has(pins->next, name) || !pins_has(pins->dir, name))
		return 0;
	fd = pins_get(pins->dir, name);
	return fd < 0 ? fd : pins_put(pins->next, name, fd);
}

int pins_exchange_adopt_all(const struct pins *pins, const char *sub)
{
	char name[PINS_NAME_SIZE];
	unsigned int count;
	char **names;
	int err = pins_names(pins->dir, sub, &names, &count);

	if (err)
		return err;
	for (unsigned int i = 0; i < count && !err; i++)
		err = pins_exchange_adopt(pins, pins_interface(sub, names[i], name));
	pins_free_names(names, count);
	return err;
}
