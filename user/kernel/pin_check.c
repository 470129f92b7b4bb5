// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/pin_check.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "base/log.h"
#include "base/scoped.h"
#include "kernel/capabilities.h"
#include "kernel/object.h"
#include "kernel/pins.h"

/* While `unload --all` is at work, whoever reads finds pins missing. */
int pin_check_missing(const char *dir, const char *name)
{
	if (!pins_has(dir, "config"))
		return log_error(-ENOENT, "nothing is loaded in %s any more", dir);
	return log_error(-EPROTO, "%s/%s is missing: somebody has removed it; `ecdn-xdp unload "
			 "--all` removes the other pins", dir, name);
}

int pin_check_open(const char *dir, const char *name)
{
	char path[PINS_PATH_SIZE];
	struct stat at;

	if (stat(pins_path(dir, name, path), &at))
		return errno == ENOENT ? pin_check_missing(dir, name) :
		       log_error(-errno, "cannot look at %s: %s", path, strerror(errno));
	if (!S_ISREG(at.st_mode))
		return log_error(-EPROTO, "%s is %s and not a pin: " PIN_CHECK_ADVICE, path,
				 S_ISDIR(at.st_mode) ? "a directory" : "a file");
	if (at.st_uid && at.st_uid != geteuid())
		return log_error(-EPROTO, "%s belongs to user %u, who may have replaced it; "
				 "`ecdn-xdp unload --all` removes all pins", path, at.st_uid);
	return pins_get(dir, name);
}

int pin_check_unread(const char *dir, const char *name, int err)
{
	char what[PINS_PATH_SIZE + 64];

	snprintf(what, sizeof(what), "cannot find out what %s/%s is", dir, name);
	if (err == -EPERM)
		return capabilities_error(err, CAPABILITIES_BPF, "%s", what);
	return log_error(err, "%s: %s; it is as it was: run this command again", what,
			 strerror(-err));
}

int pin_check_is_program(int fd, const char *name)
{
	struct bpf_prog_info info = {};
	int kind = object_kind(fd);

	if (kind < 0 || kind != OBJECT_PROGRAM)
		return kind < 0 ? kind : 0;
	if (bpf_obj_get_info_by_fd(fd, &info, &(__u32){ sizeof(info) }))
		return -errno;
	return !strcmp(info.name, name);
}

/* A program of another type would be taken by a link where it was put by hand. */
int pin_check_program(const char *dir, const char *name)
{
	scoped_fd int fd = pin_check_open(dir, name);
	int is = fd < 0 ? fd : pin_check_is_program(fd, strrchr(name, '/') + 1);

	if (fd < 0 || is > 0)
		return fd < 0 ? fd : 0;
	return is ? pin_check_unread(dir, name, is) :
	       log_error(-EPROTO, "%s/%s is not the program of that name: " PIN_CHECK_ADVICE, dir,
			 name);
}

int pin_check_is_link(int fd, __u32 type)
{
	struct bpf_link_info info = {};
	int kind = object_kind(fd);

	if (kind < 0 || kind != OBJECT_LINK)
		return kind < 0 ? kind : 0;
	/* Neither map, program nor link: there is nothing to ask then. */
	if (bpf_obj_get_info_by_fd(fd, &info, &(__u32){ sizeof(info) }))
		return errno == EINVAL ? 0 : -errno;
	return info.type == type;
}

int pin_check_link(const char *dir, const char *name, __u32 type)
{
	scoped_fd int fd = pin_check_open(dir, name);
	int is = fd < 0 ? fd : pin_check_is_link(fd, type);

	if (fd < 0 || is > 0)
		return fd < 0 ? fd : 0;
	return is ? pin_check_unread(dir, name, is) :
	       log_error(-EPROTO, "%s/%s is not the link of that name: " PIN_CHECK_ADVICE, dir,
			 name);
}
