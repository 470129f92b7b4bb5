// SPDX-License-Identifier: BSD-2-Clause
#include "top/top_screen.h"

#include <curses.h>
#include <errno.h>
#include <langinfo.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "top/top_terminal.h"

/* How long after ESC the rest of a key's bytes may come, in ms. */
#define ESCAPE_MS 50

static SCREEN *screen;
static attr_t attributes[TOP_LOOKS];
static volatile sig_atomic_t ended;

static void on_end(int number)
{
	ended = number;
}

/* SA_RESETHAND: raised again, the signal ends the process. */
static void on_fatal(int number)
{
	top_terminal_restore();
	raise(number);
}

static void catch(const int *signals, void (*handler)(int number), int flags)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = flags };

	for (; *signals; signals++)
		sigaction(*signals, &action, NULL);
}

static const int ends[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, 0 };
static const int fatal[] = { SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, 0 };

static void set_look(enum top_look look, int pair, short colour, attr_t alone, attr_t with)
{
	attributes[look] = alone;
	if (pair && init_pair(pair, colour, -1) == OK)
		attributes[look] = with | COLOR_PAIR(pair);
}

/* Whoever has no colours, or wants none (https://no-color.org), has bold and reverse. */
static void choose_looks(void)
{
	const char *none = getenv("NO_COLOR");
	bool colours = !(none && *none) && has_colors() && start_color() == OK &&
		       use_default_colors() == OK;

	attributes[TOP_LOOK_PLAIN] = A_NORMAL;
	attributes[TOP_LOOK_TITLE] = A_BOLD;
	attributes[TOP_LOOK_HEAD] = A_UNDERLINE;
	attributes[TOP_LOOK_FAINT] = A_NORMAL;
	attributes[TOP_LOOK_SELECTED] = A_REVERSE;
	attributes[TOP_LOOK_QUESTION] = A_BOLD | A_REVERSE;
	set_look(TOP_LOOK_LIMITED, colours ? 1 : 0, COLOR_RED, A_BOLD, A_BOLD);
	set_look(TOP_LOOK_SHIELDED, colours ? 2 : 0, COLOR_YELLOW, A_BOLD, A_NORMAL);
	set_look(TOP_LOOK_BLOCKED, colours ? 3 : 0, COLOR_MAGENTA, A_NORMAL, A_NORMAL);
	set_look(TOP_LOOK_EXEMPT, colours ? 4 : 0, COLOR_CYAN, A_NORMAL, A_NORMAL);
	set_look(TOP_LOOK_ERROR, colours ? 1 : 0, COLOR_RED, A_BOLD | A_REVERSE,
		 A_BOLD | A_REVERSE);
}

int top_screen_open(void)
{
	int err = top_terminal_check();

	if (err)
		return err;
	top_terminal_begin();
	/* The terminal's own size goes before LINES and COLUMNS, which do not follow it. */
	use_tioctl(TRUE);
	screen = newterm(NULL, stdout, stdin);
	if (!screen)
		return log_error(-ENOTSUP, "top: ncurses cannot use the terminal; `ecdn-xdp top "
				 "--batch -n 1` needs none");
	top_terminal_keep();
	atexit(top_screen_close);
	catch(ends, on_end, 0);
	catch(fatal, on_fatal, SA_RESETHAND);
	cbreak();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	set_escdelay(ESCAPE_MS);
	curs_set(0);
	choose_looks();
	return 0;
}

void top_screen_close(void)
{
	if (!screen)
		return;
	endwin();
	delscreen(screen);
	screen = NULL;
	catch(fatal, SIG_DFL, 0);
}

void top_screen_pass_on(void)
{
	catch(ends, SIG_DFL, 0);
	if (ended)
		raise(ended);
}

void top_screen_size(unsigned int *rows, unsigned int *columns)
{
	*rows = LINES;
	*columns = COLS;
}

