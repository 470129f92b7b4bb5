// SPDX-License-Identifier: BSD-2-Clause
/*
 * unload.c - everything goes, whatever its ABI and in whatever state a load or an
 * unload that was killed has left it.
 */
#include <unistd.h>

#include "plane/load.h"

static int detach_all(const char *dir)
{
	unsigned int count;
	char **names;
	int err = attach_names(dir, &names, &count);

	if (err)
		return err;
	for (unsigned int i = 0; i < count && !err; i++)
		err = attach_remove(dir, names[i]);
	attach_free_names(names, count);
	return err;
}

int guard_unload_all(const char *pin_dir)
{
	struct pins pins;
	int err = pins_init(&pins, pin_dir);

	/* A load that was killed leaves what it had begun. */
	if (err || (access(pins.dir, F_OK) && access(pins.next, F_OK)))
		return err;
	err = pins_lock(&pins);
	err = err ?: pins_check(pins.dir);
	err = err ?: detach_all(pins.dir);
	err = err ?: pins_discard(&pins);
	pins_unlock(&pins);
	return err;
}
