// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "cli/cli.h"
#include "cli/cli_ceiling.h"
#include "cli/cli_list.h"
#include "control/bring_up.h"
#include "show/output.h"
#include "show/rate_fields.h"

/* Prefixes that are to be changed, and what has come of it. */
struct allowing {
	struct cli_cidrs cidrs;
	struct cli_list_change change;
};

static size_t count_allowed(const struct trust_list *list)
{
	size_t count = 0;

	for (size_t i = 0; i < list->count; i++)
		count += !!list->row[i].allowed;
	return count;
}

static int add(struct trust_list *list, void *context)
{
	struct allowing *allowing = context;
	const struct cli_cidrs *cidrs = &allowing->cidrs;
	size_t before = count_allowed(list);

	for (size_t i = 0; i < cidrs->count; i++) {
		const struct ecdn_xdp_trusted_row *row = trust_list_find(list, &cidrs->at[i]);

		allowing->change.there += row && row->allowed;
	}
	if (trust_list_allow(list, cidrs->at, cidrs->count, time(NULL)))
		return log_error(-ENOMEM, "out of memory for the allowed prefixes");
	allowing->change.added = count_allowed(list) - before;
	return 0;
}

/* Deletes all of the prefixes, or none if one is not on the list. */
static int del(struct trust_list *list, void *context)
{
	struct allowing *allowing = context;
	const struct cli_cidrs *cidrs = &allowing->cidrs;
	size_t before = count_allowed(list);
	char text[CIDR_TEXT_SIZE];

	for (size_t i = 0; i < cidrs->count; i++) {
		const struct ecdn_xdp_trusted_row *row = trust_list_find(list, &cidrs->at[i]);

		if (!row || !row->allowed)
			return log_error(-ENOENT, "%s is not on the list, which `ecdn-xdp allow` "
					 "prints; nothing was changed",
					 cidr_format(&cidrs->at[i], text));
	}
	trust_list_disallow(list, cidrs->at, cidrs->count);
	allowing->change.added = before - count_allowed(list);
	return 0;
}

static int print_text(const struct view_allowance *allowed)
{
	const struct fields fields = { rate_fields_allowed, 0, &allowed->moment };
	struct columns *columns = columns_new();

	fields_heads(&fields, columns);
	for (size_t i = 0; i < allowed->count; i++)
		fields_cells(&fields, &allowed->at[i], columns);
	if (!allowed->count)
		log_note("no prefix is allowed; `ecdn-xdp allow add CIDR` adds one, and the "
			 "platform's nodes are in `ecdn-xdp node`");
	return columns_print(columns);
}

/* The list alone comes first, as other programs have always read it. */
static int print_json(const struct view_allowance *allowed)
{
	const struct fields fields = { rate_fields_allowed, 0, &allowed->moment };
	json_t *list = json_array(), *prefixes = json_array();
	char text[CIDR_TEXT_SIZE];

	for (size_t i = 0; i < allowed->count; i++) {
		const struct view_allowed *at = &allowed->at[i];

		json_array_append_new(list, json_string(cidr_format(&at->cidr, text)));
		json_array_append_new(prefixes, fields_object(&fields, at));
	}
	return output_json(json_pack("{s:o, s:o}", "allow", list, "prefixes", prefixes));
}

static int list(const struct cli *cli)
{
	struct view_allowance allowed;
	int err = view_rates_allowed(&allowed, cli->pin_dir);

	if (err)
		return err;
	err = cli->json ? print_json(&allowed) : print_text(&allowed);
	view_rates_free_allowed(&allowed);
	return err;
}

static int change(const struct cli *cli, struct allowing *allowing, trust_edit *edit,
		  const struct cli_ceiling *ceiling)
{
	struct request request;
	int err;

	request_init(&request);
	request.trust.edit = edit;
	request.trust.context = allowing;
	err = cli_ceiling_request(ceiling, &allowing->cidrs, &request.trust);
	err = err ?: bring_up_change(cli->pin_dir, &request);
	request_free(&request);
	if (!err && edit == add)
		cli_list_tell_added(cli, &allowing->change, ceiling);
	else if (!err)
		cli_list_tell_removed(cli, allowing->change.added);
	return err;
}

static int run(const struct verb *verb, int argc, char **argv)
{
	struct cli_ceiling ceiling = {};
	const struct option_row rows[] = { CLI_CEILING_ROWS(ceiling) };
	struct allowing allowing = {};
	struct cli cli = {};
	int err, count = cli_read(&cli, verb, argc, argv, true, rows, 2);
	bool adds = count > 1 && !strcmp(argv[0], "add");

	if (count >= 0 && !adds && (ceiling.pps || ceiling.cps))
		return cli_usage(verb, "--pps and --cps go with `allow add`");
	if (count <= 0)
		return count ? count : list(&cli);
	if (count < 2 || (!adds && strcmp(argv[0], "del")))
		return cli_unknown(verb, argv[0], (const char *const[]){ "add", "del", NULL },
				   "must be `allow`, `allow add CIDR...` or `allow del CIDR...`");
	err = cli_ceiling_check(&ceiling);
	err = err ?: cli_read_cidrs(&allowing.cidrs, count - 1, argv + 1);
	err = err ?: change(&cli, &allowing, adds ? add : del, &ceiling);
	free(allowing.cidrs.at);
	return err;
}

const struct verb allow_verbs[] = {
	{ "allow", run, "[add CIDR... [--pps N] [--cps N] | del CIDR...]",
	  "Source prefixes that are not limited up to their ceilings; and what they sent",
	  { "allow add 192.0.2.0/24 2001:db8::/32", "allow --json" } },
	{},
};
