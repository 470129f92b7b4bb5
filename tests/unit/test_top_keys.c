// SPDX-License-Identifier: BSD-2-Clause
/*
 * What keys do to a screen (top_keys.h), without a terminal.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "top/top_keys.h"
#include "top_screen_fixture.h"

static enum top_do press(struct top_state *state, int key)
{
	return top_keys(state, &screen_snapshot, key);
}

/* Presses keys that type characters; the result is that of the last one. */
static enum top_do type(struct top_state *state, const char *keys)
{
	enum top_do what = TOP_DO_NOTHING;

	for (; *keys; keys++)
		what = press(state, *keys);
	return what;
}

/* By share: OVER HIT BUSY -- CALM OUT FREE. */
static void moves(void **unused)
{
	struct top_state state = screen_state(6, 80); /* which shows three regions */
	static const struct {
		int key;
		const char *selected;
		unsigned int first;
	} steps[] = {
		{ TOP_KEY_DOWN, "HIT", 0 }, { 'j', "BUSY", 0 }, { TOP_KEY_DOWN, "--", 1 },
		{ TOP_KEY_UP, "BUSY", 1 }, { 'k', "HIT", 1 }, { TOP_KEY_UP, "OVER", 0 },
		{ TOP_KEY_UP, "OVER", 0 }, { TOP_KEY_PAGE_DOWN, "BUSY", 0 },
		{ TOP_KEY_END, "FREE", 4 }, { TOP_KEY_DOWN, "FREE", 4 },
		{ TOP_KEY_PAGE_UP, "CALM", 4 }, { TOP_KEY_PAGE_UP, "BUSY", 2 },
		{ TOP_KEY_HOME, "OVER", 0 },
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		assert_int_equal(press(&state, steps[i].key), TOP_DO_NOTHING);
		assert_string_equal(state.selected, steps[i].selected);
		assert_int_equal(state.first, steps[i].first);
	}
	/* A screen that has become larger shows more of it. */
	press(&state, TOP_KEY_END);
	state.rows = 30;
	press(&state, TOP_KEY_DOWN);
	assert_int_equal(state.first, 0);
}

static void sorts(void **unused)
{
	struct top_state state = screen_state(24, 80);

	(void)unused;
	press(&state, TOP_KEY_END);
	press(&state, 's');
	assert_string_equal(top_columns[state.sort].head, "PPS");
	assert_string_equal(state.selected, "");
	type(&state, "<<");
	assert_string_equal(top_columns[state.sort].head, "STATE");
	type(&state, "S<");
	assert_string_equal(top_columns[state.sort].head, "SINCE");
	press(&state, TOP_KEY_RIGHT);
	assert_string_equal(top_columns[state.sort].head, "REGION");
	press(&state, 'r');
	assert_true(state.reversed);
	press(&state, '>');
	assert_false(state.reversed);
}

static void filters(void **unused)
{
	struct top_state state = screen_state(24, 80);

	(void)unused;
	type(&state, "/bu?q");
	assert_true(state.filtering);
	assert_string_equal(state.filter, "bu?q");
	press(&state, TOP_KEY_ERASE);
	press(&state, TOP_KEY_ERASE);
	assert_string_equal(state.filter, "bu");
	/* Arrows move while it is typed. */
	press(&state, TOP_KEY_DOWN);
	assert_string_equal(state.selected, "BUSY");
	press(&state, TOP_KEY_ENTER);
	assert_false(state.filtering);
	assert_string_equal(state.filter, "bu");
	press(&state, '/');
	assert_string_equal(state.filter, "");
	type(&state, "0123456789abcdefgh");
	assert_string_equal(state.filter, "0123456789abcde");
	press(&state, TOP_KEY_ESCAPE);
	assert_string_equal(state.filter, "");
	assert_false(state.filtering);
	type(&state, "/nobody\n");
	assert_int_equal(press(&state, TOP_KEY_ENTER), TOP_DO_NOTHING);
	assert_int_equal(state.page, TOP_PAGE_REGIONS);
	assert_int_equal(type(&state, "by"), TOP_DO_NOTHING);
}

