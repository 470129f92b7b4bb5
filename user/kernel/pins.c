// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/pins.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "base/log.h"
#include "base/scoped.h"
#include "kernel/capabilities.h"
#include "kernel/pins_undo.h"

/* What a directory beside a pin directory is named while it is made or replaced. */
static const char *const halves[] = { "-next", "-last" };

static bool ends_in(const char *text, size_t length, const char *end)
{
	size_t at = strlen(end);

	return length > at && !memcmp(text + length - at, end, at);
}

/* The next command for the directory without that end would remove what is there. */
static int check_halves(const char *dir, size_t length)
{
	for (const char *part = dir + 1, *end; part < dir + length; part = end + 1) {
		end = memchr(part, '/', dir + length - part) ?: dir + length;
		for (size_t i = 0; i < sizeof(halves) / sizeof(*halves); i++)
			if (ends_in(part, end - part, halves[i]))
				return log_error(-EINVAL, "--pin-dir %s: a name that ends in %s is "
						 "that of a pin directory which is being made; "
						 "choose another", dir, halves[i]);
	}
	return 0;
}

int pins_init(struct pins *pins, const char *dir)
{
	size_t length = strlen(dir);

	pins->lock = -1;
	pins->building = false;
	pins->carries = false;
	pins->shared = false;
	pins->finishes = false;
	while (length > 1 && dir[length - 1] == '/')
		length--;
	if (length + sizeof("-next") > sizeof(pins->next))
		return log_error(-ENAMETOOLONG, "--pin-dir is longer than a path may be");
	if (*dir != '/')
		return log_error(-EINVAL, "--pin-dir %s: must be an absolute path", dir);
	if (memchr(dir, '.', length))
		return log_error(-EINVAL, "--pin-dir %s: bpffs takes no name with a '.'", dir);
	snprintf(pins->dir, sizeof(pins->dir), "%.*s", (int)length, dir);
	snprintf(pins->next, sizeof(pins->next), "%.*s-next", (int)length, dir);
	return check_halves(pins->dir, length);
}

char *pins_path(const char *dir, const char *name, char path[PINS_PATH_SIZE])
{
	snprintf(path, PINS_PATH_SIZE, "%s/%s", dir, name);
	return path;
}

bool pins_has(const char *dir, const char *name)
{
	char path[PINS_PATH_SIZE];

	return !access(pins_path(dir, name, path), F_OK);
}

static void replace_char(char *text, char from, char to)
{
	for (; *text; text++)
		if (*text == from)
			*text = to;
}

/* bpffs takes no '.' in a name; no interface has a ':' in its name, so that can stand for
 * it. */
char *pins_interface(const char *sub, const char *iface, char name[PINS_NAME_SIZE])
{
	snprintf(name, PINS_NAME_SIZE, "%s/%s", sub, iface);
	replace_char(name, '.', ':');
	return name;
}

static int make_dir(const char *path)
{
	if (mkdir(path, 0755))
		return log_error(-errno, "cannot make %s: %s", path, strerror(errno));
	return 0;
}

int pins_make(const char *dir)
{
	char path[PINS_PATH_SIZE];
	int err = make_dir(dir);

	err = err ?: make_dir(pins_path(dir, PINS_LINKS, path));
	return err ?: make_dir(pins_path(dir, PINS_PROGRAMS, path));
}

int pins_begin(struct pins *pins)
{
	int err = pins_make(pins->next);

	pins->building = !err;
	if (err)
		pins_remove(pins->next);
	return err;
}

int pins_make_folder(const char *dir, const char *name)
{
	char path[PINS_PATH_SIZE], *slash;

	pins_path(dir, name, path);
	slash = strrchr(path, '/');
	*slash = 0;
	return !access(path, F_OK) ? 0 : make_dir(path) ?: pins_undo_folder(path);
}

/* A user who names another directory by mistake must not lose what is in it. link/ and
 * prog/ are made first and removed last, so they mark our directory even after a crash. */
bool pins_are_ours(const char *dir)
{
	return pins_has(dir, PINS_LINKS) && pins_has(dir, PINS_PROGRAMS);
}

static bool is_mark(const char *name)
{
	return !strcmp(name, PINS_LINKS) || !strcmp(name, PINS_PROGRAMS);
}

static int remove_one(const char *path, const struct stat *stat, int type, struct FTW *where)
{
	(void)stat;
	if (where->level == 0)
		return 0;
	if (where->level == 1 && type == FTW_DP && is_mark(path + where->base))
		return 0;
	return remove(path);
}

static int no_mark(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && !is_mark(entry->d_name);
}

