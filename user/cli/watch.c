// SPDX-License-Identifier: BSD-2-Clause
#include "cli/watch.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/quantity.h"
#include "base/scoped.h"
#include "base/terminal.h"
#include "show/output.h"

#define EVERY_NS NS_PER_SECOND
#define EVERY_LEAST_NS (NS_PER_SECOND / 10)

/* Another page of the terminal without a cursor, and back to what was there. */
#define ENTER "\033[?1049h\033[?25l"
#define LEAVE "\033[?25h\033[?1049l"
#define HOME "\033[H"
#define END_OF_LINE "\033[K"
#define END_OF_PAGE "\033[J"

static volatile sig_atomic_t caught;

static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP };

static void catch(int number)
{
	caught = number;
}

static void catch_signals(void (*handler)(int number))
{
	struct sigaction action = { .sa_handler = handler };

	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		sigaction(signals[i], &action, NULL);
}

static void say(const char *sequence)
{
	fputs(sequence, stdout);
	fflush(stdout);
}

/* Until the time, or a signal. */
static void wait_until(uint64_t time_ns)
{
	struct timespec until = { time_ns / NS_PER_SECOND, time_ns % NS_PER_SECOND };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR && !caught)
		;
}

static void print_time(const struct watch *watch, FILE *to)
{
	char time[OUTPUT_TIME_SIZE], every[QUANTITY_DURATION_SIZE];
	struct clock_moment moment = clock_now();

	fprintf(to, "%s, every %s\n",
		output_time(clock_epoch(&moment, moment.now_ns), time),
		quantity_duration(watch->interval_ns, every));
}

/* Prints as many lines as the terminal has, and over each what was there before. */
static void draw(const char *text, unsigned int rows)
{
	const char *end;

	fputs(HOME, stdout);
	for (unsigned int row = 1; *text && (!rows || row < rows); text = end) {
		end = strchr(text, '\n');
		end = end ? end + 1 : text + strlen(text);
		printf("%.*s" END_OF_LINE "\n", (int)strcspn(text, "\n"), text);
		row++;
	}
	say(END_OF_PAGE);
}

static int draw_frame(const struct watch *watch, watch_frame *frame, void *context)
{
	scoped_free char *text = NULL;
	size_t size;
	FILE *page = open_memstream(&text, &size);
	int err;

	if (!page)
		return log_error(-ENOMEM, "out of memory for the table");
	print_time(watch, page);
	err = frame(context, page, terminal_columns());
	if (fclose(page))
		return log_error(-ENOMEM, "out of memory for the table");
	if (!err)
		draw(text, terminal_rows());
	return err;
}

static int print_frame(const struct watch *watch, bool first, watch_frame *frame, void *context)
{
	int err;

	if (!first && !watch->bare)
		putchar('\n');
	if (!watch->bare)
		print_time(watch, stdout);
	err = frame(context, stdout, terminal_columns());
	if (fflush(stdout))
		return log_error(-errno, "cannot write to standard output: %s", strerror(errno));
	return err;
}

/* After a time in which nobody could print, what was missed is not made up for. */
static uint64_t after(uint64_t time_ns, uint64_t interval_ns)
{
	uint64_t now_ns = clock_monotonic_ns();

	return (time_ns + interval_ns > now_ns ? time_ns : now_ns) + interval_ns;
}

/* ^Z leaves the terminal to the shell, which wakes this process up again. */
static void stop_meanwhile(void)
{
	caught = 0;
	say(LEAVE);
	raise(SIGSTOP);
	say(ENTER);
}

static int repeat(const struct watch *watch, bool page, watch_frame *frame, void *context)
{
	uint64_t next_ns = clock_monotonic_ns();
	int err = 0;

	for (unsigned int i = 0; !err && (!watch->count || i < watch->count); i++) {
		next_ns = after(next_ns, watch->interval_ns);
		wait_until(next_ns);
		if (caught == SIGTSTP)
			stop_meanwhile();
		if (caught)
			return 0;
		err = page ? draw_frame(watch, frame, context) :
			     print_frame(watch, !i, frame, context);
	}
	return err;
}

static int on_page(const struct watch *watch, watch_frame *frame, void *context)
{
	int err;

	catch_signals(catch);
	say(ENTER);
	err = repeat(watch, true, frame, context);
	say(LEAVE);
	catch_signals(SIG_DFL);
	return err;
}

int watch_check(struct watch *watch)
{
	if (!watch->given) {
		return watch->count ? log_error(-EINVAL, "--count goes with --watch") : 0;
	}
	watch->interval_ns = EVERY_NS;
	if (*watch->given && (quantity_parse_duration(watch->given, &watch->interval_ns) ||
			      watch->interval_ns < EVERY_LEAST_NS))
		return log_error(-EINVAL, "--watch=%s: not a duration of at least 100ms; write it "
				 "as --watch=2s", watch->given);
	return 0;
}

int watch_run(const struct watch *watch, watch_frame *frame, void *context)
{
	if (watch->given && terminal_there() && !watch->bare)
		return on_page(watch, frame, context);
	if (watch->given)
		return repeat(watch, false, frame, context);
	if (watch->interval_ns)
		wait_until(clock_monotonic_ns() + watch->interval_ns);
	return frame(context, stdout, terminal_columns());
}
