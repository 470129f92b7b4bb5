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
#include "cli/cli_change.h"
#include "control/bring_up.h"
#include "show/output.h"
#include "show/region_fields.h"
#include "view/view_regions.h"
#include "view/view_table.h"
#include "view/view_update.h"

/* The group of --stats-group may read who has which id, and not the table. */
static unsigned int forms_of(const struct view_regions *view)
{
	return view->shared ? REGION_FIELDS_LIST : REGION_FIELDS_LIST | REGION_FIELDS_RANGES;
}

static int count_ranges(struct view_regions *view, const char *pin_dir)
{
	struct view_table table;
	int err = view_table_open(&table, pin_dir);

	if (err)
		return err;
	err = view_table_count(&table, view);
	view_table_close(&table);
	return err;
}

static int print_text(const struct view_regions *view)
{
	const struct fields fields = { region_fields, forms_of(view), &view->moment };
	struct columns *columns = columns_new();

	fields_heads(&fields, columns);
	for (uint32_t i = 0; i < view->count; i++)
		fields_cells(&fields, &view->region[i], columns);
	if (view->count < 2)
		log_note("all addresses are in no region, which is called --; `ecdn-xdp region "
			 "load FILE...` loads a table of regions");
	if (view->shared)
		log_note("ranges are left out: the table is read by root");
	return columns_print(columns);
}

static int print_json(const struct view_regions *view)
{
	const struct fields fields = { region_fields, forms_of(view), &view->moment };
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
	if (!view.shared)
		err = count_ranges(&view, cli->pin_dir);
	err = err ?: cli->json ? print_json(&view) : print_text(&view);
	view_regions_free(&view);
	return err;
}

struct lookup {
	struct view_table table;
	bool json, details;
	unsigned long answers;  /* printed so far */
};

/* Prints one of the lookups, and frees it. */
static int print_object(struct lookup *lookup, json_t *object)
{
	if (!object)
		return log_error(-ENOMEM, "out of memory");
	fputs(lookup->answers++ ? ",\n    " : "\n    ", stdout);
	json_dumpf(object, stdout, JSON_COMPACT | JSON_ENSURE_ASCII);
	json_decref(object);
	return 0;
}

static int print_answer_json(struct lookup *lookup, const char *word,
			     const struct view_table_answer *answer)
{
	const char *source = answer->source;
	json_t *object = json_pack("{s:s, s:o, s:i, s:I, s:o}", "address", word, "region",
				   output_string(answer->region), "id", (int)answer->id,
				   "generation", (json_int_t)lookup->table.header->generation,
				   "source", source ? output_string(source) : json_null());

	return print_object(lookup, object);
}

/* A word that is no address has its place among the answers, too. */
static int answer_wrong(struct lookup *lookup, const char *word)
{
	if (lookup->json)
		print_object(lookup, json_pack("{s:o, s:n, s:s}", "address", output_string(word),
					       "region", "error", "not an IP address"));
	return log_error(-EINVAL, "\"%s\" is not an IP address", word);
}

