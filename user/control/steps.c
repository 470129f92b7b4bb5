// SPDX-License-Identifier: BSD-2-Clause
#include "control/steps.h"

#include "control/parts.h"

int steps_make(const struct part *part, struct part_run *run)
{
	return part->make ? part->make(run) : 0;
}

int steps_open(const struct part *part, struct part_run *run)
{
	return run->opens ? part->open(run) : 0;
}

int steps_attach(const struct part *part, struct part_run *run)
{
	return run->opens ? part->attach(run) : 0;
}

int steps_settle(const struct part *part, struct part_run *run)
{
	return part->settle ? part->settle(run) : 0;
}

int steps_follow(const char *dir)
{
	int err = 0;

	for (unsigned int i = 0; i < parts_count() && !err; i++)
		if (parts[i].part->follow && part_is_loaded(parts[i].part, dir))
			err = parts[i].part->follow(dir);
	return err;
}
