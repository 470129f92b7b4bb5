// SPDX-License-Identifier: BSD-2-Clause
/*
 * Screens of made-up regions (top_draw.h), without a terminal.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "top_screen_fixture.h"

static void shows(const struct top_state *state, const char *expected)
{
	char *text = screen_text(&screen_snapshot, state);

	assert_non_null(text);
	assert_string_equal(text, expected);
	free(text);
}

static void has(const struct top_snapshot *snapshot, const struct top_state *state,
		const char *part, bool wanted)
{
	char *text = screen_text(snapshot, state);

	assert_non_null(text);
	if (!strstr(text, part) == wanted)
		fail_msg("%s: '%s' in:\n%s", wanted ? "no" : "a", part, text);
	free(text);
}

static void usual(void **unused)
{
	struct top_state state = screen_state(12, 80);

	(void)unused;
	shows(&state,
"ecdn-xdp top  enforcing  1 limited  1 shielded  1 blocked  1 exempt    08:00:00Z\n"
"149k packets/s  13.8M bits/s  381 connections/s  12.3k drops/s  17 513/s\n"
" REGION STATE    SHARE LAST 5m     PPS    BPS    CPS PROVEN  DROP/S 513/S  SINCE\n"
">OVER   shielded >999%            120k      1      1      0       0     0   1d1h\n"
" HIT    limited   205%           20.5k  9.84M    300      0   12.3k    17  3m20s\n"
" BUSY   normal     80%           8.00k  4.00M     80     70       0     0      -\n"
" --     normal       -               5      0      0      0       0     0      -\n"
" CALM   normal      0%               0      0      0      0       0     0      -\n"
" OUT    blocked      -               0      0      0      0       0     0      -\n"
" FREE   exempt       -               0      0      0      0       0     0   400d\n"
"\n"
"q quit  ? help  Enter open  / filter  s sort  e exempt  b block  R release\n");
}

static void sizes(void **unused)
{
	struct top_state state = screen_state(5, 20);

	(void)unused;
	shows(&state, "1 limited\n"
	      " REGI STATE    SHARE\n"
	      ">OVER shielded >999%\n"
	      " HIT  limited   205%\n"
	      "q quit  ? help\n");
	state = screen_state(60, 200);
	has(&screen_snapshot, &state, "\nq quit  ? help  Enter open  / filter  s sort  e exempt  "
	    "b block  R release  P pause\n", true);
	has(&screen_snapshot, &state, " LAST 10m", true);
	/* Whatever the size, there is a screen. */
	for (unsigned int rows = 0; rows < 16; rows++)
		for (unsigned int columns = 0; columns < 120; columns++)
			for (enum top_page page = 0; page <= TOP_PAGE_HELP; page++) {
				struct top_grid grid;

				state = screen_state(rows, columns);
				state.page = page;
				state.tab = TOP_TAB_LIMITS;
				strcpy(state.selected, "HIT");
				assert_true(top_draw(&grid, &screen_snapshot, &state));
				top_grid_free(&grid);
			}
}

static void modes(void **unused)
{
	struct top_state state = screen_state(12, 80), small = screen_state(5, 40);
	struct ecdn_xdp_config *config = &screen_view.config;

	(void)unused;
	config->monitor = 1;
	has(&screen_snapshot, &state, "monitor mode: nothing is dropped", true);
	has(&screen_snapshot, &state, " WOULD/S ", true);
	has(&screen_snapshot, &small, "monitor  1 limited", true);
	config->off = 1;
	has(&screen_snapshot, &state, "OFF: nothing is dropped", true);
	has(&screen_snapshot, &small, "OFF  1 limited", true);
	*config = (struct ecdn_xdp_config){ .unguarded = 1 };
	has(&screen_snapshot, &state, "UNGUARDED: no interface has the guard", true);
	has(&screen_snapshot, &small, "UNGUARDED  1 limited", true);
	*config = (struct ecdn_xdp_config){};
}

static void nothing(void **unused)
{
	struct view_regions none = { .moment = screen_view.moment };
	struct top_state state = screen_state(6, 60);
	struct top_snapshot snapshot = { .error = "nothing is loaded" };

	(void)unused;
	has(&snapshot, &state, "nothing is loaded\n", true);
	has(&snapshot, &state, "q quit", true);
	snapshot.regions = &none;
	has(&snapshot, &state, "0 limited", true);
	state.page = TOP_PAGE_REGION;
	strcpy(state.selected, "GONE");
	has(&snapshot, &state, "GONE  is not there any more", true);
}