static int no_dot(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int count_entries(const char *dir, int (*filter)(const struct dirent *entry))
{
	struct dirent **entries;
	int count = scandir(dir, &entries, filter, NULL);

	for (int i = 0; i < count; i++)
		free(entries[i]);
	if (count >= 0)
		free(entries);
	return count > 0 ? count : 0;
}

int pins_names(const char *dir, const char *sub, char ***names, unsigned int *count)
{
	char path[PINS_PATH_SIZE];
	struct dirent **entries;
	int found = scandir(pins_path(dir, sub, path), &entries, no_dot, alphasort);

	*names = NULL;
	*count = 0;
	if (found < 0)
		return errno == ENOENT ? 0 : log_error(-errno, "cannot read %s: %s", path,
						       strerror(errno));
	*names = calloc(found + 1, sizeof(**names));
	for (int i = 0; i < found; i++) {
		replace_char(entries[i]->d_name, ':', '.');
		if (*names && ((*names)[*count] = strdup(entries[i]->d_name)))
			++*count;
		free(entries[i]);
	}
	free(entries);
	if ((int)*count == found)
		return 0;
	/* Callers free what they got whatever the result. */
	pins_free_names(*names, *count);
	*names = NULL;
	*count = 0;
	return log_error(-ENOMEM, "out of memory");
}

void pins_free_names(char **names, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		free(names[i]);
	free(names);
}

bool pins_are_remnant(const char *dir)
{
	char path[PINS_PATH_SIZE];

	return !count_entries(dir, no_mark) &&
	       !count_entries(pins_path(dir, PINS_LINKS, path), no_dot) &&
	       !count_entries(pins_path(dir, PINS_PROGRAMS, path), no_dot);
}

int pins_check(const char *dir)
{
	if (pins_are_ours(dir) || pins_are_remnant(dir))
		return 0;
	return log_error(-EINVAL, "%s is not a pin directory of ecdn-xdp; nothing in it was "
			 "removed", dir);
}

int pins_remove(const char *dir)
{
	char path[PINS_PATH_SIZE];
	int err = pins_check(dir);

	if (err)
		return err;
	nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
	rmdir(pins_path(dir, PINS_PROGRAMS, path));
	rmdir(pins_path(dir, PINS_LINKS, path));
	if (rmdir(dir) && errno != ENOENT)
		return log_error(-errno, "cannot remove %s: %s", dir, strerror(errno));
	return 0;
}

int pins_discard(const struct pins *pins)
{
	if (pins_are_ours(pins->dir) && rename(pins->dir, pins->next))
		return log_error(-errno, "cannot rename %s to %s: %s", pins->dir, pins->next,
				 strerror(errno));
	return pins_remove(pins_are_ours(pins->next) ? pins->next : pins->dir);
}

int pins_put(const char *dir, const char *name, int fd)
{
	char path[PINS_PATH_SIZE];
	int err = pins_make_folder(dir, name);

	err = err ?: pins_undo_save(pins_path(dir, name, path));
	if (err)
		return err;
	err = bpf_obj_pin(fd, path);
	if (err)
		return log_error(err, "cannot pin %s: %s", path, strerror(-err));
	return 0;
}

int pins_permit(const char *dir, const char *name, mode_t mode, gid_t group)
{
	char path[PINS_PATH_SIZE];
	int err;

	err = pins_undo_mode(pins_path(dir, name, path));
	if (err)
		return err;
	if (group != (gid_t)-1 && chown(path, -1, group))
		return log_error(-errno, "cannot give %s to group %u: %s%s", path, group,
				 strerror(errno), errno != EPERM ? "" :
				 "; that takes CAP_CHOWN, or to be in that group");
	if (chmod(path, mode))
		return log_error(-errno, "cannot set the permissions of %s: %s", path,
				 strerror(errno));
	return 0;
}

int pins_move(const struct pins *pins, const char *name)
{
	char from[PINS_PATH_SIZE], to[PINS_PATH_SIZE];
	int err = pins_make_folder(pins->dir, name);

	err = err ?: pins_undo_save(pins_path(pins->dir, name, to));
	if (err)
		return err;
	pins_path(pins->next, name, from);
	if (rename(from, to))
		return log_error(-errno, "cannot rename %s to %s: %s", from, to, strerror(errno));
	return 0;
}

int pins_drop(const char *dir, const char *name)
{
	char path[PINS_PATH_SIZE];
	int err = pins_undo_save(pins_path(dir, name, path));

	if (err)
		return err;
	if (unlink(path) && errno != ENOENT)
		return log_error(-errno, "cannot remove %s: %s", path, strerror(errno));
	return 0;
}

/* Before Linux 5.19 opening a pin takes CAP_BPF; from then on the pin's mode alone decides. */
static int open_error(const char *path, int err)
{
	if (err == -EPERM)
		return capabilities_error(err, CAPABILITIES_BPF, "cannot open %s", path);
	if (err == -EACCES)
		return log_error(err, "cannot open %s: its permissions allow it to others alone; "
				 "run as root", path);
	return log_error(err, "cannot open %s: %s", path, strerror(-err));
}

int pins_get(const char *dir, const char *name)
{
	char path[PINS_PATH_SIZE];
	int fd = bpf_obj_get(pins_path(dir, name, path));

	return fd < 0 ? open_error(path, -errno) : fd;
}

int pins_read(const char *dir, const char *name)
{
	LIBBPF_OPTS(bpf_obj_get_opts, options, .file_flags = BPF_F_RDONLY);
	char path[PINS_PATH_SIZE];
	int fd = bpf_obj_get_opts(pins_path(dir, name, path), &options);

	return fd < 0 ? open_error(path, -errno) : fd;
}

bool pins_exist(const struct pins *pins, const char *name)
{
	return (!pins->carries && pins_has(pins->dir, name)) ||
	       (pins->building && pins_has(pins->next, name));
}

int pins_open(const struct pins *pins, const char *name)
{
	bool is_new = pins->building && (pins->carries || pins_has(pins->next, name));

	return pins_get(is_new ? pins->next : pins->dir, name);
}
