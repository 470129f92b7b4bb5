// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/tc_note.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "base/log.h"
#include "net/netns.h"
#include "base/scoped.h"

#define NOTE_SIZE 64
#define MADE ":made"

static char *pin_path(const char *dir, const char *iface, char path[PINS_PATH_SIZE])
{
	char name[PINS_NAME_SIZE];

	return pins_path(dir, pins_interface(PINS_PINGS, iface, name), path);
}

static char *note_path(const char *dir, const char *iface, char path[PINS_PATH_SIZE])
{
	char name[PINS_NAME_SIZE];

	return pins_path(dir, pins_interface(PINS_NOTES, iface, name), path);
}

int tc_note_read(struct tc_note *note, const char *dir, const char *iface)
{
	char path[PINS_PATH_SIZE], text[NOTE_SIZE] = "", end[NOTE_SIZE] = "";
	unsigned int netns;

	if (readlink(note_path(dir, iface, path), text, sizeof(text) - 1) < 0 ||
	    sscanf(text, "%u:%d%63s", &netns, &note->ifindex, end) < 2)
		return -ENOENT;
	note->here = netns == netns_own();
	note->made_qdisc = !strcmp(end, MADE);
	return 0;
}

int tc_note_write(const struct tc_note *note, const char *dir, const char *iface)
{
	char path[PINS_PATH_SIZE], text[NOTE_SIZE];

	snprintf(text, sizeof(text), "%u:%d%s", netns_own(), note->ifindex,
		 note->made_qdisc ? MADE : "");
	if (symlink(text, note_path(dir, iface, path)))
		return log_error(-errno, "cannot make %s: %s", path, strerror(errno));
	return 0;
}

int tc_note_move(const struct pins *pins, const char *iface)
{
	char name[PINS_NAME_SIZE];

	return pins_move(pins, pins_interface(PINS_NOTES, iface, name));
}

int tc_note_drop(const char *dir, const char *iface)
{
	char name[PINS_NAME_SIZE];

	return pins_drop(dir, pins_interface(PINS_NOTES, iface, name));
}

bool tc_is_pinned(const char *dir, const char *iface)
{
	char path[PINS_PATH_SIZE];

	return !access(pin_path(dir, iface, path), F_OK);
}

/* The kernel's own answer differs in nothing but the name of the file. */
static bool is_program_fd(int fd)
{
	char path[64], name[64] = "";

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return readlink(path, name, sizeof(name) - 1) > 0 && strstr(name, "bpf-prog");
}

int tc_pin_open(const char *dir, const char *iface, bool *is_program)
{
	char path[PINS_PATH_SIZE];
	int fd = bpf_obj_get(pin_path(dir, iface, path));

	if (fd < 0 && errno == ENOENT)
		return -ENOENT;
	if (fd < 0)
		return log_error(-errno, "cannot open %s: %s", path, strerror(errno));
	*is_program = is_program_fd(fd);
	return fd;
}

int tc_pin(const char *dir, const char *iface, int fd)
{
	char name[PINS_NAME_SIZE];

	return pins_put(dir, pins_interface(PINS_PINGS, iface, name), fd);
}

int tc_pin_move(const struct pins *pins, const char *iface)
{
	char name[PINS_NAME_SIZE];

	return pins_move(pins, pins_interface(PINS_PINGS, iface, name));
}

int tc_pin_drop(const char *dir, const char *iface)
{
	char name[PINS_NAME_SIZE];

	return pins_drop(dir, pins_interface(PINS_PINGS, iface, name));
}

int tc_pin_names(const char *dir, char ***names, unsigned int *count)
{
	return pins_names(dir, PINS_PINGS, names, count);
}

int tc_program_id(int program, uint32_t *id)
{
	struct bpf_prog_info info = {};
	__u32 length = sizeof(info);

	if (bpf_obj_get_info_by_fd(program, &info, &length))
		return log_error(-errno, "cannot read ping's number: %s", strerror(errno));
	*id = info.id;
	return 0;
}
