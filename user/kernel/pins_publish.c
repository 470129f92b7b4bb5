// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/pins_publish.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>

#include "base/log.h"
#include "base/scoped.h"
#include "kernel/object.h"
#include "kernel/pins_undo.h"

#define NAME_SIZE (2 * NAME_MAX)

/* Whether a pin moves in this step. */
typedef bool wants(const struct pins *pins, const char *name);

static bool is_map(const struct pins *pins, const char *name)
{
	char path[PINS_PATH_SIZE];
	scoped_fd int fd = bpf_obj_get(pins_path(pins->next, name, path));

	return fd >= 0 && object_kind(fd) == OBJECT_MAP;
}

static bool is_any(const struct pins *pins, const char *name)
{
	(void)pins;
	(void)name;
	return true;
}

static int is_file(const struct dirent *entry)
{
	return entry->d_type != DT_DIR;
}

static int is_folder(const struct dirent *entry)
{
	return entry->d_type == DT_DIR && entry->d_name[0] != '.';
}

/* Moves the pins of next/FOLDER that are wanted; without a folder, those of next itself. */
static int move_files(const struct pins *pins, const char *folder, wants *wanted)
{
	char path[PINS_PATH_SIZE], name[NAME_SIZE];
	struct dirent **entries;
	int count = scandir(pins_path(pins->next, folder, path), &entries, is_file, alphasort);
	int err = 0;

	if (count < 0)
		return log_error(-errno, "cannot read %s: %s", path, strerror(errno));
	for (int i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "%s%s%s", folder, *folder ? "/" : "",
			 entries[i]->d_name);
		if (!err && wanted(pins, name))
			err = pins_move(pins, name);
		free(entries[i]);
	}
	free(entries);
	return err;
}

/* Folders in their order: of a filter, the note in clsact/ comes before the pin in ping/. */
static int move_folders(const struct pins *pins)
{
	struct dirent **entries;
	int count = scandir(pins->next, &entries, is_folder, alphasort);
	int err = 0;

	if (count < 0)
		return log_error(-errno, "cannot read %s: %s", pins->next, strerror(errno));
	for (int i = 0; i < count; i++) {
		err = err ?: move_files(pins, entries[i]->d_name, is_any);
		free(entries[i]);
	}
	free(entries);
	return err;
}

int pins_publish(const struct pins *pins)
{
	int err;

	if (!pins_are_ours(pins->dir)) {
		if (!rename(pins->next, pins->dir))
			return pins_undo_rename(pins->next, pins->dir);
		return log_error(-errno, "cannot rename %s to %s: %s", pins->next, pins->dir,
				 strerror(errno));
	}
	err = move_files(pins, "", is_map);
	err = err ?: move_files(pins, PINS_PROGRAMS, is_any);
	err = err ?: move_files(pins, "", is_any);
	err = err ?: move_folders(pins);
	return err ?: pins_remove(pins->next);
}
