// SPDX-License-Identifier: BSD-2-Clause
#include "control/permissions.h"

#include <sys/stat.h>

#include "base/log.h"
#include "control/parts.h"
#include "kernel/verb_ring.h"

#define NONE ((gid_t)-1)

static int set(const struct permits *permits, const char *dir)
{
	int err = 0;

	for (unsigned int i = 0; i < parts_count() && !err; i++)
		if (parts[i].part->maps)
			err = permits_set(permits, parts[i].part->maps, dir);
	err = err ?: permits_set(permits, verb_ring_rows, dir);
	return err ?: permits_set_dir(permits, dir);
}

/* Earlier versions let everybody open the tables, whatever group was named. */
static void tell_narrowed(const struct permits *permits, const char *dir)
{
	char path[PINS_PATH_SIZE];
	struct stat of;

	if (permits->proxy == NONE || stat(pins_path(dir, "region_lines", path), &of) ||
	    !(of.st_mode & S_IROTH))
		return;
	log_warning("from now on proxies of the group with number %u alone can open the tables, "
		    "and ask for verdicts: it is that of --proxy-group, which one for all proxies "
		    "replaces", permits->proxy);
}

int permissions_set(const struct pins *pins, const struct permits *wanted)
{
	struct permits permits;
	int err = 0;

	permits_read(&permits, pins);
	if (wanted->proxy == NONE)
		tell_narrowed(&permits, pins->dir);
	permits.proxy = wanted->proxy == NONE ? permits.proxy : wanted->proxy;
	permits.stats = wanted->stats == NONE ? permits.stats : wanted->stats;
	if (pins->building)
		err = set(&permits, pins->next);
	if (!err && !pins->carries && pins_are_ours(pins->dir))
		err = set(&permits, pins->dir);
	return err;
}