/* The second half of a wide character is drawn with the first. */
static void draw_cell(unsigned int row, unsigned int column, const struct top_cell *cell)
{
	wchar_t wide[TOP_GRID_TEXT];
	size_t length;

	if (!cell->text[1] && cell->text[0]) {
		mvaddch(row, column, (unsigned char)cell->text[0] | attributes[cell->look]);
		return;
	}
	length = mbstowcs(wide, cell->text, TOP_GRID_TEXT);
	if (!length || length == (size_t)-1)
		return;
	attrset(attributes[cell->look]);
	mvaddnwstr(row, column, wide, length);
	attrset(A_NORMAL);
}

void top_screen_draw(const struct top_grid *grid)
{
	erase();
	for (unsigned int row = 0; row < grid->rows; row++)
		for (unsigned int column = 0; column < grid->columns; column++) {
			const struct top_cell *cell = top_grid_at(grid, row, column);

			if (strcmp(cell->text, " ") || cell->look != TOP_LOOK_PLAIN)
				draw_cell(row, column, cell);
		}
	refresh();
}

static int key_of(int key)
{
	static const struct {
		int curses, key;
	} keys[] = {
		{ KEY_UP, TOP_KEY_UP }, { KEY_DOWN, TOP_KEY_DOWN }, { KEY_LEFT, TOP_KEY_LEFT },
		{ KEY_RIGHT, TOP_KEY_RIGHT }, { KEY_PPAGE, TOP_KEY_PAGE_UP },
		{ KEY_NPAGE, TOP_KEY_PAGE_DOWN }, { KEY_HOME, TOP_KEY_HOME },
		{ KEY_END, TOP_KEY_END }, { KEY_ENTER, TOP_KEY_ENTER }, { '\r', TOP_KEY_ENTER },
		{ KEY_BTAB, TOP_KEY_LEFT }, { KEY_BACKSPACE, TOP_KEY_ERASE },
		{ '\b', TOP_KEY_ERASE }, { KEY_DC, TOP_KEY_ERASE },
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (keys[i].curses == key)
			return keys[i].key;
	return key >= 0 && key < 128 ? key : TOP_KEY_OTHER;
}

/* No signal tells of a size that has changed while the process was stopped. */
static bool has_resized(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_row || !size.ws_col ||
	    (size.ws_row == LINES && size.ws_col == COLS))
		return false;
	return resizeterm(size.ws_row, size.ws_col) == OK;
}

#define CONTROL_L 12

/* ERR: there is none yet. */
static int read_key(void)
{
	int key = getch();

	if (key == ERR)
		return TOP_SCREEN_TIMEOUT;
	if (key == CONTROL_L)
		clearok(curscr, TRUE);
	return key == KEY_RESIZE || key == CONTROL_L ? TOP_SCREEN_RESIZED : key_of(key);
}

/* A process whose shell has gone would read an end of file for ever. */
static int wait_key(uint64_t until_ns)
{
	uint64_t now_ns = clock_monotonic_ns();
	uint64_t left_ms = now_ns < until_ns ? (until_ns - now_ns + 999999) / 1000000 : 0;
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	int key, ready = poll(&input, 1, left_ms < INT_MAX ? left_ms : INT_MAX);

	if (ended || (ready > 0 && input.revents & (POLLHUP | POLLERR | POLLNVAL)))
		return TOP_SCREEN_ENDED;
	key = read_key();
	if (key == TOP_SCREEN_TIMEOUT && has_resized())
		return TOP_SCREEN_RESIZED;
	/* A signal, as after ^Z and fg, ended the wait: what is there may not be ours. */
	return key == TOP_SCREEN_TIMEOUT && ready < 0 ? TOP_SCREEN_RESIZED : key;
}

int top_screen_key(uint64_t until_ns)
{
	return ended ? TOP_SCREEN_ENDED : wait_key(until_ns);
}

bool top_screen_is_utf8(void)
{
	return !strcmp(nl_langinfo(CODESET), "UTF-8");
}
