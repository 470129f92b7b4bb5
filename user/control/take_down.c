// SPDX-License-Identifier: BSD-2-Clause
/*
 * unload.c - everything goes, whatever its ABI and in whatever state a load or an
 * unload that was killed has left it.
 */
#include <unistd.h>

#include "base/scoped.h"
#include "control/load.h"
#include "guard/publish.h"
#include "steer/steer_part.h"
#include "kernel/tc_link.h"

/* Proxies have the maps in memory and would go on with the states of the last packet.
 * What cannot be told must not keep the rest from going. */
static int tell_proxies(const char *dir)
{
	char path[PINS_PATH_SIZE];
	scoped_fd int publish = -1;

	if (access(pins_path(dir, PINS_PUBLISH_PROGRAM, path), F_OK))
		return 0;
	publish = pins_get(dir, PINS_PUBLISH_PROGRAM);
	return publish < 0 ? publish : publish_gone(publish);
}

static int detach_all(const char *dir)
{
	unsigned int count;
	char **names;
	int err = attach_names(dir, &names, &count);

	if (err)
		return err;
	for (unsigned int i = 0; i < count && !err; i++)
		err = attach_remove(dir, names[i]);
	pins_free_names(names, count);
	return err;
}

int guard_unload_all(const char *pin_dir)
{
	int err, untold = 0;
	struct pins pins;

	err = pins_init(&pins, pin_dir);

	/* A load that was killed leaves what it had begun. */
	if (err || (access(pins.dir, F_OK) && access(pins.next, F_OK)))
		return err;
	err = pins_lock(&pins);
	err = err ?: pins_check(pins.dir);
	err = err ?: detach_all(pins.dir);
	err = err ?: tc_remove_all(pins.dir);
	err = err ?: steering_stop(pins.dir);
	if (!err)
		untold = tell_proxies(pins.dir);
	err = err ?: pins_discard(&pins);
	pins_unlock(&pins);
	return err ?: untold;
}
