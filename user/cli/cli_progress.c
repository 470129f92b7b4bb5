// SPDX-License-Identifier: BSD-2-Clause
#include "cli/cli_progress.h"

#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"

static void tell(void *context, uint64_t lines, uint64_t bytes)
{
	const struct cli_progress *progress = context;
	uint64_t took_ns = clock_monotonic_ns() - progress->began_ns;

	fprintf(stderr, "\r%.1fM lines, %.0f MB, %.2fM lines/s ", (double)lines / 1e6,
		(double)bytes / 1e6, (double)lines * 1e3 / (double)(took_ns ?: 1));
}

const struct access_progress *cli_progress_start(struct cli_progress *progress,
						 const struct cli *cli)
{
	*progress = (struct cli_progress){ { tell, progress }, clock_monotonic_ns(),
					   isatty(STDERR_FILENO) && !cli->quiet };
	return progress->tells ? &progress->access : NULL;
}

void cli_progress_end(const struct cli_progress *progress)
{
	if (progress->tells)
		fprintf(stderr, "\r\033[K");
}