/* Orders, filters, and what stays in sight. */
static void lists(void **unused)
{
	struct top_state state = screen_state(5, 20);

	(void)unused;
	state.sort = top_columns_find("region");
	has(&screen_snapshot, &state, ">--   normal       -\n BUSY ", true);
	state.reversed = true;
	has(&screen_snapshot, &state, ">OVER shielded >999%\n OUT ", true);
	state.reversed = false;
	state.sort = top_columns_find("drop/s");
	has(&screen_snapshot, &state, ">HIT  limited   205%\n OVER ", true);
	state.sort = top_columns_find("SINCE");
	has(&screen_snapshot, &state, ">HIT  limited   205%\n OVER shielded >999%\n", true);
	assert_true(top_columns_find("last") < 0);
	state.sort = top_columns_share;
	strcpy(state.selected, "FREE");
	has(&screen_snapshot, &state, " OUT  blocked      -\n>FREE exempt       -\n", true);
	strcpy(state.filter, "u");
	has(&screen_snapshot, &state, ">BUSY normal     80%\n OUT ", true);
	has(&screen_snapshot, &state, "HIT", false);
	state.columns = 60;
	has(&screen_snapshot, &state, "filter u: 2 of 7", true);
}

/* Nothing of a name reaches a terminal but what is printed. */
static void names(void **unused)
{
	struct view_region region[] = {
		{ .id = 1, .name = "\033[2J\x9b" "1m", .state = 99 },
		{ .id = 2, .name = "\xe4\xb8\xad\xe6\x96\x87o\xcc\x88!" },
		{ .id = 3, .name = "\xe2\x80\xaeRTL" },
	};
	struct view_regions view = { .moment = screen_view.moment, .region = region, .count = 3 };
	struct top_snapshot snapshot = { .regions = &view };
	struct top_state state = screen_state(12, 100);

	(void)unused;
	has(&snapshot, &state, "\\x1b[2J\\x9b1m   ?    ", true);
	has(&snapshot, &state, "\xe4\xb8\xad\xe6\x96\x87o\xcc\x88!       ", true);
	has(&snapshot, &state, "\\xe2\\x80\\xaeRTL", true);
	has(&snapshot, &state, "\033", false);
	state.utf8 = false;
	has(&snapshot, &state, "??o!", true);
	state.page = TOP_PAGE_REGION;
	strcpy(state.selected, region[0].name);
	has(&snapshot, &state, "\\x1b[2J\\x9b1m", true);
	state.asked = TOP_DO_BLOCK;
	has(&snapshot, &state, "block \\x1b[2J\\x9b1m? y/N", true);
	has(&snapshot, &state, "\033", false);
}

static void sparks(void **unused)
{
	struct top_state state = screen_state(12, 80);
	struct top_snapshot snapshot = screen_snapshot;
	struct view_past past;

	(void)unused;
	assert_int_equal(view_past_make(&past, 8), 0);
	for (unsigned int i = 0; i < 64; i++) {
		screen_view.moment.now_ns = NOW_NS + i * VIEW_PAST_STEP_NS;
		screen_regions[2].load.share = 16 * i;
		view_past_put(&past, &screen_view);
	}
	screen_regions[2].load.share = 800;
	snapshot.past = &past;
	has(&snapshot, &state, " BUSY   normal     80% \xe2\x96\x81\xe2\x96\x82\xe2\x96\x83", true);
	has(&snapshot, &state, "\xe2\x96\x87\xe2\x96\x88\xe2\x96\x88  8.00k", true);
	has(&snapshot, &state, "FREE   exempt       -           ", true);
	state.utf8 = false;
	has(&snapshot, &state, " BUSY   normal     80% .:-=+*##  8.00k", true);
	has(&snapshot, &state, "\xe2", false);
	state.utf8 = true;
	state.columns = 132;
	has(&snapshot, &state, "\xe2\x96\x88\xe2\x96\x88\xe2\x96\x88  8.00k", true);
	screen_view.moment.now_ns = NOW_NS;
	view_past_close(&past);
}

/* A line that is cut off goes on in a wider terminal. */
static void help_is_whole(unsigned int columns)
{
	struct top_state narrow = screen_state(24, columns), wide = screen_state(24, 200);
	char *in_narrow, *in_wide;

	narrow.page = wide.page = TOP_PAGE_HELP;
	in_narrow = screen_text(&screen_snapshot, &narrow);
	in_wide = screen_text(&screen_snapshot, &wide);
	assert_non_null(in_narrow);
	assert_non_null(in_wide);
	assert_non_null(strstr(in_wide, "\nUp Down"));
	assert_non_null(strstr(in_narrow, "\nUp Down"));
	assert_string_equal(strstr(in_narrow, "\nUp Down"), strstr(in_wide, "\nUp Down"));
	free(in_narrow);
	free(in_wide);
}

