// SPDX-License-Identifier: BSD-2-Clause
/*
 * learned.c - puts learned limits in force as the agent does, by control/learned.h.
 *
 *	learned learned --pin-dir DIR REGION [NAME=NUMBER...] [REGION ...]
 *	learned hurry DIR ID SECONDS	has the limits in force of a region end in so many seconds
 *	learned VERB ...	the same as `ecdn-xdp VERB ...`, for tests that run one program
 *
 * NAME is pps, bps or cps, which were learned; peak, level, creep or floor, those of pps; factor,
 * hour, days or hours; busiest, pps of the busiest hour; or until, in how many seconds they give
 * way. It does not wait for the lock: 2 if another has it, 3 if there is no guard.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "base/clock.h"
#include "base/lock.h"
#include "control/learned.h"

#define ROWS_MAX 64

static struct learned_row rows[ROWS_MAX];

static void begin(struct learned_row *row, const char *region)
{
	snprintf(row->region, sizeof(row->region), "%s", region);
	row->learned = (struct ecdn_xdp_learned){
		.level = { 1000, 1000, 1000 }, .creep = { 1000, 1000, 1000 }, .factor = 2000,
		.days = 3, .hour = 20, .learned_ns = clock_monotonic_ns(),
		/* Nobody is to write these. */
		.fixed = { 1, 2, 3 }, .since_ns = 4,
	};
}

static void set(struct ecdn_xdp_learned *row, const char *name, unsigned long number)
{
	static const char *const measures[] = { "pps", "bps", "cps" };

	for (unsigned int i = 0; i < ECDN_XDP_LEARNED_MEASURES; i++)
		if (!strcmp(name, measures[i]))
			row->learned[i] = number;
	if (!strcmp(name, "peak"))
		row->peak[0] = number;
	if (!strcmp(name, "level"))
		row->level[0] = number;
	if (!strcmp(name, "creep"))
		row->creep[0] = number;
	if (!strcmp(name, "floor"))
		row->floor[0] = number;
	if (!strcmp(name, "factor"))
		row->factor = number;
	if (!strcmp(name, "hour"))
		row->hour = number;
	if (!strcmp(name, "days"))
		row->days = number;
	if (!strcmp(name, "hours"))
		row->hours = number;
	if (!strcmp(name, "busiest"))
		row->busiest[0] = number;
	if (!strcmp(name, "until"))
		row->until_ns = clock_monotonic_ns() + number * NS_PER_SECOND;
}

/* Those that are not said are as those of the hour. */
static void complete(struct ecdn_xdp_learned *row)
{
	for (unsigned int i = 0; i < ECDN_XDP_LEARNED_MEASURES; i++)
		row->busiest[i] = row->busiest[i] ?: row->learned[i];
}

static int learn(char **words)
{
	const char *pin_dir = NULL;
	size_t count = 0;
	int err;

	for (; *words; words++) {
		char *value = strchr(*words, '=');

		if (!strcmp(*words, "--pin-dir") && words[1]) {
			pin_dir = *++words;
		} else if (!value && count < ROWS_MAX) {
			begin(&rows[count++], *words);
		} else if (value && count) {
			*value = 0;
			set(&rows[count - 1].learned, *words, strtoul(value + 1, NULL, 10));
		}
	}
	for (size_t i = 0; i < count; i++)
		complete(&rows[i].learned);
	lock_never_wait();
	err = pin_dir ? learned_set(pin_dir, rows, count) : -EINVAL;
	return !err ? 0 : err == -EAGAIN ? 2 : err == -ENOENT ? 3 : 1;
}

static int open_map(const char *dir, const char *name)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return bpf_obj_get(path);
}

/* Without the lock, as nobody else is to be at work. */
static int hurry(const char *dir, const char *id, const char *seconds)
{
	uint64_t until_ns = clock_monotonic_ns() + strtoul(seconds, NULL, 10) * NS_PER_SECOND;
	int limits_map = open_map(dir, "region_limits"), map = open_map(dir, "region_learned");
	__u32 region = strtoul(id, NULL, 10);
	struct ecdn_xdp_limits limits;
	struct ecdn_xdp_learned row;

	if (bpf_map_lookup_elem(limits_map, &region, &limits) ||
	    bpf_map_lookup_elem(map, &region, &row) || !limits.learned_until_ns ||
	    limits.learned_until_ns != row.until_ns)
		return 1;
	limits.learned_until_ns = row.until_ns = until_ns;
	return bpf_map_update_elem(map, &region, &row, 0) ||
	       bpf_map_update_elem(limits_map, &region, &limits, 0);
}

int main(int argc, char **argv)
{
	const char *build = getenv("BUILD");
	char path[4096];

	if (argc > 1 && !strcmp(argv[1], "learned"))
		return learn(argv + 2);
	if (argc == 5 && !strcmp(argv[1], "hurry"))
		return hurry(argv[2], argv[3], argv[4]);
	snprintf(path, sizeof(path), "%s/ecdn-xdp", build ?: "build");
	execv(path, argv);
	return 127;
}