static void pages(void **unused)
{
	struct top_state state = screen_state(24, 80);

	(void)unused;
	press(&state, TOP_KEY_DOWN);
	assert_int_equal(press(&state, TOP_KEY_ENTER), TOP_DO_READ);
	assert_int_equal(state.page, TOP_PAGE_REGION);
	assert_string_equal(state.selected, "HIT");
	assert_int_equal(press(&state, TOP_KEY_TAB), TOP_DO_READ);
	assert_int_equal(state.tab, TOP_TAB_NODES);
	press(&state, TOP_KEY_LEFT);
	press(&state, TOP_KEY_LEFT);
	assert_int_equal(state.tab, TOP_TAB_LIMITS);
	press(&state, TOP_KEY_END);
	assert_int_equal(state.scroll, 8);
	assert_int_equal(press(&state, '3'), TOP_DO_READ);
	assert_int_equal(state.tab, TOP_TAB_ORIGINS);
	assert_int_equal(state.scroll, 0);
	assert_int_equal(press(&state, '5'), TOP_DO_NOTHING);
	press(&state, '?');
	assert_int_equal(state.page, TOP_PAGE_HELP);
	press(&state, TOP_KEY_DOWN);
	assert_int_equal(state.scroll, 1);
	press(&state, TOP_KEY_ESCAPE);
	assert_int_equal(state.page, TOP_PAGE_REGION);
	press(&state, TOP_KEY_ESCAPE);
	assert_int_equal(state.page, TOP_PAGE_REGIONS);
	assert_string_equal(state.selected, "HIT");
	assert_int_equal(press(&state, 'q'), TOP_DO_QUIT);
	press(&state, 'h');
	assert_int_equal(press(&state, 'q'), TOP_DO_QUIT);
}

/* Nothing but y after a question changes anything. */
static void asks(void **unused)
{
	static const struct {
		int key;
		enum top_do what;
	} all[] = {
		{ 'e', TOP_DO_EXEMPT }, { 'b', TOP_DO_BLOCK }, { 'R', TOP_DO_RELEASE },
	};
	struct top_state state = screen_state(24, 80);

	(void)unused;
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		assert_int_equal(press(&state, all[i].key), TOP_DO_NOTHING);
		assert_int_equal(state.asked, all[i].what);
		assert_string_equal(state.selected, "OVER");
		for (int key = -5; key < TOP_KEY_OTHER + 5; key++) {
			state.asked = all[i].what;
			assert_int_equal(press(&state, key), key == 'y' || key == 'Y' ?
					 all[i].what : TOP_DO_NOTHING);
			assert_int_equal(state.asked, TOP_DO_NOTHING);
		}
	}
	press(&state, 'q' + 1000);
	press(&state, TOP_KEY_ENTER);
	press(&state, 'b');
	assert_int_equal(state.asked, TOP_DO_BLOCK);
	assert_int_equal(press(&state, 'q'), TOP_DO_NOTHING);
	assert_string_equal(state.message, "nothing was changed");
	press(&state, TOP_KEY_OTHER);
	assert_string_equal(state.message, "");
	press(&state, 'h');
	press(&state, 'b');
	assert_int_equal(state.asked, TOP_DO_NOTHING);
}

static void paces(void **unused)
{
	struct top_state state = screen_state(24, 80);

	(void)unused;
	press(&state, 'd');
	assert_int_equal(state.interval_ns, 2 * NS_PER_SECOND);
	assert_string_equal(state.message, "read every 2s");
	type(&state, "dddd");
	assert_int_equal(state.interval_ns, NS_PER_SECOND);
	state.interval_ns = 7;
	press(&state, 'd');
	assert_int_equal(state.interval_ns, NS_PER_SECOND);
	press(&state, ' ');
	assert_true(state.paused);
	press(&state, 'P');
	assert_false(state.paused);
}

/* Whatever is typed, on whatever screen, there is a state that can be drawn. */
static void anything(void **unused)
{
	struct top_state state = screen_state(24, 80);

	(void)unused;
	srand(1);
	for (unsigned int i = 0; i < 20000; i++) {
		struct top_snapshot none = {}, *on = rand() % 8 ? &screen_snapshot : &none;
		struct top_grid grid;

		top_keys(&state, on, rand() % (TOP_KEY_OTHER + 2) - 1);
		state.rows = rand() % 40;
		state.columns = rand() % 140;
		assert_true(top_draw(&grid, on, &state));
		top_grid_free(&grid);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(moves),
		cmocka_unit_test(sorts),
		cmocka_unit_test(filters),
		cmocka_unit_test(pages),
		cmocka_unit_test(asks),
		cmocka_unit_test(paces),
		cmocka_unit_test(anything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
