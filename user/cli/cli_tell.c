// SPDX-License-Identifier: BSD-2-Clause
#include "cli/cli_tell.h"

#include <stdarg.h>
#include <stdio.h>

void cli_tell(const struct cli *cli, const char *format, ...)
{
	va_list args;

	if (cli->quiet)
		return;
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}
