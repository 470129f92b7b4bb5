// SPDX-License-Identifier: BSD-2-Clause
#include "top/top_run.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/terminal.h"
#include "top/top_change.h"
#include "top/top_draw.h"
#include "top/top_log.h"
#include "top/top_read.h"
#include "top/top_screen.h"

/* Columns of a batch where no terminal tells. */
#define COLUMNS_BATCH 100

struct run {
	struct top_state state;
	struct top_read read;
};

static void begin(struct run *run, const struct top_run_request *request)
{
	setlocale(LC_CTYPE, "");
	*run = (struct run){
		.state = { .sort = request->sort, .interval_ns = request->interval_ns,
			   .utf8 = top_screen_is_utf8() },
		.read.pin_dir = request->pin_dir,
	};
	if (request->filter)
		strncpy(run->state.filter, request->filter, sizeof(run->state.filter) - 1);
}

static int draw(struct run *run)
{
	struct top_grid grid;

	top_screen_size(&run->state.rows, &run->state.columns);
	if (!top_draw(&grid, &run->read.snapshot, &run->state))
		return log_error(-ENOMEM, "out of memory for the screen");
	top_screen_draw(&grid);
	top_grid_free(&grid);
	return 0;
}

/* What a read has to say, as a warning, waits for what is on the screen. */
static void say(struct top_state *state, bool is_error)
{
	char text[TOP_STATE_MESSAGE_SIZE];

	if (!*top_log_take(text, sizeof(text)) || *state->message)
		return;
	strcpy(state->message, text);
	state->is_error = is_error;
}

static void read_all(struct run *run)
{
	if (top_read_regions(&run->read))
		top_log_take(run->read.error, sizeof(run->read.error));
	if (run->state.page == TOP_PAGE_REGION && run->read.has_now &&
	    top_read_detail(&run->read, run->state.selected, run->state.tab))
		top_log_take(run->read.detail_error, sizeof(run->read.detail_error));
	say(&run->state, true);
}

/* The change may wait for another command, so what is asked is on the screen no more meanwhile. */
static int change(struct run *run, enum top_do what)
{
	struct top_state *state = &run->state;
	char told[TOP_STATE_MESSAGE_SIZE];
	int err;

	strcpy(state->message, "at work...");
	state->is_error = false;
	err = draw(run);
	*state->message = 0;
	if (err)
		return err;
	state->is_error = top_change(run->read.pin_dir, what, state->selected, told);
	if (state->is_error) {
		say(state, true);
	} else {
		strcpy(state->message, told);
		top_log_take(told, sizeof(told));
		if (*told)
			snprintf(state->message + strlen(state->message),
				 sizeof(state->message) - strlen(state->message), "; %s", told);
	}
	read_all(run);
	return 0;
}

static int follow(struct run *run, enum top_do what)
{
	switch (what) {
	case TOP_DO_EXEMPT:
	case TOP_DO_BLOCK:
	case TOP_DO_RELEASE:
		return change(run, what);
	case TOP_DO_READ:
		read_all(run);
		return 0;
	default:
		return 0;
	}
}

/* After a time in which nobody could read, what was missed is not made up for. */
static uint64_t after(uint64_t time_ns, uint64_t interval_ns)
{
	uint64_t now_ns = clock_monotonic_ns();

	return (time_ns + interval_ns > now_ns ? time_ns : now_ns) + interval_ns;
}

static int loop(struct run *run)
{
	struct top_state *state = &run->state;
	uint64_t next_ns = clock_monotonic_ns();
	enum top_do what = TOP_DO_NOTHING;
	int err = 0;

	while (what != TOP_DO_QUIT && !err) {
		int key;

		if (!state->paused && clock_monotonic_ns() >= next_ns) {
			read_all(run);
			next_ns = after(next_ns, state->interval_ns);
		}
		err = draw(run);
		key = err ? TOP_SCREEN_ENDED :
			    top_screen_key(state->paused ? UINT64_MAX : next_ns);
		if (key == TOP_SCREEN_ENDED)
			break;
		if (key < 0)
			continue;
		what = top_keys(state, &run->read.snapshot, key);
		err = follow(run, what);
	}
	return err;
}

/* What is wrong from the start is told without a screen. */
int top_run(const struct top_run_request *request)
{
	struct run run;
	int err;

	begin(&run, request);
	err = top_read_regions(&run.read);
	err = err ?: top_screen_open();
	if (!err) {
		err = top_log_begin() ?: loop(&run);
		top_screen_close();
		top_log_end();
	}
	top_read_free(&run.read);
	if (!err)
		top_screen_pass_on();
	return err;
}

static void print_row(const struct top_grid *grid, unsigned int row)
{
	unsigned int end = grid->columns;

	while (end && !strcmp(top_grid_at(grid, row, end - 1)->text, " "))
		end--;
	for (unsigned int column = 0; column < end; column++)
		fputs(top_grid_at(grid, row, column)->text, stdout);
	putchar('\n');
}

static int print(const struct run *run)
{
	struct top_grid grid;

	if (!top_draw(&grid, &run->read.snapshot, &run->state))
		return log_error(-ENOMEM, "out of memory for the table");
	for (unsigned int row = 0; row < grid.rows; row++)
		print_row(&grid, row);
	top_grid_free(&grid);
	if (fflush(stdout))
		return log_error(-errno, "cannot write to standard output: %s", strerror(errno));
	return 0;
}

static void wait_until(uint64_t time_ns)
{
	struct timespec until = { time_ns / NS_PER_SECOND, time_ns % NS_PER_SECOND };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
		;
}

/* Rates need two reads, so the first frame comes after the first interval. */
int top_run_batch(const struct top_run_request *request, unsigned int count)
{
	uint64_t next_ns = clock_monotonic_ns();
	struct run run;
	int err;

	begin(&run, request);
	run.state.batch = true;
	run.state.columns = terminal_columns() ?: COLUMNS_BATCH;
	err = top_read_regions(&run.read);
	for (unsigned int i = 0; i < count && !err; i++) {
		next_ns = after(next_ns, request->interval_ns);
		wait_until(next_ns);
		err = top_read_regions(&run.read);
		if (!err && i)
			putchar('\n');
		err = err ?: print(&run);
	}
	top_read_free(&run.read);
	return err;
}
