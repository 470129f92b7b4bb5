// SPDX-License-Identifier: BSD-2-Clause
/*
 * region.c - the region table: what it holds, what it answers, and a new one.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/scoped.h"
#include "cli/cli.h"
#include "control/bring_up.h"
#include "show/output.h"
#include "show/region_fields.h"
#include "view/view_regions.h"
#include "view/view_table.h"

static int print_text(const struct view_regions *view)
{
	const struct fields fields = { region_fields, REGION_FIELDS_LIST, &view->moment };
	struct columns *columns = columns_new();

	fields_heads(&fields, columns);
	for (uint32_t i = 0; i < view->count; i++)
		fields_cells(&fields, &view->region[i], columns);
	return columns_print(columns);
}

static int print_json(const struct view_regions *view)
{
	const struct fields fields = { region_fields, REGION_FIELDS_LIST, &view->moment };
	json_t *regions = json_array();

	for (uint32_t i = 0; i < view->count; i++)
		json_array_append_new(regions, fields_object(&fields, &view->region[i]));
	return output_json(json_pack("{s:I, s:o}", "generation", (json_int_t)view->generation,
				     "regions", regions));
}

static int list(const struct cli *cli)
{
	struct view_regions view;
	int err = view_regions_read(&view, cli->pin_dir);

	if (err)
		return err;
	err = cli->json ? print_json(&view) : print_text(&view);
	view_regions_free(&view);
	return err;
}

struct lookup {
	struct view_table table;
	bool json, details;
	unsigned long answers;  /* printed so far */
};

static int print_answer_json(const struct lookup *lookup, const char *word,
			     const struct view_table_answer *answer)
{
	const char *source = answer->source;
	json_t *object = json_pack("{s:s, s:s, s:i, s:I, s:o}", "address", word,
				   "region", answer->region, "id", (int)answer->id, "generation",
				   (json_int_t)lookup->table.header->generation, "source",
				   (source ? json_string(source) : NULL) ?: json_null());

	if (!object)
		return log_error(-ENOMEM, "out of memory");
	fputs(lookup->answers ? ",\n    " : "\n    ", stdout);
	json_dumpf(object, stdout, JSON_COMPACT);
	json_decref(object);
	return 0;
}

static int answer_word(struct lookup *lookup, const char *word)
{
	struct view_table_answer answer;
	struct address address;
	int err = 0;

	if (address_parse(word, &address))
		return log_error(-EINVAL, "\"%s\" is not an IP address", word);
	answer = view_table_find(&lookup->table, &address);
	if (lookup->json)
		err = print_answer_json(lookup, word, &answer);
	else if (lookup->details)
		printf("%s %s id %u generation %llu source %s\n", word, answer.region, answer.id,
		       lookup->table.header->generation, answer.source ?: "-");
	else
		printf("%s %s\n", word, answer.region);
	lookup->answers++;
	return err;
}

static int answer_input(struct lookup *lookup)
{
	scoped_free char *line = NULL;
	size_t room = 0;
	int err = 0;

	while (getline(&line, &room, stdin) > 0) {
		char *word = line + strspn(line, " \t");

		word[strcspn(word, " \t\r\n")] = 0;
		if (*word)
			err = answer_word(lookup, word) ?: err;
	}
	return err;
}

static int answer_all(struct lookup *lookup, char **words, int count)
{
	int err = 0;

	if (lookup->json)
		printf("{\n  \"lookups\": [");
	for (int i = 0; i < count; i++)
		err = (strcmp(words[i], "-") ? answer_word(lookup, words[i]) :
		       answer_input(lookup)) ?: err;
	if (lookup->json)
		printf("\n  ]\n}\n");
	if (fflush(stdout))
		return log_error(-errno, "cannot write to standard output: %s", strerror(errno));
	return err;
}

/* A line for each address, "-" standing for those on standard input. A word that is no
 * address is logged and skipped, and the result is -EINVAL. */
static int look_up(const struct cli *cli, char **words, int count)
{
	struct lookup lookup = { .json = cli->json, .details = cli->verbose };
	int err = view_table_open(&lookup.table, cli->pin_dir);

	if (err)
		return err;
	err = answer_all(&lookup, words, count);
	view_table_close(&lookup.table);
	return err;
}

static int load(const struct cli *cli, char **files, int count, const char *mmdb_field)
{
	struct request request;
	int err = 0;

	request_init(&request);
	request.guard.sources.mmdb_field = mmdb_field;
	for (int i = 0; i < count && !err; i++)
		err = region_store_add_source(&request.guard.sources, files[i]);
	return err ?: bring_up_change(cli->pin_dir, &request);
}

static int run(const struct verb *verb, int argc, char **argv)
{
	const char *mmdb_field = NULL;
	const struct option_row rows[] = {
		{ "mmdb-field", 0, OPTION_TEXT, &mmdb_field, "PATH",
		  "the field that names the region in an MMDB (country.iso_code)", 0 },
	};
	struct cli cli = {};
	int count = cli_read(&cli, verb, argc, argv, true, rows, sizeof(rows) / sizeof(*rows));

	if (count <= 0)
		return count ? count : list(&cli);
	if (count > 1 && !strcmp(argv[0], "load"))
		return load(&cli, argv + 1, count - 1, mmdb_field);
	if (count > 1 && !strcmp(argv[0], "lookup"))
		return look_up(&cli, argv + 1, count - 1);
	return cli_usage(verb, "must be `region`, `region load FILE...` or "
			 "`region lookup ADDR...`");
}

const struct verb region_verbs[] = {
	{ "region", run, "[load FILE... | lookup ADDR...|-]",
	  "The region table: list its regions, replace it, look up addresses in it",
	  { "region load /etc/ecdn-xdp/regions.csv", "region lookup 192.0.2.1 2001:db8::1" } },
	{},
};
