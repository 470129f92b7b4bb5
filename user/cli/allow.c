// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "cli/cli.h"
#include "control/bring_up.h"
#include "show/output.h"
#include "view/view_trusted.h"

static int add(struct trust_list *list, void *context)
{
	const struct cli_cidrs *cidrs = context;

	if (trust_list_allow(list, cidrs->at, cidrs->count, time(NULL)))
		return log_error(-ENOMEM, "out of memory for the allowed prefixes");
	return 0;
}

/* Deletes all of the prefixes, or none if one is not on the list. */
static int del(struct trust_list *list, void *context)
{
	const struct cli_cidrs *cidrs = context;
	char text[CIDR_TEXT_SIZE];

	for (size_t i = 0; i < cidrs->count; i++) {
		const struct ecdn_xdp_trusted_row *row = trust_list_find(list, &cidrs->at[i]);

		if (!row || !row->allowed)
			return log_error(-ENOENT, "%s is not on the list, which `ecdn-xdp allow` "
					 "prints; nothing was changed",
					 cidr_format(&cidrs->at[i], text));
	}
	trust_list_disallow(list, cidrs->at, cidrs->count);
	return 0;
}

/* The allowed prefix of a row; 0 if the row is only a node's. */
static const char *allowed_text(const struct ecdn_xdp_trusted_row *row, char text[CIDR_TEXT_SIZE])
{
	struct cidr cidr;

	if (!row->allowed)
		return NULL;
	trust_list_cidr(row, &cidr);
	return cidr_format(&cidr, text);
}

static void print_text(const struct trust_list *trusted)
{
	char text[CIDR_TEXT_SIZE];

	for (size_t i = 0; i < trusted->count; i++)
		if (allowed_text(&trusted->row[i], text))
			puts(text);
}

static int print_json(const struct trust_list *trusted)
{
	json_t *allowed = json_array();
	char text[CIDR_TEXT_SIZE];

	for (size_t i = 0; i < trusted->count; i++)
		if (allowed_text(&trusted->row[i], text))
			json_array_append_new(allowed, json_string(text));
	return output_json(json_pack("{s:o}", "allow", allowed));
}

static int list(const struct cli *cli)
{
	struct trust_list trusted;
	int err = view_trusted_read(&trusted, cli->pin_dir);

	if (!err && cli->json)
		err = print_json(&trusted);
	else if (!err)
		print_text(&trusted);
	trust_list_free(&trusted);
	return err;
}

static int run(const struct verb *verb, int argc, char **argv)
{
	struct cli_cidrs cidrs = {};
	struct cli cli = {};
	int err, count = cli_read(&cli, verb, argc, argv, true, NULL, 0);

	if (count <= 0)
		return count ? count : list(&cli);
	if (count < 2 || (strcmp(argv[0], "add") && strcmp(argv[0], "del")))
		return cli_usage(verb, "must be `allow`, `allow add CIDR...` or "
				 "`allow del CIDR...`");
	err = cli_read_cidrs(&cidrs, count - 1, argv + 1);
	err = err ?: bring_up_edit(cli.pin_dir, strcmp(argv[0], "add") ? del : add, &cidrs);
	free(cidrs.at);
	return err;
}

const struct verb allow_verbs[] = {
	{ "allow", run, "[add CIDR... | del CIDR...]", "Source prefixes that are never limited",
	  { "allow add 192.0.2.0/24 2001:db8::/32", "allow --json" } },
	{},
};
