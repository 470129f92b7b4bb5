// SPDX-License-Identifier: BSD-2-Clause
#include "cli/diagnose_xff.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/log.h"
#include "cli/cli_progress.h"
#include "diagnose/xff_findings.h"
#include "show/finding_fields.h"
#include "show/finding_text.h"
#include "show/output.h"
#include "show/xff_fields.h"
#include "trust/trust_file.h"
#include "view/view_nodes.h"
#include "view/view_table.h"
#include "xff/xff_read.h"

/* A node with its name, as files and the kernel have it. */
struct known {
	struct trust_node *at;  /* owned */
	size_t count;
};

struct log {
	struct xff_options options;
	struct known known;
	struct view_table table;
	bool table_open;
	struct xff_counts *counts;
	struct xff_verdict verdict;
};

/* --- what is known of nodes and regions */

static int take_loaded(struct known *known, const char *pin_dir)
{
	struct view_nodes view;
	int err = view_nodes_read(&view, pin_dir);

	if (err)
		return err;
	known->at = calloc(view.count + 1, sizeof(*known->at));
	for (size_t i = 0; known->at && i < view.count; i++) {
		struct trust_node *node = &known->at[known->count++];

		node->cidr = view.at[i].cidr;
		snprintf(node->name, sizeof(node->name), "%s", view.at[i].name);
	}
	view_nodes_free(&view);
	return known->at ? 0 : log_error(-ENOMEM, "out of memory for nodes");
}

static int give_nodes(struct log *log)
{
	struct cidr *cidrs = calloc(log->known.count + 1, sizeof(*cidrs));

	if (!cidrs)
		return log_error(-ENOMEM, "out of memory for nodes");
	for (size_t i = 0; i < log->known.count; i++)
		cidrs[i] = log->known.at[i].cidr;
	xff_nodes_take(&log->options.nodes, cidrs, log->known.count);
	return 0;
}

static const char *region_of(void *context, const struct address *address)
{
	return view_table_find(context, address).region;
}

static int open_table(struct log *log, const char *pin_dir)
{
	int err = view_table_open(&log->table, pin_dir);

	if (err)
		return err;
	log->table_open = true;
	log->options.region_of = region_of;
	log->options.context = &log->table;
	return 0;
}

static int know(struct log *log, const struct cli *cli, const struct diagnose_xff *asked)
{
	int err = 0;

	if (asked->nodes)
		err = trust_file_read(asked->nodes, &log->known.at, &log->known.count);
	else if (asked->lookup)
		err = take_loaded(&log->known, cli->pin_dir);
	err = err ?: give_nodes(log);
	return err ?: asked->lookup ? open_table(log, cli->pin_dir) : 0;
}

static const char *name_of(void *context, const struct address *peer)
{
	const struct known *known = context;

	for (size_t i = 0; i < known->count; i++) {
		const struct cidr *cidr = &known->at[i].cidr;

		if (peer->family == cidr->addr.family &&
		    !((peer->bits ^ cidr->addr.bits) & ~cidr_host_mask(cidr->length)))
			return known->at[i].name;
	}
	return NULL;
}

/* --- reading */

static int read_log(struct log *log, const struct cli *cli, const char *path)
{
	struct cli_progress progress;
	int err = xff_read_log(log->counts, path, cli_progress_start(&progress, cli));

	cli_progress_end(&progress);
	if (err)
		return err;
	return xff_verdict_find(&log->verdict, log->counts) ?
	       log_error(-ENOMEM, "out of memory") : 0;
}

/* --- output */

static int print_json(const struct log *log, const struct findings *findings)
{
	const struct fields finding = { finding_fields, 0, NULL };
	const struct fields counts = { xff_fields, 0, NULL };
	const struct xff_fields_log item = { log->counts, &log->verdict };
	json_t *list = json_array();
	char unknown[512];

	xff_findings_unknown(log->counts, &log->verdict, unknown, sizeof(unknown));
	for (unsigned int i = 0; i < findings->count; i++)
		json_array_append_new(list, fields_object(&finding, &findings->at[i]));
	return output_json(json_pack("{s:b, s:o, s:o, s:o}", "ok", !findings_wrong(findings),
				     "findings", list, "log", fields_object(&counts, &item),
				     "unknown", *unknown ? output_string(unknown) : json_null()));
}

/* Few users prove nothing, and nothing is said to be right that was not looked at. */
static const char *nothing(const struct log *log)
{
	if (log->options.only.addr.family)
		return "the records of one address tell no cause: ask without ADDRESS.";
	return log->verdict.compared < XFF_SEARCH_USERS ? "nothing can be told." :
	       "nothing is wrong that this log shows.";
}

static void print_text(const struct log *log, const struct findings *findings)
{
	const struct xff_fields_log item = { log->counts, &log->verdict };
	char unknown[512];

	xff_findings_unknown(log->counts, &log->verdict, unknown, sizeof(unknown));
	for (unsigned int i = 0; i < findings->count; i++)
		finding_text_print(&findings->at[i]);
	if (!findings->count)
		output_line("%s", nothing(log));
	xff_fields_print(&item);
	if (*unknown)
		output_line("%s", unknown);
}

static int tell(const struct log *log, const struct cli *cli, const struct diagnose_xff *asked)
{
	const struct xff_calls calls = { name_of, (void *)&log->known };
	struct findings findings = {};
	int err = xff_findings_add(&findings, log->counts, &log->verdict, &calls);

	if (!err && cli->json)
		err = print_json(log, &findings);
	else if (!err)
		print_text(log, &findings);
	if (!err && asked->exit_code && findings_wrong(&findings))
		err = CLI_NO;
	findings_free(&findings);
	return err;
}

static int run(struct log *log, const struct cli *cli, const struct diagnose_xff *asked,
	       const char *path)
{
	int err = know(log, cli, asked);

	if (err)
		return err;
	if (getrandom(&log->options.seed, sizeof(log->options.seed), 0) !=
	    sizeof(log->options.seed))
		return log_error(-EIO, "no random numbers to be had");
	log->options.at_node = asked->at_node;
	log->counts = xff_counts_new(&log->options);
	if (!log->counts)
		return log_error(-ENOMEM, "out of memory");
	err = read_log(log, cli, path);
	return err ?: tell(log, cli, asked);
}

int diagnose_xff(const struct cli *cli, const struct verb *verb, const struct diagnose_xff *asked,
		 int count, char **words)
{
	struct log log = {};
	int err;

	if (count < 1 || count > 2)
		return cli_usage(verb, "xff takes the FILE of a log, or \"-\", and one ADDRESS");
	if (count > 1 && cidr_parse(words[1], &log.options.only))
		return log_error(CLI_USAGE, "\"%s\" is no ADDRESS or prefix", words[1]);
	if (asked->nodes && asked->lookup)
		return log_error(CLI_USAGE, "--nodes and --lookup exclude each other: nodes are "
				 "those of the file, or those of the guard");
	err = run(&log, cli, asked, words[0]);
	xff_counts_free(log.counts);
	xff_nodes_free(&log.options.nodes);
	if (log.table_open)
		view_table_close(&log.table);
	free(log.known.at);
	return err;
}
