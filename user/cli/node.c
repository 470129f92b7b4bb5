// SPDX-License-Identifier: BSD-2-Clause
/*
 * node.c - the platform's intermediate nodes: prefixes that are not limited up to their
 * ceilings, that proxies do not take for clients, and whose pings are answered. Their list is
 * printed and changed here.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "cli/cli.h"
#include "cli/cli_ceiling.h"
#include "cli/cli_list.h"
#include "cli/node_check.h"
#include "cli/node_formats.h"
#include "control/bring_up.h"
#include "show/node_fields.h"
#include "show/output.h"
#include "view/view_nodes.h"
#include "view/view_trusted.h"

struct node_words {
	const char *name, *format;
	struct cli_ceiling ceiling;
	bool exit_code;
};

struct given_nodes {
	struct trust_node *at;
	size_t count;
	struct cli_list_change change;
};

/* Prefixes that are taken off, and how many of the nodes went. */
struct gone_nodes {
	struct cli_cidrs cidrs;
	size_t removed;
};

static size_t count_nodes(const struct trust_list *list)
{
	size_t count = 0;

	for (size_t i = 0; i < list->count; i++)
		count += trust_list_is_node(&list->row[i]);
	return count;
}

static int add_to(struct trust_list *list, void *context)
{
	struct given_nodes *nodes = context;
	size_t before = count_nodes(list);
	int err;

	for (size_t i = 0; i < nodes->count; i++) {
		const struct ecdn_xdp_trusted_row *row = trust_list_find(list, &nodes->at[i].cidr);

		nodes->change.there += row && trust_list_is_node(row);
	}
	err = trust_list_add_nodes(list, nodes->at, nodes->count, time(NULL));
	nodes->change.added = count_nodes(list) - before;
	return err ? trust_request_error(err) : 0;
}

/* Deletes all of the prefixes, or none if one is not on the list. */
static int del_from(struct trust_list *list, void *context)
{
	struct gone_nodes *gone = context;
	const struct cli_cidrs *cidrs = &gone->cidrs;
	size_t before = count_nodes(list);
	char text[CIDR_TEXT_SIZE];

	for (size_t i = 0; i < cidrs->count; i++) {
		const struct ecdn_xdp_trusted_row *row = trust_list_find(list, &cidrs->at[i]);

		if (!row || !trust_list_is_node(row))
			return log_error(-ENOENT, "%s is not on the list, which `ecdn-xdp node` "
					 "prints; nothing was changed",
					 cidr_format(&cidrs->at[i], text));
	}
	trust_list_remove_nodes(list, cidrs->at, cidrs->count);
	gone->removed = before - count_nodes(list);
	return 0;
}

/* A name begins as no address can, so that 192.0.2.300 is a wrong address and no name. */
static bool looks_like_name(const char *word)
{
	return !strpbrk(word, ":/") && (word[0] < '0' || word[0] > '9');
}

static int check_name(const char *name)
{
	if (trust_list_name_valid(name, strlen(name)))
		return 0;
	return log_error(CLI_USAGE, "'%s' is not a node's name: 1 to %d printable characters "
			 "without space, quote, comma or '#'", name,
			 ECDN_XDP_TRUSTED_NAME_SIZE - 1);
}

static int make_nodes(const struct cli_cidrs *cidrs, const char *name, struct given_nodes *nodes)
{
	nodes->at = calloc(cidrs->count, sizeof(*nodes->at));
	if (!nodes->at)
		return log_error(-ENOMEM, "out of memory");
	nodes->count = cidrs->count;
	for (size_t i = 0; i < cidrs->count; i++) {
		nodes->at[i].cidr = cidrs->at[i];
		memcpy(nodes->at[i].name, name, strlen(name));
	}
	return 0;
}

static int add_nodes(const struct cli *cli, struct given_nodes *nodes,
		     const struct cli_cidrs *cidrs, const struct cli_ceiling *ceiling)
{
	struct request request;
	int err;

	request_init(&request);
	request.trust.edit = add_to;
	request.trust.context = nodes;
	err = cli_ceiling_request(ceiling, cidrs, &request.trust);
	err = err ?: bring_up_change(cli->pin_dir, &request);
	request_free(&request);
	if (!err)
		cli_list_tell_added(cli, &nodes->change, ceiling);
	return err;
}

static int add(const struct cli *cli, int count, char **words, const struct node_words *given)
{
	struct cli_cidrs cidrs = {};
	struct given_nodes nodes = {};
	const char *name = given->name;
	int err;

	if (!name && count == 2 && looks_like_name(words[1]))
		name = words[--count];
	err = name ? check_name(name) : 0;
	err = err ?: cli_ceiling_check(&given->ceiling);
	err = err ?: cli_read_cidrs(&cidrs, count, words);
	err = err ?: make_nodes(&cidrs, name ?: "", &nodes);
	err = err ?: add_nodes(cli, &nodes, &cidrs, &given->ceiling);
	free(nodes.at);
	free(cidrs.at);
	return err;
}

static int del(const struct cli *cli, int count, char **words)
{
	struct gone_nodes gone = {};
	int err = cli_read_cidrs(&gone.cidrs, count, words);

	err = err ?: bring_up_edit(cli->pin_dir, del_from, &gone);
	free(gone.cidrs.at);
	if (!err)
		cli_list_tell_removed(cli, gone.removed);
	return err;
}

static int load(const struct cli *cli, const char *path)
{
	struct request request;
	int err;

	request_init(&request);
	err = trust_request_nodes(&request.trust, path);
	err = err ?: bring_up_change(cli->pin_dir, &request);
	request_free(&request);
	return err;
}

