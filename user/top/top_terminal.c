// SPDX-License-Identifier: BSD-2-Clause
#include "top/top_terminal.h"

#include <curses.h>
#include <errno.h>
#include <stdlib.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#include "base/log.h"

#define CLOSING_SIZE 128

#define BATCH "`ecdn-xdp top --batch -n 1` needs none"

static struct termios before;
static char closing[CLOSING_SIZE];
static size_t closing_size;

static bool has(const char *name)
{
	char *text = tigetstr((char *)name);

	return text && text != (char *)-1;
}

int top_terminal_check(void)
{
	const char *term = getenv("TERM"), *is = "terminal that is not known";
	int found;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return log_error(-ENOTTY, "top: standard input and output must be a terminal; "
				 BATCH);
	if (term && *term && setupterm(NULL, STDOUT_FILENO, &found) == OK) {
		if (has("cup"))
			return 0;
		is = "terminal without a screen";
	}
	return log_error(-ENOTSUP, "top: TERM=%s is a %s; " BATCH, term ?: "", is);
}

void top_terminal_begin(void)
{
	tcgetattr(STDOUT_FILENO, &before);
}

static int keep(int byte)
{
	if (closing_size < sizeof(closing))
		closing[closing_size++] = byte;
	return byte;
}

/* These strings may hold times to wait, which tputs() takes out. */
void top_terminal_keep(void)
{
	static const char *const names[] = { "sgr0", "cnorm", "rmcup" };

	closing_size = 0;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (has(names[i]))
			tputs(tigetstr((char *)names[i]), 1, keep);
}

void top_terminal_restore(void)
{
	ssize_t done = write(STDOUT_FILENO, closing, closing_size);

	(void)done;
	tcsetattr(STDOUT_FILENO, TCSANOW, &before);
}
