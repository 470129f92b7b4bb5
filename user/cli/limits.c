// SPDX-License-Identifier: BSD-2-Clause
#include "cli/limits.h"

#include <stdint.h>
#include <stdio.h>

#include "cli/cli.h"
#include "show/columns.h"
#include "guard/limits.h"
#include "view/view_regions.h"

static bool is_listed(const struct view_region *region)
{
	return region->limits.own || region->limits.blocked || region->limited_ns ||
	       region->state == ECDN_XDP_STATE_EXEMPT;
}

static void limit_cell(struct columns *columns, uint64_t limit)
{
	if (limit)
		columns_rate(columns, limit);
	else
		columns_cell(columns, "-");
}

static void limits_row(struct columns *columns, const char *name, const char *state,
		       const struct ecdn_xdp_limits *limits)
{
	columns_cell(columns, "%s", name);
	limit_cell(columns, limits->pps);
	limit_cell(columns, limits->bps);
	limit_cell(columns, limits->cps);
	limit_cell(columns, limits->prefix_pps);
	limit_cell(columns, limits->answer_cps);
	columns_cell(columns, "%gs", limits->hold_ns / 1e9);
	columns_cell(columns, "%s", state);
}

static void exempt_words(const struct view_regions *view, const struct view_region *region,
			 char *text, size_t size)
{
	uint64_t until_ns = region->limits.exempt_until_ns;

	if (region->state != ECDN_XDP_STATE_EXEMPT || until_ns == UINT64_MAX)
		snprintf(text, size, "%s", view_regions_state_name(region->state));
	else
		snprintf(text, size, "exempt for %.0fs", (until_ns - view->moment.now_ns) / 1e9);
}

static void print_text(const struct view_regions *view)
{
	static const char *const heads[] = {
		"<REGION", ">PPS", ">BPS", ">CPS", ">PREFIX-PPS", ">ANSWER-CPS", ">HOLD",
		"<STATE", NULL
	};
	struct columns *columns = columns_new(heads);
	char state[64];

	limits_row(columns, LIMITS_DEFAULT, "", &view->config.default_limits);
	for (uint32_t i = 0; i < view->count; i++) {
		const struct view_region *region = &view->region[i];

		if (!is_listed(region))
			continue;
		exempt_words(view, region, state, sizeof(state));
		limits_row(columns, region->name, state, &region->limits);
	}
	columns_print(columns);
}

static json_t *limits_json(const struct ecdn_xdp_limits *limits)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:f}", "pps", (json_int_t)limits->pps,
			 "bps", (json_int_t)limits->bps, "cps", (json_int_t)limits->cps,
			 "prefix_pps", (json_int_t)limits->prefix_pps,
			 "answer_cps", (json_int_t)limits->answer_cps,
			 "hold", limits->hold_ns / 1e9);
}

static json_t *region_json(const struct view_regions *view, const struct view_region *region)
{
	bool exempt = region->state == ECDN_XDP_STATE_EXEMPT;
	bool ends = exempt && region->limits.exempt_until_ns != UINT64_MAX;

	return json_pack("{s:s, s:s, s:b, s:o, s:o}", "region", region->name,
			 "state", view_regions_state_name(region->state), "own", region->limits.own != 0,
			 "exempt_until", cli_json_time(ends ?
				clock_epoch(&view->moment, region->limits.exempt_until_ns) : 0),
			 "limits", limits_json(&region->limits));
}

static int print_json(const struct view_regions *view)
{
	json_t *regions = json_array();

	for (uint32_t i = 0; i < view->count; i++)
		if (is_listed(&view->region[i]))
			json_array_append_new(regions, region_json(view,
								   &view->region[i]));
	return cli_print_json(json_pack("{s:o, s:o}", "default",
					limits_json(&view->config.default_limits),
					"regions", regions));
}

int limits_print(const char *pin_dir, bool json)
{
	struct view_regions view;
	int err = view_regions_read(&view, pin_dir);

	if (err)
		return err;
	if (json)
		err = print_json(&view);
	else
		print_text(&view);
	view_regions_free(&view);
	return err;
}