static int print_text(const struct view_nodes *nodes)
{
	const struct fields fields = { node_fields, NODE_FIELDS_LIST |
		(nodes->passes ? NODE_FIELDS_PASSED : NODE_FIELDS_ANSWERED), &nodes->moment };
	struct columns *columns = columns_new();

	fields_heads(&fields, columns);
	for (size_t i = 0; i < nodes->count; i++)
		fields_cells(&fields, &nodes->at[i], columns);
	if (!nodes->count)
		log_note("there are no nodes; get the list of their addresses from the platform, "
			 "and `ecdn-xdp node load FILE`");
	return columns_print(columns);
}

static int print_json(const struct view_nodes *nodes)
{
	const struct fields fields = { node_fields, NODE_FIELDS_LIST | NODE_FIELDS_ANSWERED |
		NODE_FIELDS_PASSED, &nodes->moment };
	json_t *array = json_array();

	for (size_t i = 0; i < nodes->count; i++)
		json_array_append_new(array, fields_object(&fields, &nodes->at[i]));
	return output_json(json_pack("{s:o}", "nodes", array));
}

static int list_counts(const char *pin_dir, bool json)
{
	struct view_nodes nodes;
	int err = view_nodes_read(&nodes, pin_dir);

	if (err)
		return err;
	err = json ? print_json(&nodes) : print_text(&nodes);
	view_nodes_free(&nodes);
	return err;
}

static int list_as(const char *pin_dir, int format)
{
	struct trust_list list;
	int err = view_trusted_read(&list, pin_dir);

	if (!err)
		node_formats_print(stdout, format, &list);
	trust_list_free(&list);
	return err;
}

/* `node` and `node list`: with counters, or in a format that other programs read. */
static int list(const struct verb *verb, const struct cli *cli, const char *format)
{
	bool json = format && !strcmp(format, "json");
	int index;

	if (!format || json)
		return list_counts(cli->pin_dir, json || cli->json);
	if (cli->json)
		return cli_usage(verb, "--json and --format exclude each other");
	index = node_formats_find(format);
	if (index < 0)
		return cli_usage(verb, "--format must be plain, json, nft, ipset or nginx");
	return list_as(cli->pin_dir, index);
}

static int rule(const struct verb *verb, const struct cli *cli, const char *format)
{
	if (cli->json)
		return cli_usage(verb, "`node rule` prints commands and no JSON");
	return node_formats_rule(format) ?
	       cli_usage(verb, "--format of `node rule` must be nft or iptables") : 0;
}

static const char *const subverbs[] = { "list", "add", "del", "load", "check", "rule", NULL };

/* Changes the list. 1: the words mean something else. */
static int change(const struct cli *cli, int count, char **words, const struct node_words *given)
{
	if (count > 1 && !strcmp(words[0], "add"))
		return add(cli, count - 1, words + 1, given);
	if (count > 1 && !strcmp(words[0], "del"))
		return del(cli, count - 1, words + 1);
	if (count == 2 && !strcmp(words[0], "load"))
		return load(cli, words[1]);
	return 1;
}

static int run_words(const struct verb *verb, const struct cli *cli, int count, char **words,
		     const struct node_words *given)
{
	const char *what = count ? words[0] : "list";
	bool lists = count < 2 && !strcmp(what, "list");
	bool rules = count == 1 && !strcmp(what, "rule");
	bool checks = count == 1 && !strcmp(what, "check");
	int err;

	if (given->name && strcmp(what, "add"))
		return cli_usage(verb, "--name goes with `node add`");
	if ((given->ceiling.pps || given->ceiling.cps) && strcmp(what, "add"))
		return cli_usage(verb, "--pps and --cps go with `node add`");
	if (given->format && !lists && !rules)
		return cli_usage(verb, "--format goes with `node list` and `node rule`");
	if (given->exit_code && !checks)
		return cli_usage(verb, "--exit-code goes with `node check`");
	if (lists)
		return list(verb, cli, given->format);
	if (rules)
		return rule(verb, cli, given->format);
	if (checks)
		return node_check(cli->pin_dir, cli->json, given->exit_code);
	err = change(cli, count, words, given);
	return err == 1 ? cli_unknown(verb, what, subverbs, "must be `node`, `node add CIDR...`, "
				      "`node del CIDR...`, `node load FILE`, `node check` or "
				      "`node rule`") : err;
}

static int run(const struct verb *verb, int argc, char **argv)
{
	struct node_words given = {};
	const struct option_row rows[] = {
		{ "name", 0, OPTION_TEXT, &given.name, "NAME",
		  "add: the name of the nodes that are added", 0 },
		CLI_CEILING_ROWS(given.ceiling),
		{ "format", 0, OPTION_TEXT, &given.format, "FORMAT",
		  "list: plain, json, nft, ipset or nginx; rule: nft or iptables", 0 },
		{ "exit-code", 0, OPTION_FLAG, &given.exit_code, NULL,
		  "check: exit with 3 unless ping works, knows all addresses, and heard all nodes",
		  0 },
	};
	struct cli cli = {};
	int count = cli_read(&cli, verb, argc, argv, true, rows, sizeof(rows) / sizeof(*rows));

	return count < 0 ? count : run_words(verb, &cli, count, argv, &given);
}

const struct verb node_verbs[] = {
	{ "node", run,
	  "[list [--format FORMAT] | add CIDR... [--name NAME] [--pps N] [--cps N] | del CIDR... | "
	  "load FILE | check | "
	  "rule]",
	  "The platform's intermediate nodes, not limited up to their ceilings; and what they sent",
	  { "node add 192.0.2.7 --name ams-1", "node list --format nft" } },
	{},
};
