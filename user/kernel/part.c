// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/part.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <bpf/bpf.h>

#include "base/log.h"
#include "base/scoped.h"
#include "kernel/object.h"

char *part_pin(const struct part *part, char name[PART_PIN_SIZE])
{
	snprintf(name, PART_PIN_SIZE, PINS_PROGRAMS "/%s", part->name);
	return name;
}

bool part_is_loaded(const struct part *part, const char *dir)
{
	char name[PART_PIN_SIZE];

	if (!part->open)
		return pins_has(dir, "config");
	return pins_has(dir, part_pin(part, name)) &&
	       (!part->helper || pins_has(dir, part->helper));
}

/* Whether a pin is the program that it is named for; of another type, a link would take it
 * where it was put by hand. */
static bool is_program(int fd, const char *pin)
{
	struct bpf_prog_info info = {};

	return object_kind(fd) == OBJECT_PROGRAM &&
	       !bpf_obj_get_info_by_fd(fd, &info, &(__u32){ sizeof(info) }) &&
	       !strcmp(info.name, pin + strlen(PINS_PROGRAMS "/"));
}

static int check_program(const char *dir, const char *name)
{
	scoped_fd int fd = -1;
	int err = maps_require(dir, name);

	if (err)
		return err;
	fd = pins_get(dir, name);
	if (fd < 0 || is_program(fd, name))
		return fd < 0 ? fd : 0;
	return log_error(-EPROTO, "%s/%s is not the program of that name: somebody has replaced "
			 "it; `ecdn-xdp unload --all` removes all pins", dir, name);
}

int part_check(const struct part *part, const char *dir)
{
	char name[PART_PIN_SIZE];
	int err = part->maps ? maps_check(part->maps, dir) : 0;

	if (!err && part->open)
		err = check_program(dir, part_pin(part, name));
	if (!err && part->helper)
		err = check_program(dir, part->helper);
	return err;
}

int part_require(const struct part *part, const char *dir)
{
	if (part_is_loaded(part, dir))
		return 0;
	return log_error(-ENOENT, "%s is not loaded in %s; `%s` loads it", part->label, dir,
			 part->load);
}
