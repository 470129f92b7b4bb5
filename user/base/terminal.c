// SPDX-License-Identifier: BSD-2-Clause
#include "base/terminal.h"

#include <langinfo.h>
#include <locale.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/quantity.h"

#define SIDE_MAX 10000

bool terminal_there(void)
{
	return isatty(STDOUT_FILENO);
}

/* The process itself stays in the locale in which it reads and writes numbers. */
bool terminal_takes_utf8(void)
{
	locale_t locale = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
	bool takes = locale && !strcmp(nl_langinfo_l(CODESET, locale), "UTF-8");

	if (locale)
		freelocale(locale);
	return takes;
}

/* 0: the environment does not tell. */
static unsigned int from_environment(const char *name)
{
	const char *text = getenv(name);
	uint64_t number;

	return text && !quantity_parse_whole(text, SIDE_MAX, &number) ? number : 0;
}

static struct winsize size(void)
{
	struct winsize size = {};

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size))
		size = (struct winsize){};
	return size;
}

unsigned int terminal_columns(void)
{
	return terminal_there() ? from_environment("COLUMNS") ?: size().ws_col : 0;
}

unsigned int terminal_rows(void)
{
	return terminal_there() ? from_environment("LINES") ?: size().ws_row : 0;
}
