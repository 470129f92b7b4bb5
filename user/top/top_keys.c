// SPDX-License-Identifier: BSD-2-Clause
#include "top/top_keys.h"

#include <stdio.h>
#include <string.h>

#include "base/quantity.h"
#include "top/top_columns.h"
#include "top/top_help.h"
#include "top/top_list.h"

/* Where a key leads from a place; the end is limited by who asks. */
static unsigned int moved(unsigned int at, unsigned int page, int key)
{
	switch (key) {
	case TOP_KEY_UP:
	case 'k':
		return at ? at - 1 : 0;
	case TOP_KEY_DOWN:
	case 'j':
		return at + 1;
	case TOP_KEY_PAGE_UP:
		return at > page ? at - page : 0;
	case TOP_KEY_PAGE_DOWN:
		return at + page;
	case TOP_KEY_HOME:
		return 0;
	case TOP_KEY_END:
		return UINT32_MAX;
	default:
		return at;
	}
}

static bool is_move(int key)
{
	return (key >= TOP_KEY_UP && key <= TOP_KEY_END && key != TOP_KEY_LEFT &&
		key != TOP_KEY_RIGHT) || key == 'j' || key == 'k';
}

static void move(struct top_state *state, const struct top_list *list, int key)
{
	unsigned int page = list->room > 1 ? list->room - 1 : 1;

	top_list_select(list, state, moved(list->selected, page, key));
}

static unsigned int lines_of(const struct top_state *state, const struct top_snapshot *snapshot)
{
	const struct top_detail *detail = &snapshot->detail;

	if (state->page == TOP_PAGE_HELP)
		return top_help_lines();
	if (state->tab == TOP_TAB_PREFIXES && detail->prefixes)
		return detail->prefixes->count;
	if (state->tab == TOP_TAB_NODES && detail->nodes)
		return detail->nodes->count;
	if (state->tab == TOP_TAB_ORIGINS && detail->origins)
		return detail->origins->count;
	return state->tab == TOP_TAB_LIMITS ? 9 : 0;
}

static void scroll(struct top_state *state, const struct top_snapshot *snapshot, int key)
{
	unsigned int lines = lines_of(state, snapshot);

	state->scroll = moved(state->scroll, state->rows / 2 + 1, key);
	if (state->scroll >= lines)
		state->scroll = lines ? lines - 1 : 0;
}

/* Only y does what is asked for. */
static enum top_do answer(struct top_state *state, int key)
{
	enum top_do asked = state->asked;

	state->asked = TOP_DO_NOTHING;
	if (key == 'y' || key == 'Y')
		return asked;
	strcpy(state->message, "nothing was changed");
	state->is_error = false;
	return TOP_DO_NOTHING;
}

static void type(struct top_state *state, int key)
{
	size_t length = strlen(state->filter);

	if (key == TOP_KEY_ENTER || key == TOP_KEY_ESCAPE)
		state->filtering = false;
	if (key == TOP_KEY_ESCAPE)
		*state->filter = 0;
	else if (key == TOP_KEY_ERASE && length)
		state->filter[length - 1] = 0;
	else if (key > ' ' && key < 127 && length + 1 < sizeof(state->filter))
		memcpy(state->filter + length, (char[]){ key, 0 }, 2);
}

static void ask(struct top_state *state, const struct top_list *list, enum top_do what)
{
	if (state->page == TOP_PAGE_REGIONS)
		top_list_select(list, state, list->selected);
	if (state->page == TOP_PAGE_REGION || list->count)
		state->asked = what;
}

/* Sorting leads to what is on top now. */
static void sort(struct top_state *state, int step)
{
	state->sort = top_columns_next(state->sort, step);
	state->reversed = false;
	state->at = state->first = 0;
	*state->selected = 0;
}

static enum top_do open_region(struct top_state *state, const struct top_list *list)
{
	if (!list->count)
		return TOP_DO_NOTHING;
	top_list_select(list, state, list->selected);
	state->page = TOP_PAGE_REGION;
	state->scroll = 0;
	return TOP_DO_READ;
}

