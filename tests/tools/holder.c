// SPDX-License-Identifier: BSD-2-Clause
/*
 * holder: keeps every map open that is ever pinned at a path, as a process might that wants the
 * kernel to run out of memory.
 *
 *	holder PATH
 *
 * Prints "ready" when it has looked once, and "holds N" when SIGTERM ends it.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpf/bpf.h>

static volatile sig_atomic_t ended;

static void end(int number)
{
	(void)number;
	ended = 1;
}

int main(int argc, char **argv)
{
	LIBBPF_OPTS(bpf_obj_get_opts, options, .file_flags = BPF_F_RDONLY);
	unsigned int held = 0;
	struct stat found;
	ino_t last = 0;

	if (argc != 2) {
		fprintf(stderr, "usage: holder PATH\n");
		return 2;
	}
	signal(SIGTERM, end);
	for (unsigned long looked = 0; !ended; looked++) {
		if (!stat(argv[1], &found) && found.st_ino != last &&
		    bpf_obj_get_opts(argv[1], &options) >= 0) {
			last = found.st_ino;
			held++;
		}
		if (!looked) {
			puts("ready");
			fflush(stdout);
		}
		usleep(1000);
	}
	printf("holds %u\n", held);
	return 0;
}