static int answer_word(struct lookup *lookup, const char *word)
{
	struct view_table_answer answer;
	struct address address;
	int err = 0;

	if (address_parse(word, &address))
		return answer_wrong(lookup, word);
	answer = view_table_find(&lookup->table, &address);
	if (lookup->json)
		err = print_answer_json(lookup, word, &answer);
	else if (lookup->details)
		output_line("%s %s id %u generation %llu source %s", word, answer.region, answer.id,
			    lookup->table.header->generation, answer.source ?: "-");
	else
		output_line("%s %s", word, answer.region);
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

static int answer_given(struct lookup *lookup, const char *word)
{
	int err = answer_word(lookup, word);

	return err == -EINVAL ? CLI_USAGE : err;
}

static int worse(int one, int other)
{
	return one == CLI_USAGE || other == CLI_USAGE ? CLI_USAGE : one ?: other;
}

static int answer_all(struct lookup *lookup, char **words, int count)
{
	int err = 0;

	if (lookup->json)
		printf("{\n  \"schema\": %d,\n  \"lookups\": [", OUTPUT_SCHEMA);
	for (int i = 0; i < count; i++)
		err = worse(strcmp(words[i], "-") ? answer_given(lookup, words[i]) :
						    answer_input(lookup), err);
	if (lookup->json)
		printf("\n  ]\n}\n");
	if (fflush(stdout))
		return log_error(-errno, "cannot write to standard output: %s", strerror(errno));
	return err;
}

/* A line for each address, "-" standing for those on standard input. A word that is no address is
 * logged, and the others are answered: the result is CLI_USAGE then, or -EINVAL if none but those
 * on standard input were wrong. */
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

struct region_words {
	const char *mmdb_field;
	struct cli_change change;
	bool check;
};

/* Whether a load would be refused is an answer, and no error. */
static int check(const struct cli *cli, struct guard_request *request)
{
	bool refused;
	int err = view_update_read(cli->pin_dir, request, &refused);

	if (err)
		return err;
	cli_change_print(cli, request->change, true);
	return refused ? CLI_NO : 0;
}

static int load_request(const struct cli *cli, const struct region_words *words,
			struct request *request)
{
	struct region_change change = {};
	int err = cli_change_take(&words->change, cli, &request->guard);

	request->guard.change = &change;
	if (!err && words->check) {
		err = check(cli, &request->guard);
	} else if (!err) {
		err = bring_up_change(cli->pin_dir, request);
		if (!err)
			cli_change_print(cli, &change, false);
	}
	request->guard.change = NULL;
	return err;
}

static int load(const struct cli *cli, char **files, int count, const struct region_words *words)
{
	struct request request;
	int err = 0;

	request_init(&request);
	request.guard.sources.mmdb_field = words->mmdb_field;
	for (int i = 0; i < count && !err; i++)
		err = region_store_add_source(&request.guard.sources, files[i]) ? CLI_USAGE : 0;
	err = err ?: load_request(cli, words, &request);
	request_free(&request);
	return err;
}

/* The same files, and the same options. */
static int reload(const struct verb *verb, const struct cli *cli, const struct region_words *words)
{
	struct request request;
	int err;

	if (words->mmdb_field || words->change.keep || words->change.rest ||
	    cli->given & CLI_CHANGE_KEEP_LARGEST)
		return cli_usage(verb, "`region reload` reads the same files in the same way: of "
				 "these options it takes --shrink and --check");
	request_init(&request);
	request.guard.reload = true;
	err = load_request(cli, words, &request);
	request_free(&request);
	return err;
}

static int forget(const struct cli *cli, const char *name)
{
	struct request request;
	int err;

	request_init(&request);
	request.guard.forget = name;
	err = bring_up_change(cli->pin_dir, &request);
	request_free(&request);
	if (!err && !cli->quiet)
		printf("%s: forgotten; what was counted of it counts in region "
		       ECDN_XDP_REGION_NONE_NAME "\n", name);
	return err;
}

static bool is_load_only(const struct region_words *words, const struct cli *cli)
{
	return words->mmdb_field || words->check || words->change.keep || words->change.rest ||
	       words->change.shrink || cli->given & CLI_CHANGE_KEEP_LARGEST;
}

static const char *const subverbs[] = { "load", "reload", "forget", "lookup", NULL };

static int run_words(const struct verb *verb, const struct cli *cli, int count, char **words,
		     const struct region_words *given)
{
	if (count > 1 && !strcmp(words[0], "load"))
		return load(cli, words + 1, count - 1, given);
	if (count == 1 && !strcmp(words[0], "reload"))
		return reload(verb, cli, given);
	if (is_load_only(given, cli))
		return cli_usage(verb, "--check, --shrink, --keep-largest, --keep, --rest and "
				 "--mmdb-field go with `region load`");
	if (!count)
		return list(cli);
	if (count > 1 && !strcmp(words[0], "lookup"))
		return look_up(cli, words + 1, count - 1);
	if (count == 2 && !strcmp(words[0], "forget"))
		return forget(cli, words[1]);
	return cli_unknown(verb, words[0], subverbs, "must be `region`, `region load FILE...`, "
			   "`region reload`, `region forget NAME` or `region lookup ADDR...`");
}

static int run(const struct verb *verb, int argc, char **argv)
{
	struct region_words words = {};
	const struct option_row rows[] = {
		{ "mmdb-field", 0, OPTION_TEXT, &words.mmdb_field, "PATH",
		  "the field that names the region in an MMDB (country.iso_code)", 0 },
		CLI_CHANGE_ROWS(words.change),
		{ "check", 0, OPTION_FLAG, &words.check, NULL,
		  "load nothing, but tell what a load would do; exit with 3 if it would be refused "
		  "for what it loses", 0 },
	};
	struct cli cli = {};
	int count = cli_read(&cli, verb, argc, argv, true, rows, sizeof(rows) / sizeof(*rows));

	return count < 0 ? count : run_words(verb, &cli, count, argv, &words);
}

const struct verb region_verbs[] = {
	{ "region", run, "[load FILE... [--check] [--shrink] | reload | forget NAME | "
	  "lookup ADDR...|-]",
	  "The region table: list its regions, replace it, look up addresses in it",
	  { "region load /etc/ecdn-xdp/regions.csv", "region lookup 192.0.2.1 2001:db8::1" } },
	{},
};
