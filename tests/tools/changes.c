// SPDX-License-Identifier: BSD-2-Clause
/*
 * changes.c - has regions change their states as fast as commands and packets could at the most:
 * each in turn is blocked or released, by the program that commands use for it. Prints how many
 * changes that were.
 *
 *	changes PIN-DIR FIRST-ID REGIONS COUNT PAUSE-US
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <bpf/bpf.h>

#include "ecdn-xdp-maps.h"
#include "guard/publish.h"
#include "kernel/pins.h"

static int change(int program, int limits_fd, __u32 region)
{
	struct ecdn_xdp_limits limits;

	if (bpf_map_lookup_elem(limits_fd, &region, &limits)) {
		fprintf(stderr, "changes: no limits of region %u\n", region);
		return -1;
	}
	limits.blocked = !limits.blocked;
	limits.blocked_until_ns = 0;
	return publish_limits(program, region, &limits);
}

int main(int argc, char **argv)
{
	unsigned long first, regions, count, done;
	int program, limits;

	if (argc != 6) {
		fprintf(stderr, "usage: changes PIN-DIR FIRST-ID REGIONS COUNT PAUSE-US\n");
		return 2;
	}
	first = strtoul(argv[2], NULL, 10);
	regions = strtoul(argv[3], NULL, 10);
	count = strtoul(argv[4], NULL, 10);
	program = pins_get(argv[1], PUBLISH_PIN);
	limits = pins_get(argv[1], "region_limits");
	if (program < 0 || limits < 0 || !regions)
		return 1;
	for (done = 0; done < count; done++) {
		const struct timespec pause = { .tv_nsec = strtol(argv[5], NULL, 10) * 1000 };

		if (change(program, limits, first + done % regions))
			break;
		if (pause.tv_nsec)
			nanosleep(&pause, NULL);
	}
	printf("%lu\n", done);
	return done != count;
}
