// SPDX-License-Identifier: BSD-2-Clause
#include "top/top_head.h"

#include <stdio.h>
#include <string.h>

#include "base/escape.h"
#include "base/quantity.h"
#include "show/columns.h"
#include "show/output.h"
#include "show/region_fields.h"
#include "top/top_columns.h"
#include "top/top_line.h"

struct totals {
	uint64_t pps, bps, cps, dropped, got_513;
	unsigned int in[ECDN_XDP_STATE_MAX]; /* regions by state */
};

enum top_look top_head_look(uint32_t state)
{
	switch (state) {
	case ECDN_XDP_STATE_LIMITED:
		return TOP_LOOK_LIMITED;
	case ECDN_XDP_STATE_SHIELDED:
		return TOP_LOOK_SHIELDED;
	case ECDN_XDP_STATE_BLOCKED:
		return TOP_LOOK_BLOCKED;
	case ECDN_XDP_STATE_EXEMPT:
		return TOP_LOOK_EXEMPT;
	default:
		return TOP_LOOK_PLAIN;
	}
}

static struct totals totals_of(const struct view_regions *view)
{
	struct totals sum = {};

	for (uint32_t i = 0; i < view->count; i++) {
		const struct view_region *region = &view->region[i];

		sum.pps += region->claimed.pps;
		sum.bps += region->claimed.bps;
		sum.cps += region->claimed.cps;
		sum.dropped += view->config.monitor ? region->flow.would_drop :
						      region->flow.dropped;
		sum.got_513 += region->flow.got_513;
		if (region->state < ECDN_XDP_STATE_MAX)
			sum.in[region->state]++;
	}
	return sum;
}

static void add_mode(struct top_line *line, const struct ecdn_xdp_config *config, bool brief)
{
	if (config->off)
		top_line_add(line, TOP_LOOK_ERROR, brief ? "OFF" : "OFF: nothing is dropped");
	else if (config->unguarded)
		top_line_add(line, TOP_LOOK_ERROR, brief ? "UNGUARDED" :
			     "UNGUARDED: no interface has the guard");
	else if (config->monitor)
		top_line_add(line, TOP_LOOK_SHIELDED, brief ? "monitor" :
			     "monitor mode: nothing is dropped");
	else if (!brief)
		top_line_add(line, TOP_LOOK_PLAIN, "enforcing");
}

static void add_states(struct top_line *line, const struct totals *sum)
{
	static const uint32_t states[] = {
		ECDN_XDP_STATE_LIMITED, ECDN_XDP_STATE_SHIELDED, ECDN_XDP_STATE_BLOCKED,
		ECDN_XDP_STATE_EXEMPT,
	};

	for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++)
		top_line_add(line, sum->in[states[i]] ? top_head_look(states[i]) :
			     TOP_LOOK_PLAIN, "%u %s", sum->in[states[i]],
			     view_regions_state_name(states[i]));
}

static void add_rate(struct top_line *line, uint64_t rate, const char *unit)
{
	char room[COLUMNS_RATE_SIZE];

	top_line_add(line, TOP_LOOK_PLAIN, "%s %s", columns_rate_short(rate, room), unit);
}

static void add_rates(struct top_line *line, const struct totals *sum, bool monitor)
{
	add_rate(line, sum->pps, "packets/s");
	add_rate(line, sum->bps, "bits/s");
	add_rate(line, sum->cps, "connections/s");
	add_rate(line, sum->dropped, monitor ? "would be dropped/s" : "drops/s");
	add_rate(line, sum->got_513, "513/s");
}

/* In a batch the whole time, else that of the day. */
static void add_time(struct top_line *line, const struct view_regions *view, bool batch)
{
	char room[OUTPUT_TIME_SIZE];
	const char *time = output_time(clock_epoch(&view->moment, view->moment.now_ns), room);
	const char *day = strchr(time, 'T');

	top_line_end(line, TOP_LOOK_PLAIN, "%s", batch || !day ? time : day + 1);
}

static void put_error(struct top_grid *grid, const char *error)
{
	top_grid_put(grid, 0, 0, grid->columns, TOP_LOOK_ERROR, error ?: "nothing was read yet");
}

