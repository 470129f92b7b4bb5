// SPDX-License-Identifier: BSD-2-Clause
/*
 * node.c - the platform's intermediate nodes: prefixes that are never limited, and
 * that proxies tell from clients.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/cidrs.h"
#include "cli/cli.h"
#include "core/columns.h"
#include "core/log.h"
#include "plane/load.h"
#include "plane/trusted.h"
#include "regions/source_nodes.h"

struct nodes {
	struct trusted_node *at;
	size_t count;
};

static int refuse(int err)
{
	if (err == -ENOSPC)
		return log_error(err, "there can be %d nodes at most; nothing was changed",
				 ECDN_XDP_TRUSTED_NODES_MAX - 1);
	return log_error(err, "out of memory for the nodes");
}

static int add_to(struct trusted_list *list, void *context)
{
	const struct nodes *nodes = context;
	int err = trusted_add_nodes(list, nodes->at, nodes->count, time(NULL));

	return err ? refuse(err) : 0;
}

static int replace_in(struct trusted_list *list, void *context)
{
	const struct nodes *nodes = context;
	int err = trusted_set_nodes(list, nodes->at, nodes->count, time(NULL));

	return err ? refuse(err) : 0;
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
					 format_cidr(&cidrs->at[i], text));
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

static int make_nodes(const struct cidrs *cidrs, const char *name, struct nodes *nodes)
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

static int add(const struct cli *cli, int count, char **words, const char *name)
{
	struct cidrs cidrs = {};
	struct nodes nodes = {};
	int err = 0;

	if (!name && count == 2 && looks_like_name(words[1]))
		name = words[--count];
	err = name ? check_name(name) : 0;
	err = err ?: cidrs_read(&cidrs, count, words);
	err = err ?: make_nodes(&cidrs, name ?: "", &nodes);
	err = err ?: guard_change_trusted(cli->pin_dir, add_to, &nodes);
	free(nodes.at);
	free(cidrs.at);
	return err;
}

static int del(const struct cli *cli, int count, char **words)
{
	struct cidrs cidrs = {};
	int err = cidrs_read(&cidrs, count, words);

	err = err ?: guard_change_trusted(cli->pin_dir, del_from, &cidrs);
	free(cidrs.at);
	return err;
}

static int load(const struct cli *cli, const char *path)
{
	struct nodes nodes = {};
	int err = source_read_nodes(path, &nodes.at, &nodes.count);

	if (!err && !nodes.count)
		log_warning("%s holds no nodes: there are none now", path);
	err = err ?: guard_change_trusted(cli->pin_dir, replace_in, &nodes);
	free(nodes.at);
	return err;
}

static void print_text(const struct trusted_list *trusted)
{
	static const char *const heads[] = { "<PREFIX", "<NAME", "<ADDED", NULL };
	struct columns *columns = columns_new(heads);
	char prefix[CIDR_TEXT_SIZE], time_text[CLI_TIME_SIZE];
	struct cidr cidr;

	for (size_t i = 0; i < trusted->count; i++) {
		const struct ecdn_xdp_trusted_row *row = &trusted->row[i];

		if (!row->node)
			continue;
		trusted_cidr(row, &cidr);
		columns_cell(columns, "%s", format_cidr(&cidr, prefix));
		columns_cell(columns, "%s", row->name[0] ? row->name : "-");
		columns_cell(columns, "%s", cli_format_time(row->added_at, time_text));
	}
	columns_print(columns);
}

static int print_json(const struct trusted_list *trusted)
{
	json_t *nodes = json_array();
	char prefix[CIDR_TEXT_SIZE];
	struct cidr cidr;

	for (size_t i = 0; i < trusted->count; i++) {
		const struct ecdn_xdp_trusted_row *row = &trusted->row[i];

		if (!row->node)
			continue;
		trusted_cidr(row, &cidr);
		json_array_append_new(nodes, json_pack("{s:s, s:s?, s:o}",
			"prefix", format_cidr(&cidr, prefix),
			"name", row->name[0] ? row->name : NULL,
			"added_at", cli_json_time(row->added_at)));
	}
	return cli_print_json(json_pack("{s:o}", "nodes", nodes));
}

static int list(const struct cli *cli)
{
	struct trusted_list trusted = {};
	struct maps maps;
	int err = maps_open(&maps, cli->pin_dir);

	err = err ?: trusted_read(&maps, &trusted);
	if (!err && cli->json)
		err = print_json(&trusted);
	else if (!err)
		print_text(&trusted);
	trusted_free(&trusted);
	maps_close(&maps);
	return err;
}

int cli_node(const struct verb *verb, int argc, char **argv)
{
	const char *name = NULL;
	const struct option_row rows[] = {
		{ "name", 0, OPTION_TEXT, &name, "NAME", "what to call the nodes that are added",
		  0 },
	};
	struct cli cli = {};
	int count = cli_read(&cli, verb, argc, argv, true, rows, sizeof(rows) / sizeof(*rows));

	if (count < 0)
		return count;
	if (count > 1 && !strcmp(argv[0], "add"))
		return add(&cli, count - 1, argv + 1, name);
	if (name)
		return cli_usage(verb, "--name goes with `node add`");
	if (!count || (count == 1 && !strcmp(argv[0], "list")))
		return list(&cli);
	if (count > 1 && !strcmp(argv[0], "del"))
		return del(&cli, count - 1, argv + 1);
	if (count == 2 && !strcmp(argv[0], "load"))
		return load(&cli, argv[1]);
	return cli_usage(verb, "must be `node`, `node add CIDR...`, `node del CIDR...` or "
			 "`node load FILE`");
}
