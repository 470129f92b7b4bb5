// SPDX-License-Identifier: BSD-2-Clause
/*
 * xff_log.c - writes a log for `diagnose xff`: xff_log LINES USERS SEED WRONG [json], of the world in
 * tests/unit/xff_world.h; WRONG is the sum of its bits.
 */
#include <stdlib.h>

#include "../unit/xff_world.h"

int main(int argc, char **argv)
{
	char line[WORLD_LINE_SIZE] = "";
	struct world world;

	if (argc < 5) {
		fprintf(stderr, "usage: xff_log LINES USERS SEED WRONG [json]\n");
		return 2;
	}
	world_start(&world, strtoul(argv[3], NULL, 10), atoi(argv[4]), strtoul(argv[2], NULL, 10),
		    false);
	world.json = argc > 5;
	for (unsigned long i = strtoul(argv[1], NULL, 10); i; i--)
		fwrite(line, world_line(&world, line), 1, stdout);
	world_end(&world);
	return fflush(stdout) ? 1 : 0;
}
