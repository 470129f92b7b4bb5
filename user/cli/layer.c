// SPDX-License-Identifier: BSD-2-Clause
/*
 * layer.c - the verbs that go over what is measured of a region: exempt, block, release; and the
 * lists of exemptions and blocks.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/when.h"
#include "cli/cli_limit.h"
#include "control/verb_note.h"
#include "show/layer_fields.h"
#include "show/output.h"

enum given {
	GIVEN_FOR = 1 << 0,
	GIVEN_UNTIL = 1 << 1,
	GIVEN_REASON = 1 << 2,
};

/* What the two verbs that set a layer differ in. */
struct kind {
	enum ecdn_xdp_note_kind kind;
	unsigned int what;      /* enum limits_what */
	const char *list;       /* key of the list in JSON */
	const char *none;       /* logged if the list is empty */
};

static const struct kind exempt = {
	ECDN_XDP_NOTE_EXEMPT, LIMITS_EXEMPT, "exempt",
	"no region is exempt; `ecdn-xdp exempt REGION` exempts one",
};

static const struct kind block = {
	ECDN_XDP_NOTE_BLOCK, LIMITS_BLOCK, "blocked",
	"no region is blocked; `ecdn-xdp block REGION` blocks one",
};

static int print_text(const struct view_layers *view, const struct kind *kind)
{
	const struct fields fields = { layer_fields, 0, &view->moment };
	struct columns *columns = columns_new();

	if (!view->count)
		log_note("%s", kind->none);
	fields_heads(&fields, columns);
	for (unsigned int i = 0; i < view->count; i++) {
		struct layer_fields_item item = { view->at[i], view->moment };

		fields_cells(&fields, &item, columns);
	}
	return columns_print(columns);
}

static int print_json(const struct view_layers *view, const struct kind *kind)
{
	const struct fields fields = { layer_fields, 0, &view->moment };
	json_t *list = json_array();

	for (unsigned int i = 0; i < view->count; i++) {
		struct layer_fields_item item = { view->at[i], view->moment };

		json_array_append_new(list, fields_object(&fields, &item));
	}
	return output_json(json_pack("{s:o}", kind->list, list));
}

static int list(const struct cli *cli, const struct kind *kind)
{
	struct view_layers view;
	int err = view_layers_read(&view, cli->pin_dir, kind->kind);

	if (err)
		return err;
	err = cli->json ? print_json(&view, kind) : print_text(&view, kind);
	view_layers_free(&view);
	return err;
}

static int read_until(const char *text, struct layers_span *span)
{
	uint64_t now_ns = clock_ns(CLOCK_REALTIME);

	if (when_parse(text, now_ns, &span->until_ns))
		return log_error(CLI_USAGE, "--until %s: not a time; write it as 14:00, "
				 "\"2026-11-28 14:00\" or 2026-11-28T14:00:00Z", text);
	if (span->until_ns <= now_ns)
		return log_error(CLI_USAGE, "--until %s: that has passed", text);
	return 0;
}

static int read_reason(const char *text, struct layers_span *span)
{
	int err = layers_set_reason(span, text);

	if (err == -E2BIG)
		return log_error(CLI_USAGE, "--reason: has room for %zu bytes, not for %zu",
				 LAYERS_REASON_SIZE - 1, strlen(text));
	if (err)
		return log_error(CLI_USAGE, "--reason: must be UTF-8 without control characters");
	verb_note_reason(text);
	return 0;
}

static int change(const struct verb *verb, const struct cli *cli, const char *region,
		  struct limits_change *change)
{
	if (!strcmp(region, LIMITS_DEFAULT))
		return cli_usage(verb, "\"default\" is no region");
	return cli_limit_change(cli, region, change);
}

static int run_layer(const struct verb *verb, int argc, char **argv, const struct kind *kind)
{
	struct limits_change wanted = { .what = kind->what, .span.for_ns = LAYERS_FOREVER };
	const char *until = NULL, *reason = NULL;
	const struct option_row rows[] = {
		{ "for", 0, OPTION_DURATION, &wanted.span.for_ns, "DURATION",
		  "how long; without an end, until `release`", GIVEN_FOR },
		{ "until", 0, OPTION_TEXT, &until, "TIME",
		  "until when: HH:MM, \"YYYY-MM-DD HH:MM[:SS]\" or a time as RFC 3339 has it",
		  GIVEN_UNTIL },
		{ "reason", 0, OPTION_TEXT, &reason, "TEXT", "why, to be kept and shown",
		  GIVEN_REASON },
	};
	struct cli cli = {};
	int count = cli_read(&cli, verb, argc, argv, true, rows, sizeof(rows) / sizeof(*rows));
	int err;

	if (count < 0)
		return count;
	if (!count && !cli.given)
		return list(&cli, kind);
	if (count != 1 || cli.json)
		return cli_usage(verb, count == 1 ? "--json is for the list" : "name one region");
	if (cli.given & GIVEN_FOR && cli.given & GIVEN_UNTIL)
		return log_error(CLI_USAGE, "--for and --until exclude each other");
	err = until ? read_until(until, &wanted.span) : 0;
	if (!err && reason)
		err = read_reason(reason, &wanted.span);
	return err ?: change(verb, &cli, argv[0], &wanted);
}

static int run_exempt(const struct verb *verb, int argc, char **argv)
{
	return run_layer(verb, argc, argv, &exempt);
}

static int run_block(const struct verb *verb, int argc, char **argv)
{
	return run_layer(verb, argc, argv, &block);
}

static int run_release(const struct verb *verb, int argc, char **argv)
{
	struct limits_change wanted = { .what = LIMITS_RELEASE };
	struct cli cli = {};
	int count = cli_read(&cli, verb, argc, argv, false, NULL, 0);

	if (count < 0)
		return count;
	if (count != 1)
		return cli_usage(verb, "name one region");
	return change(verb, &cli, argv[0], &wanted);
}

const struct verb layer_verbs[] = {
	{ "exempt", run_exempt, "[REGION [--for DURATION|--until TIME] [--reason TEXT]]",
	  "Never limit a region, also if it is blocked; without one: list the exempt ones",
	  { "exempt XX --for 2h --reason \"ticket 4711\"", "exempt" } },
	{ "block", run_block, "[REGION [--for DURATION|--until TIME] [--reason TEXT]]",
	  "Drop a region's packets to the protected ports; without one: list the blocked ones",
	  { "block XX --until 18:00", "block" } },
	{ "release", run_release, "REGION", "End a region's surge, exemption and block",
	  { "release XX", "release XX --verbose" } },
	{},
};
