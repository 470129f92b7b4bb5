// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/part.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "kernel/pin_check.h"

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

int part_check(const struct part *part, const char *dir)
{
	char name[PART_PIN_SIZE];
	int err = part->maps ? maps_check(part->maps, dir) : 0;

	if (!err && part->open)
		err = pin_check_program(dir, part_pin(part, name));
	if (!err && part->helper)
		err = pin_check_program(dir, part->helper);
	return err;
}

int part_require(const struct part *part, const char *dir)
{
	if (part_is_loaded(part, dir))
		return 0;
	return log_error(-ENOENT, "%s is not loaded in %s; `%s` loads it", part->label, dir,
			 part->load);
}