void top_head_put(struct top_grid *grid, const struct top_snapshot *snapshot,
		  const struct top_state *state, unsigned int rows)
{
	const struct view_regions *view = snapshot->regions;
	struct top_line line = { .grid = grid, .end = grid->columns };
	struct totals sum;

	if (!view) {
		put_error(grid, snapshot->error);
		return;
	}
	sum = totals_of(view);
	if (rows > 1) {
		top_line_add(&line, TOP_LOOK_TITLE, "ecdn-xdp top");
		add_mode(&line, &view->config, false);
		add_time(&line, view, state->batch);
		add_states(&line, &sum);
		line = (struct top_line){ .grid = grid, .row = 1, .end = grid->columns };
		add_rates(&line, &sum, view->config.monitor);
	} else {
		add_mode(&line, &view->config, true);
		add_states(&line, &sum);
		add_rate(&line, sum.pps, "packets/s");
	}
}

static void put_question(struct top_grid *grid, const struct top_snapshot *snapshot,
			 const struct top_state *state)
{
	const struct view_region *region = NULL;
	char why[FIELD_TEXT_SIZE], rate[COLUMNS_RATE_SIZE], name[4 * ECDN_XDP_NAME_SIZE];
	char text[2 * FIELD_TEXT_SIZE];

	for (uint32_t i = 0; snapshot->regions && i < snapshot->regions->count; i++)
		if (!strcmp(snapshot->regions->region[i].name, state->selected))
			region = &snapshot->regions->region[i];
	snprintf(text, sizeof(text), "%s %s%s? y/N (%s, %s packets/s%s%s)",
		 state->asked == TOP_DO_EXEMPT ? "exempt" :
		 state->asked == TOP_DO_BLOCK ? "block" : "release",
		 escape_text(state->selected, name, sizeof(name)),
		 state->asked == TOP_DO_EXEMPT ? " for " TOP_STATE_EXEMPT_WORDS : "",
		 region ? view_regions_state_name(region->state) : "gone",
		 columns_rate_short(region ? region->claimed.pps : 0, rate),
		 region && region->surge.measure ? ", " : "",
		 region && region->surge.measure ? region_fields_why(region, why) : "");
	top_grid_put(grid, grid->rows - 1, 0, grid->columns, TOP_LOOK_QUESTION, text);
}

static void add_keys(struct top_line *line, const struct top_state *state)
{
	static const char *const regions[] = {
		"q quit", "? help", "Enter open", "/ filter", "s sort", "e exempt", "b block",
		"R release", "P pause", NULL,
	};
	static const char *const region[] = {
		"q quit", "? help", "Esc back", "Tab next", "e exempt", "b block", "R release",
		"P pause", NULL,
	};
	static const char *const help[] = { "q quit", "Esc back", NULL };
	const char *const *keys = state->page == TOP_PAGE_HELP ? help :
				  state->page == TOP_PAGE_REGION ? region : regions;

	for (; *keys; keys++)
		top_line_add(line, TOP_LOOK_FAINT, "%s", *keys);
}

static void put_keys(struct top_grid *grid, const struct top_snapshot *snapshot,
		     const struct top_state *state, unsigned int listed)
{
	struct top_line line = { .grid = grid, .row = grid->rows - 1, .end = grid->columns };
	char filter[4 * TOP_STATE_FILTER_SIZE];

	if (state->paused)
		top_line_end(&line, TOP_LOOK_TITLE, "paused");
	if (*state->filter)
		top_line_end(&line, TOP_LOOK_TITLE, "filter %s: %u of %u",
			     escape_text(state->filter, filter, sizeof(filter)), listed,
			     snapshot->regions ? snapshot->regions->count : 0);
	if (state->page == TOP_PAGE_REGIONS &&
	    (state->sort != top_columns_share || state->reversed))
		top_line_end(&line, TOP_LOOK_TITLE, "by %s%s", top_columns[state->sort].head,
			     state->reversed ? ", reversed" : "");
	add_keys(&line, state);
}

void top_head_put_foot(struct top_grid *grid, const struct top_snapshot *snapshot,
		       const struct top_state *state, unsigned int listed)
{
	char filter[4 * TOP_STATE_FILTER_SIZE], text[sizeof(filter) + 32];

	if (state->asked) {
		put_question(grid, snapshot, state);
	} else if (*state->message) {
		top_grid_put(grid, grid->rows - 1, 0, grid->columns,
			     state->is_error ? TOP_LOOK_ERROR : TOP_LOOK_TITLE, state->message);
	} else if (state->filtering) {
		snprintf(text, sizeof(text), "filter: %s_  (Enter keeps it, Esc ends it)",
			 escape_text(state->filter, filter, sizeof(filter)));
		top_grid_put(grid, grid->rows - 1, 0, grid->columns, TOP_LOOK_QUESTION, text);
	} else {
		put_keys(grid, snapshot, state, listed);
	}
}