static enum top_do in_list(struct top_state *state, const struct top_list *list, int key)
{
	switch (key) {
	case TOP_KEY_ENTER:
		return open_region(state, list);
	case '/':
		state->filtering = true;
		*state->filter = 0;
		break;
	case TOP_KEY_ESCAPE:
		*state->filter = 0;
		break;
	case 's':
	case '>':
	case TOP_KEY_RIGHT:
		sort(state, 1);
		break;
	case 'S':
	case '<':
	case TOP_KEY_LEFT:
		sort(state, -1);
		break;
	case 'r':
		state->reversed = !state->reversed;
		break;
	default:
		move(state, list, key);
	}
	return TOP_DO_NOTHING;
}

static enum top_do open_tab(struct top_state *state, unsigned int tab)
{
	state->tab = tab % TOP_TABS;
	state->scroll = 0;
	return TOP_DO_READ;
}

static enum top_do in_region(struct top_state *state, const struct top_snapshot *snapshot,
			     int key)
{
	if (key == TOP_KEY_TAB || key == TOP_KEY_RIGHT)
		return open_tab(state, state->tab + 1);
	if (key == TOP_KEY_LEFT)
		return open_tab(state, state->tab + TOP_TABS - 1);
	if (key >= '1' && key < '1' + TOP_TABS)
		return open_tab(state, key - '1');
	if (key == TOP_KEY_ESCAPE || key == TOP_KEY_ERASE)
		state->page = TOP_PAGE_REGIONS;
	else if (is_move(key))
		scroll(state, snapshot, key);
	return TOP_DO_NOTHING;
}

static void show_help(struct top_state *state)
{
	if (state->page != TOP_PAGE_HELP)
		state->behind = state->page;
	state->page = TOP_PAGE_HELP;
	state->scroll = 0;
}

static void in_help(struct top_state *state, const struct top_snapshot *snapshot, int key)
{
	if (is_move(key)) {
		scroll(state, snapshot, key);
		return;
	}
	state->page = state->behind;
	state->scroll = 0;
}

/* The next one of some; the first, if that in force is none of them. */
static void choose_interval(struct top_state *state)
{
	static const uint64_t choice[] = {
		NS_PER_SECOND, 2 * NS_PER_SECOND, 5 * NS_PER_SECOND, 10 * NS_PER_SECOND,
		NS_PER_SECOND / 2,
	};
	size_t count = sizeof(choice) / sizeof(*choice), next = 0;
	char every[QUANTITY_DURATION_SIZE];

	for (size_t i = 0; i < count; i++)
		if (choice[i] == state->interval_ns)
			next = (i + 1) % count;
	state->interval_ns = choice[next];
	state->is_error = false;
	snprintf(state->message, sizeof(state->message), "read every %s",
		 quantity_duration(state->interval_ns, every));
}

static enum top_do in_page(struct top_state *state, const struct top_snapshot *snapshot,
			   const struct top_list *list, int key)
{
	if (state->page == TOP_PAGE_HELP)
		in_help(state, snapshot, key);
	else if (state->page == TOP_PAGE_REGION)
		return in_region(state, snapshot, key);
	else
		return in_list(state, list, key);
	return TOP_DO_NOTHING;
}

static enum top_do take(struct top_state *state, const struct top_snapshot *snapshot,
			const struct top_list *list, int key)
{
	bool help = state->page == TOP_PAGE_HELP;

	if (key == 'q')
		return TOP_DO_QUIT;
	if (!help && (key == '?' || key == 'h'))
		show_help(state);
	else if (key == ' ' || key == 'p' || key == 'P')
		state->paused = !state->paused;
	else if (key == 'd')
		choose_interval(state);
	else if (!help && key == 'e')
		ask(state, list, TOP_DO_EXEMPT);
	else if (!help && key == 'b')
		ask(state, list, TOP_DO_BLOCK);
	else if (!help && key == 'R')
		ask(state, list, TOP_DO_RELEASE);
	else
		return in_page(state, snapshot, list, key);
	return TOP_DO_NOTHING;
}

enum top_do top_keys(struct top_state *state, const struct top_snapshot *snapshot, int key)
{
	struct top_list list;
	enum top_do result;

	*state->message = 0;
	if (state->asked)
		return answer(state, key);
	if (state->filtering && key < TOP_KEY_UP) {
		type(state, key);
		return TOP_DO_NOTHING;
	}
	if (!top_list_make(&list, snapshot, state))
		return TOP_DO_NOTHING;
	result = take(state, snapshot, &list, key);
	top_list_free(&list);
	return result;
}
