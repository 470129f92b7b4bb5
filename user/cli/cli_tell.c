// SPDX-License-Identifier: BSD-2-Clause
#include "cli/cli_tell.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/log.h"

void cli_tell(const struct cli *cli, const char *format, ...)
{
	va_list args;

	if (cli->quiet)
		return;
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	/* What is told is done, so this is no failure of the command. */
	if (fflush(stdout) || ferror(stdout)) {
		clearerr(stdout);
		log_warning("all is done, but standard output cannot be written, to tell it");
	}
}