static void page(void **unused)
{
	struct top_state state = screen_state(24, 100);

	(void)unused;
	state.page = TOP_PAGE_REGION;
	state.tab = TOP_TAB_LIMITS;
	strcpy(state.selected, "HIT");
	has(&screen_snapshot, &state, "\nHIT  limited for 3m20s  pps 20.5k of 10k proven  at 205% of "
	    "its limit\nclaimed 20.5k packets/s 9.84M bits/s 300 connections/s  proven 0 packets/s ",
	    true);
	has(&screen_snapshot, &state, "\nlimits:  pps 10.0k*  bps -  cps -  grace 0s  hold 10s\n",
	    true);
	has(&screen_snapshot, &state, "  [4 limits]\nLIMIT ", true);
	has(&screen_snapshot, &state, "\npps            10.0k  own\n", true);
	state.scroll = 1;
	has(&screen_snapshot, &state, "  [4 limits]\nLIMIT ", true);
	has(&screen_snapshot, &state, "\npps            10.0k  own\n", false);
	state.tab = TOP_TAB_NODES;
	has(&screen_snapshot, &state, "not read yet", true);
	state.page = TOP_PAGE_HELP;
	state.scroll = 0;
	has(&screen_snapshot, &state, "\nSINCE     how long", true);
	help_is_whole(80);
}

static void foot(void **unused)
{
	struct top_state state = screen_state(12, 80);

	(void)unused;
	state.paused = true;
	state.reversed = true;
	has(&screen_snapshot, &state, "by SHARE, reversed  paused\n", true);
	strcpy(state.selected, "HIT");
	state.asked = TOP_DO_EXEMPT;
	has(&screen_snapshot, &state, "exempt HIT for 10m? y/N (limited, 20.5k packets/s, pps 20.5k "
	    "of 10k proven)\n", true);
	state.asked = TOP_DO_NOTHING;
	strcpy(state.message, "HIT: blocked");
	has(&screen_snapshot, &state, "\nHIT: blocked\n", true);
	*state.message = 0;
	state.filtering = true;
	strcpy(state.filter, "xx");
	has(&screen_snapshot, &state, "filter: xx_", true);
}

static void batches(void **unused)
{
	struct top_state state = screen_state(0, 80);

	(void)unused;
	state.batch = true;
	shows(&state,
"ecdn-xdp top  enforcing  1 limited  1 shielded  1 blocked   2027-01-15T08:00:00Z\n"
"149k packets/s  13.8M bits/s  381 connections/s  12.3k drops/s  17 513/s\n"
" REGION STATE    SHARE LAST 5m     PPS    BPS    CPS PROVEN  DROP/S 513/S  SINCE\n"
" OVER   shielded >999%            120k      1      1      0       0     0   1d1h\n"
" HIT    limited   205%           20.5k  9.84M    300      0   12.3k    17  3m20s\n"
" BUSY   normal     80%           8.00k  4.00M     80     70       0     0      -\n"
" --     normal       -               5      0      0      0       0     0      -\n"
" OUT    blocked      -               0      0      0      0       0     0      -\n"
" FREE   exempt       -               0      0      0      0       0     0   400d\n"
" 1 more from which nothing comes\n");
}

static void many(void **unused)
{
	struct view_region *region = calloc(4096, sizeof(*region));
	struct view_regions view = { .moment = screen_view.moment, .region = region,
				     .count = 4096 };
	struct top_snapshot snapshot = { .regions = &view };
	struct top_state state = screen_state(24, 80);

	(void)unused;
	assert_non_null(region);
	for (unsigned int i = 0; i < 4096; i++) {
		region[i].id = i;
		snprintf(region[i].name, sizeof(region[i].name), "R%u", i);
		region[i].load = (struct view_load){ ECDN_XDP_MEASURE_PPS, .share = i % 1000 };
		region[i].claimed.pps = i;
	}
	has(&snapshot, &state, ">R3999  normal     99% ", true);
	has(&snapshot, &state, "\n R2999  normal     99% ", true);
	strcpy(state.selected, "R0");
	has(&snapshot, &state, ">R0     normal      0% ", true);
	has(&snapshot, &state, "8.39M packets/s", true);
	free(region);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(usual),
		cmocka_unit_test(sizes),
		cmocka_unit_test(modes),
		cmocka_unit_test(nothing),
		cmocka_unit_test(lists),
		cmocka_unit_test(names),
		cmocka_unit_test(sparks),
		cmocka_unit_test(page),
		cmocka_unit_test(foot),
		cmocka_unit_test(batches),
		cmocka_unit_test(many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
