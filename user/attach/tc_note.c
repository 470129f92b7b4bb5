// SPDX-License-Identifier: BSD-2-Clause
#include "attach/tc_note.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "base/log.h"
#include "base/scoped.h"
#include "kernel/pin_check.h"
#include "kernel/object.h"
#include "net/netns.h"

#define NOTE_SIZE 64
#define MADE ":made"

static char *path_of(const char *folder, const char *dir, const char *iface,
		     char path[PINS_PATH_SIZE])
{
	char name[PINS_NAME_SIZE];

	return pins_path(dir, pins_interface(folder, iface, name), path);
}

int tc_note_read(struct tc_note *note, const struct tc_hook *hook, const char *dir,
		 const char *iface)
{
	char path[PINS_PATH_SIZE], text[NOTE_SIZE] = "", end[NOTE_SIZE] = "";
	unsigned int netns;

	if (readlink(path_of(hook->notes, dir, iface, path), text, sizeof(text) - 1) < 0 ||
	    sscanf(text, "%u:%d%63s", &netns, &note->ifindex, end) < 2)
		return -ENOENT;
	note->here = netns == netns_own();
	note->made_qdisc = !strcmp(end, MADE);
	return 0;
}

int tc_note_write(const struct tc_note *note, const struct tc_hook *hook, const char *dir,
		  const char *iface)
{
	char name[PINS_NAME_SIZE], path[PINS_PATH_SIZE], text[NOTE_SIZE];
	int err = pins_make_folder(dir, pins_interface(hook->notes, iface, name));

	if (err)
		return err;
	snprintf(text, sizeof(text), "%u:%d%s", netns_own(), note->ifindex,
		 note->made_qdisc ? MADE : "");
	if (symlink(text, pins_path(dir, name, path)))
		return log_error(-errno, "cannot make %s: %s", path, strerror(errno));
	return 0;
}

static bool is_there(const char *path)
{
	char text[NOTE_SIZE];

	return readlink(path, text, sizeof(text)) >= 0;
}

int tc_note_adopt(const struct tc_hook *hook, const struct pins *pins, const char *iface)
{
	char name[PINS_NAME_SIZE], path[PINS_PATH_SIZE], text[NOTE_SIZE] = "";
	bool is_program = true;
	int fd = tc_note_open_pin(hook, pins->next, iface, &is_program), err;

	if (fd >= 0)
		close(fd);
	if (fd < 0 && fd != -ENOENT)
		return fd;
	if (!is_program || readlink(path_of(hook->notes, pins->dir, iface, path), text,
				    sizeof(text) - 1) < 0)
		return 0;
	err = pins_make_folder(pins->next, pins_interface(hook->notes, iface, name));
	pins_path(pins->next, name, path);
	if (err || is_there(path))
		return err;
	if (symlink(text, path))
		return log_error(-errno, "cannot make %s: %s", path, strerror(errno));
	return 0;
}

int tc_note_drop(const struct tc_hook *hook, const char *dir, const char *iface)
{
	char name[PINS_NAME_SIZE];

	return pins_drop(dir, pins_interface(hook->notes, iface, name));
}

bool tc_note_is_pinned(const struct tc_hook *hook, const char *dir, const char *iface)
{
	char name[PINS_NAME_SIZE];

	return pins_has(dir, pins_interface(hook->pins, iface, name));
}

int tc_note_is_ours(const struct tc_hook *hook, const char *dir, const char *iface)
{
	char name[PINS_NAME_SIZE];
	scoped_fd int fd = pin_check_open(dir, pins_interface(hook->pins, iface, name));
	int is;

	if (fd < 0)
		return fd == -EPROTO || fd == -ENOENT ? 0 : fd;
	is = pin_check_is_program(fd, hook->program) ?: pin_check_is_link(fd, PIN_CHECK_TCX);
	if (is < 0)
		return pin_check_unread(dir, name, is);
	if (is)
		return 1;
	log_warning("%s/%s is not what holds %s to %s; somebody has replaced it", dir, name,
		    hook->program, iface);
	return 0;
}

int tc_note_open_pin(const struct tc_hook *hook, const char *dir, const char *iface,
		     bool *is_program)
{
	char path[PINS_PATH_SIZE];
	scoped_fd int fd = bpf_obj_get(path_of(hook->pins, dir, iface, path));
	int kind;

	if (fd < 0 && errno == ENOENT)
		return -ENOENT;
	if (fd < 0)
		return log_error(-errno, "cannot open %s: %s", path, strerror(errno));
	kind = object_kind(fd);
	if (kind < 0)
		return log_error(kind, "cannot find out what %s is: %s", path, strerror(-kind));
	*is_program = kind == OBJECT_PROGRAM;
	return take_fd(&fd);
}

int tc_note_pin(const struct tc_hook *hook, const char *dir, const char *iface, int fd)
{
	char name[PINS_NAME_SIZE];

	return pins_put(dir, pins_interface(hook->pins, iface, name), fd);
}

int tc_note_move_pin(const struct tc_hook *hook, const struct pins *pins, const char *iface)
{
	char name[PINS_NAME_SIZE];

	return pins_move(pins, pins_interface(hook->pins, iface, name));
}

int tc_note_drop_pin(const struct tc_hook *hook, const char *dir, const char *iface)
{
	char name[PINS_NAME_SIZE];

	return pins_drop(dir, pins_interface(hook->pins, iface, name));
}

int tc_note_pin_names(const struct tc_hook *hook, const char *dir, char ***names,
		      unsigned int *count)
{
	return pins_names(dir, hook->pins, names, count);
}

int tc_note_program_id(const struct tc_hook *hook, int program, uint32_t *id)
{
	struct bpf_prog_info info = {};
	__u32 length = sizeof(info);

	if (bpf_obj_get_info_by_fd(program, &info, &length))
		return log_error(-errno, "cannot read the id of %s: %s", hook->program,
				 strerror(errno));
	*id = info.id;
	return 0;
}
