// SPDX-License-Identifier: BSD-2-Clause
/*
 * limit.c - the verb that sets limits, and the limits in force.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "cli/cli_limit.h"
#include "cli/limit_region.h"
#include "show/limit_fields.h"
#include "show/output.h"
#include "view/view_regions.h"

static bool is_listed(const struct view_region *region)
{
	return region->limits.own || region->state != ECDN_XDP_STATE_NORMAL ||
	       view_regions_has_learned(region);
}

static struct limit_fields_item default_item(const struct view_regions *view)
{
	return (struct limit_fields_item){
		.region = LIMITS_DEFAULT, .limits = view->config.default_limits,
	};
}

static int print_text(const struct view_regions *view)
{
	const struct fields fields = { limit_fields, 0, &view->moment };
	struct limit_fields_item item = default_item(view);
	struct columns *columns = columns_new();

	fields_heads(&fields, columns);
	if (!view->shared)
		fields_cells(&fields, &item, columns);
	for (uint32_t i = 0; i < view->count; i++) {
		if (!is_listed(&view->region[i]))
			continue;
		item = limit_fields_item(view, &view->region[i]);
		fields_cells(&fields, &item, columns);
	}
	return columns_print(columns);
}

/* What stands at the key "limits" of the default limits' object; 0 without memory. */
static json_t *default_json(const struct fields *fields, const struct view_regions *view)
{
	struct limit_fields_item item = default_item(view);
	json_t *object = fields_object(fields, &item);
	json_t *limits = json_incref(json_object_get(object, "limits"));

	json_decref(object);
	return limits;
}

static int print_json(const struct view_regions *view)
{
	const struct fields fields = { limit_fields, 0, &view->moment };
	json_t *regions = json_array();

	for (uint32_t i = 0; i < view->count; i++) {
		struct limit_fields_item item = limit_fields_item(view, &view->region[i]);

		if (is_listed(&view->region[i]))
			json_array_append_new(regions, fields_object(&fields, &item));
	}
	return output_json(json_pack("{s:o, s:o}", "default", view->shared ? json_null() :
				     default_json(&fields, view), "regions", regions));
}

static int list(const char *pin_dir, bool json)
{
	struct view_regions view;
	int err = view_regions_read(&view, pin_dir);

	if (err)
		return err;
	if (view.shared)
		log_warning("the default limits are left out, which root alone may read");
	err = json ? print_json(&view) : print_text(&view);
	view_regions_free(&view);
	return err;
}

static const char *const subverbs[] = { "set", "clear", NULL };

static int limit_words(const struct verb *verb, const struct cli *cli, int count,
		       char **words, struct limits_change *change)
{
	bool shows = count == 1 && strcmp(words[0], "set") && strcmp(words[0], "clear");

	change->what = cli->given;
	if (shows && !change->what)
		return limit_region(cli->pin_dir, words[0], cli->json);
	if (!count && !change->what)
		return list(cli->pin_dir, cli->json);
	if (count == 2 && !strcmp(words[0], "set")) {
		if (!change->what)
			return cli_usage(verb, "set what? Give at least one limit");
		return cli_limit_change(cli, words[1], change);
	}
	if (count == 2 && !strcmp(words[0], "clear") && !change->what) {
		change->what = LIMITS_CLEAR;
		return cli_limit_change(cli, words[1], change);
	}
	return cli_unknown(verb, count ? words[0] : NULL, subverbs, "must be `limit`, "
			   "`limit REGION`, `limit set REGION --...` or `limit clear REGION`");
}

static int run_limit(const struct verb *verb, int argc, char **argv)
{
	struct limits_change change = {};
	struct ecdn_xdp_limits *to = &change.limits;
	const char *aggregate = NULL;
	bool learns = false, not_learns = false;
	const struct option_row rows[] = {
		{ "auto", 0, OPTION_FLAG, &learns, NULL,
		  "the agent learns --pps, --bps and --cps; those that are given are caps",
		  LIMITS_AUTO },
		{ "no-auto", 0, OPTION_FLAG, &not_learns, NULL,
		  "it does not any more; those that were given hold again", LIMITS_AUTO },
		{ "pps", 0, OPTION_RATE, &to->pps, "N",
		  "packets/s that declare a surge; 0: no limit", LIMITS_PPS },
		{ "bps", 0, OPTION_RATE, &to->bps, "N",
		  "bits/s that declare a surge", LIMITS_BPS },
		{ "cps", 0, OPTION_RATE, &to->cps, "N",
		  "new connections/s that declare a surge", LIMITS_CPS },
		{ "prefix-pps", 0, OPTION_RATE, &to->prefix_pps, "N",
		  "in a surge: packets/s that pass from each of the three shares of a /24 or "
		  "/48 (1k)", LIMITS_PREFIX_PPS },
		{ "answer-cps", 0, OPTION_RATE, &to->answer_cps, "N",
		  "while limited: new connections/s that pass (4 times --cps, at least 100; "
		  "200k without --cps)",
		  LIMITS_ANSWER_CPS },
		{ "shield-cps", 0, OPTION_RATE, &to->shield_cps, "N",
		  "while shielded: new connections/s that pass (200k)", LIMITS_SHIELD_CPS },
		{ "aggregate-pps", 0, OPTION_TEXT, &aggregate, "N[,N]",
		  "in a surge: unproven packets/s that pass from each /20 or /40, and each IPv6 "
		  "/32 (4 and 16 times --prefix-pps); column AGGREGATE",
		  LIMITS_AGGREGATE_PPS },
		{ "grace", 0, OPTION_DURATION, &to->grace_ns, "DURATION",
		  "how long a proven surge (any, with --shield off) must stand before the region "
		  "is limited (1s)", LIMITS_GRACE },
		{ "hold", 0, OPTION_DURATION, &to->hold_ns, "DURATION",
		  "how long all rates stay below 80 % before a surge ends (10s)", LIMITS_HOLD },
	};
	struct cli cli = {};
	int count = cli_read(&cli, verb, argc, argv, true, rows, sizeof(rows) / sizeof(*rows));

	if (count >= 0 && aggregate && limits_parse_aggregate(aggregate, to->aggregate_pps))
		return log_error(CLI_USAGE, "--aggregate-pps %s: not a number, or two; write it as "
				 "4k or 4k,16k", aggregate);
	if (count >= 0 && learns && not_learns)
		return cli_usage(verb, "either --auto or --no-auto");
	change.learns = learns;
	return count < 0 ? count : limit_words(verb, &cli, count, argv, &change);
}

const struct verb limit_verbs[] = {
	{ "limit", run_limit,
	  "[REGION | set REGION|default [--auto] [--pps N] [--bps N] [--cps N] ... | "
	  "clear REGION|default]",
	  "Rates that declare a surge, and what passes during one",
	  { "limit set default --pps 200k --cps 20k", "limit set XX --auto --pps 500k" } },
	{},
};
