// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/permits.h"

#include <stdbool.h>
#include <sys/stat.h>

#define NONE ((gid_t)-1)

/* The pins that tell the groups: of the guard, and of origin. */
static const char *const of_proxy[] = { "request_stats", "origin_requests" };
static const char *const of_stats[] = { "region_cpu", "origin_stats" };

/* The group that may do `what` with one of two pins, bits of a mode. */
static gid_t group_of(const struct pins *pins, const char *const names[2], mode_t what)
{
	const char *const dirs[] = { pins->dir, pins->next };
	char path[PINS_PATH_SIZE];
	struct stat of;

	for (int i = 0; i < 4; i++)
		if (!stat(pins_path(dirs[i % 2], names[i / 2], path), &of) && of.st_mode & what)
			return of.st_gid;
	return NONE;
}

void permits_read(struct permits *permits, const struct pins *pins)
{
	permits->proxy = group_of(pins, of_proxy, S_IWGRP);
	permits->stats = group_of(pins, of_stats, S_IRGRP);
}

/* The mode that a pin is to have, and in *group whose, which may be NONE: it stays as it is. 0:
 * the mode stays, too. */
static mode_t mode_for(const struct permits *permits, enum map_reader reader, gid_t *group)
{
	bool proxy = permits->proxy != NONE, stats = permits->stats != NONE;

	*group = reader == MAP_STATS ? permits->stats : permits->proxy;
	switch (reader) {
	case MAP_ROOT:
		return 0;
	case MAP_STATS:
		return stats ? 0640 : 0;
	case MAP_TABLE:
		return proxy ? 0660 : 0666;
	case MAP_BOTH:
		return proxy && !stats ? 0660 : 0666;
	case MAP_COUNTS:
		if (!proxy)
			*group = permits->stats;
		return proxy ? stats ? 0664 : 0660 : stats ? 0640 : 0;
	}
	return 0;
}

/* Without a change nothing is written, which would take a capability. */
static int set(const char *dir, const char *name, mode_t mode, gid_t group)
{
	char path[PINS_PATH_SIZE];
	struct stat of;

	if (stat(pins_path(dir, name, path), &of))
		return 0;
	if (of.st_gid == group)
		group = NONE;
	if ((of.st_mode & 07777) == mode && group == NONE)
		return 0;
	return pins_permit(dir, name, mode, group);
}

int permits_set(const struct permits *permits, const struct map_row *rows, const char *dir)
{
	int err = 0;

	for (const struct map_row *row = rows; row->name && !err; row++) {
		gid_t group;
		mode_t mode = mode_for(permits, row->reader, &group);

		err = mode ? set(dir, row->name, mode, group) : 0;
	}
	return err;
}

int permits_set_dir(const struct permits *permits, const char *dir)
{
	return permits->proxy == NONE ? 0 : set(dir, "", 02755, permits->proxy);
}
