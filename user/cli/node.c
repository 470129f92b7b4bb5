// SPDX-License-Identifier: BSD-2-Clause
/*
 * node.c - the platform's intermediate nodes: prefixes that are never limited, that
 * proxies tell from clients, and whose pings are answered. Here the list changes.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/cidrs.h"
#include "cli/cli.h"
#include "cli/node.h"
#include "base/log.h"
#include "control/bring_up.h"

struct given_nodes {
	struct trusted_node *at;
	size_t count;
};

static int add_to(struct trusted_list *list, void *context)
{
	const struct given_nodes *nodes = context;
	int err = trusted_add_nodes(list, nodes->at, nodes->count, time(NULL));

	return err ? trust_part_error(err) : 0;
}

/* All of them, or none if one is not listed. */
static int del_from(struct trusted_list *list, void *context)
{
	const struct cidrs *cidrs = context;
	char text[CIDR_TEXT_SIZE];

	for (size_t i = 0; i < cidrs->count; i++) {
		const struct ecdn_xdp_trusted_row *row = trusted_find(list, &cidrs->at[i]);

		if (!row || !row->node)
			return log_error(-ENOENT, "%s is not on the list, which `ecdn-xdp node` "
					 "prints; nothing was changed",
					 cidr_format(&cidrs->at[i], text));
	}
	trusted_remove_nodes(list, cidrs->at, cidrs->count);
	return 0;
}

/* What begins as no address can: 192.0.2.300 is an error and no name. */
static bool looks_like_name(const char *word)
{
	return !strpbrk(word, ":/") && (word[0] < '0' || word[0] > '9');
}

static int check_name(const char *name)
{
	if (trusted_name_valid(name, strlen(name)))
		return 0;
	return log_error(CLI_USAGE, "'%s' is not a node's name: 1 to %d printable characters "
			 "without space, quote, comma or '#'", name,
			 ECDN_XDP_TRUSTED_NAME_SIZE - 1);
}

static int make_nodes(const struct cidrs *cidrs, const char *name, struct given_nodes *nodes)
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

static int edit(const char *pin_dir, trust_edit *change, void *context)
{
	struct request request;

	request_init(&request);
	request.trust.edit = change;
	request.trust.context = context;
	return bring_up_change(pin_dir, &request);
}

static int add(const struct cli *cli, int count, char **words, const char *name)
{
	struct cidrs cidrs = {};
	struct given_nodes nodes = {};
	int err = 0;

	if (!name && count == 2 && looks_like_name(words[1]))
		name = words[--count];
	err = name ? check_name(name) : 0;
	err = err ?: cidrs_read(&cidrs, count, words);
	err = err ?: make_nodes(&cidrs, name ?: "", &nodes);
	err = err ?: edit(cli->pin_dir, add_to, &nodes);
	free(nodes.at);
	free(cidrs.at);
	return err;
}

static int del(const struct cli *cli, int count, char **words)
{
	struct cidrs cidrs = {};
	int err = cidrs_read(&cidrs, count, words);

	err = err ?: edit(cli->pin_dir, del_from, &cidrs);
	free(cidrs.at);
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

/* `node` and `node list`; the formats are what others read. */
static int list(const struct verb *verb, const struct cli *cli, const char *format)
{
	if (!format)
		return node_list(cli->pin_dir, cli->json);
	if (!strcmp(format, "json"))
		return node_list(cli->pin_dir, true);
	if (cli->json)
		return cli_usage(verb, "--json and --format exclude each other");
	if (!node_format_known(format))
		return cli_usage(verb, "--format must be plain, json, nft, ipset or nginx");
	return node_list_as(cli->pin_dir, format);
}

static int rule(const struct verb *verb, const struct cli *cli, const char *format)
{
	if (cli->json)
		return cli_usage(verb, "`node rule` prints commands and no JSON");
	if (format && !node_rule_known(format))
		return cli_usage(verb, "--format of `node rule` must be nft or iptables");
	node_rule(format);
	return 0;
}

struct node_words {
	const char *name, *format;
	bool exit_code;
};

/* What is done to the list. 1: something else is meant. */
static int change(const struct cli *cli, int count, char **words, const char *name)
{
	if (count > 1 && !strcmp(words[0], "add"))
		return add(cli, count - 1, words + 1, name);
	if (count > 1 && !strcmp(words[0], "del"))
		return del(cli, count - 1, words + 1);
	if (count == 2 && !strcmp(words[0], "load"))
		return load(cli, words[1]);
	return 1;
}

static int run(const struct verb *verb, const struct cli *cli, int count, char **words,
	       const struct node_words *given)
{
	const char *what = count ? words[0] : "list";
	bool lists = count < 2 && !strcmp(what, "list");
	bool rules = count == 1 && !strcmp(what, "rule");
	bool checks = count == 1 && !strcmp(what, "check");
	int err;

	if (given->name && strcmp(what, "add"))
		return cli_usage(verb, "--name goes with `node add`");
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
	err = change(cli, count, words, given->name);
	return err == 1 ? cli_usage(verb, "must be `node`, `node add CIDR...`, "
				    "`node del CIDR...`, `node load FILE`, `node check` or "
				    "`node rule`") : err;
}

int cli_node(const struct verb *verb, int argc, char **argv)
{
	struct node_words given = {};
	const struct option_row rows[] = {
		{ "name", 0, OPTION_TEXT, &given.name, "NAME",
		  "add: what to call the nodes that are added", 0 },
		{ "format", 0, OPTION_TEXT, &given.format, "FORMAT",
		  "list: plain, json, nft, ipset or nginx; rule: nft or iptables", 0 },
		{ "exit-code", 0, OPTION_FLAG, &given.exit_code, NULL,
		  "check: end with 3 unless ping works, with all addresses, and all nodes were heard", 0 },
	};
	struct cli cli = {};
	int count = cli_read(&cli, verb, argc, argv, true, rows, sizeof(rows) / sizeof(*rows));

	return count < 0 ? count : run(verb, &cli, count, argv, &given);
}
