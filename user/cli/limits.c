// SPDX-License-Identifier: BSD-2-Clause
#include "cli/limits.h"

#include <stdint.h>
#include <stdio.h>

#include "cli/cli.h"
#include "show/columns.h"
#include "control/settings.h"
#include "view/snapshot.h"

static bool is_listed(const struct region_view *view)
{
	return view->limits.own || view->limits.blocked || view->limited_ns ||
	       view->state == ECDN_XDP_STATE_EXEMPT;
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

static void exempt_words(const struct snapshot *snapshot, const struct region_view *view,
			 char *text, size_t size)
{
	uint64_t until_ns = view->limits.exempt_until_ns;

	if (view->state != ECDN_XDP_STATE_EXEMPT || until_ns == UINT64_MAX)
		snprintf(text, size, "%s", snapshot_state_name(view->state));
	else
		snprintf(text, size, "exempt for %.0fs", (until_ns - snapshot->now_ns) / 1e9);
}

static void print_text(const struct snapshot *snapshot)
{
	static const char *const heads[] = {
		"<REGION", ">PPS", ">BPS", ">CPS", ">PREFIX-PPS", ">ANSWER-CPS", ">HOLD",
		"<STATE", NULL
	};
	struct columns *columns = columns_new(heads);
	char state[64];

	limits_row(columns, SETTINGS_DEFAULT, "", &snapshot->config.default_limits);
	for (uint32_t i = 0; i < snapshot->region_count; i++) {
		const struct region_view *view = &snapshot->regions[i];

		if (!is_listed(view))
			continue;
		exempt_words(snapshot, view, state, sizeof(state));
		limits_row(columns, view->name, state, &view->limits);
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

static json_t *region_json(const struct snapshot *snapshot, const struct region_view *view)
{
	bool exempt = view->state == ECDN_XDP_STATE_EXEMPT;
	bool ends = exempt && view->limits.exempt_until_ns != UINT64_MAX;

	return json_pack("{s:s, s:s, s:b, s:o, s:o}", "region", view->name,
			 "state", snapshot_state_name(view->state), "own", view->limits.own != 0,
			 "exempt_until", cli_json_time(ends ?
				snapshot_epoch(snapshot, view->limits.exempt_until_ns) : 0),
			 "limits", limits_json(&view->limits));
}

static int print_json(const struct snapshot *snapshot)
{
	json_t *regions = json_array();

	for (uint32_t i = 0; i < snapshot->region_count; i++)
		if (is_listed(&snapshot->regions[i]))
			json_array_append_new(regions, region_json(snapshot,
								   &snapshot->regions[i]));
	return cli_print_json(json_pack("{s:o, s:o}", "default",
					limits_json(&snapshot->config.default_limits),
					"regions", regions));
}

int limits_print(const char *pin_dir, bool json)
{
	struct snapshot snapshot;
	int err = snapshot_read(&snapshot, pin_dir);

	if (err)
		return err;
	if (json)
		err = print_json(&snapshot);
	else
		print_text(&snapshot);
	snapshot_free(&snapshot);
	return err;
}
