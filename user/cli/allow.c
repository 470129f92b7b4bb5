// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/cidrs.h"
#include "cli/cli.h"
#include "base/log.h"
#include "control/bring_up.h"
#include "view/view_pins.h"

static int add(struct trusted_list *list, void *context)
{
	const struct cidrs *cidrs = context;

	if (trusted_allow(list, cidrs->at, cidrs->count, time(NULL)))
		return log_error(-ENOMEM, "out of memory for the allowed prefixes");
	return 0;
}

/* All of them, or none if one is not listed. */
static int del(struct trusted_list *list, void *context)
{
	const struct cidrs *cidrs = context;
	char text[CIDR_TEXT_SIZE];

	for (size_t i = 0; i < cidrs->count; i++) {
		const struct ecdn_xdp_trusted_row *row = trusted_find(list, &cidrs->at[i]);

		if (!row || !row->allowed)
			return log_error(-ENOENT, "%s is not on the list, which `ecdn-xdp allow` "
					 "prints; nothing was changed",
					 cidr_format(&cidrs->at[i], text));
	}
	trusted_disallow(list, cidrs->at, cidrs->count);
	return 0;
}

static void print_text(const struct trusted_list *trusted)
{
	char text[CIDR_TEXT_SIZE];
	struct cidr cidr;

	for (size_t i = 0; i < trusted->count; i++) {
		if (!trusted->row[i].allowed)
			continue;
		trusted_cidr(&trusted->row[i], &cidr);
		puts(cidr_format(&cidr, text));
	}
}

static int print_json(const struct trusted_list *trusted)
{
	json_t *allowed = json_array();
	char text[CIDR_TEXT_SIZE];
	struct cidr cidr;

	for (size_t i = 0; i < trusted->count; i++) {
		if (!trusted->row[i].allowed)
			continue;
		trusted_cidr(&trusted->row[i], &cidr);
		json_array_append_new(allowed, json_string(cidr_format(&cidr, text)));
	}
	return cli_print_json(json_pack("{s:o}", "allow", allowed));
}

static int list(const struct cli *cli)
{
	struct trusted_list trusted = {};
	int err = view_pins_trusted(cli->pin_dir, &trusted);

	if (!err && cli->json)
		err = print_json(&trusted);
	else if (!err)
		print_text(&trusted);
	trusted_free(&trusted);
	return err;
}

static int change(const char *pin_dir, trust_edit *edit, struct cidrs *cidrs)
{
	struct request request;

	request_init(&request);
	request.trust.edit = edit;
	request.trust.context = cidrs;
	return bring_up_change(pin_dir, &request);
}

int cli_allow(const struct verb *verb, int argc, char **argv)
{
	struct cidrs cidrs = {};
	struct cli cli = {};
	int err, count = cli_read(&cli, verb, argc, argv, true, NULL, 0);

	if (count <= 0)
		return count ? count : list(&cli);
	if (count < 2 || (strcmp(argv[0], "add") && strcmp(argv[0], "del")))
		return cli_usage(verb, "must be `allow`, `allow add CIDR...` or `allow del CIDR...`");
	err = cidrs_read(&cidrs, count - 1, argv + 1);
	err = err ?: change(cli.pin_dir, strcmp(argv[0], "add") ? del : add, &cidrs);
	free(cidrs.at);
	return err;
}
