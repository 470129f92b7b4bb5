// SPDX-License-Identifier: BSD-2-Clause
#include "cli/diagnose_log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/array.h"
#include "base/log.h"
#include "base/words.h"
#include "cli/cli_progress.h"
#include "diagnose/answers_findings.h"
#include "origin/origin_address.h"

struct reading {
	const struct cli *cli;
	const struct diagnose_asked *asked;
	const char *path;
	struct view_origins view; /* of the observer, if it is loaded and may be read */
	struct view_origins_word *word; /* addresses that are asked about; owned */
	unsigned int words;
	bool observed;          /* the observer has a row of what is asked about */
	bool failed;            /* out of memory for words */
	struct answers_counts *counts;
};

bool diagnose_log_tells(const struct diagnose_row *row)
{
	return row && (!strcmp(row->code, "522") || !strcmp(row->code, "404") ||
		       !strcmp(row->code, "other"));
}

static unsigned int status_of(const struct diagnose_asked *asked)
{
	if (!strcmp(asked->row->code, "other"))
		return asked->status;
	return strcmp(asked->row->code, "404") ? 522 : 404;
}

/* --- which origins */

static void append(struct reading *reading, const struct ecdn_xdp_origin_key *key)
{
	const struct view_origins_word word = { .key = *key, .name = "" };

	if (array_append(reading->word, reading->words, &word))
		reading->failed = true;
}

static void found(const struct view_origin *origin, void *context)
{
	struct reading *reading = context;

	reading->observed |= origin->has_row && origin->row;
	if (origin->key.family)
		append(reading, &origin->key);
}

static int no_such_name(const struct reading *reading, const char *name)
{
	struct words_guess guess = { .word = name };
	char text[WORDS_GUESS_SIZE];

	if (!reading->view.loaded)
		return log_error(CLI_USAGE, "%s is no address, and origins have no names, as no "
				 "observer is loaded: give the address as the log has it", name);
	for (unsigned int i = 0; i < reading->view.count; i++)
		words_guess_add(&guess, reading->view.at[i].name);
	words_guess_text(&guess, "", text);
	return log_error(CLI_USAGE, "%s is no name of an origin; %s%s`ecdn-xdp origin` lists them",
			 name, text, *text ? " " : "");
}

static int find_origins(struct reading *reading)
{
	const char *object = reading->asked->object;
	struct view_origins_word word;

	if (!object) {
		reading->observed = reading->view.loaded;
		return 0;
	}
	if (view_origins_word(object, &word))
		return CLI_USAGE;
	view_origins_find(&reading->view, object, found, reading);
	if (word.key.family)
		append(reading, &word.key);
	if (reading->failed)
		return log_error(-ENOMEM, "out of memory for the origin's addresses");
	return reading->words ? 0 : no_such_name(reading, object);
}

static bool is_wanted(void *context, const struct ecdn_xdp_origin_key *key)
{
	const struct reading *reading = context;

	for (unsigned int i = 0; i < reading->words; i++)
		if (view_origins_means(&reading->word[i], key, "", ""))
			return true;
	return false;
}

static const char *name_of(void *context, const struct ecdn_xdp_origin_key *key)
{
	const struct reading *reading = context;

	for (unsigned int i = 0; i < reading->view.count; i++) {
		const struct view_origins_word word = { .key = reading->view.at[i].key };

		if (word.key.family && *reading->view.at[i].name &&
		    view_origins_means(&word, key, "", ""))
			return reading->view.at[i].name;
	}
	return NULL;
}

/* --- the log */

static int not_in_log(const struct reading *reading)
{
	const struct answers_counts *counts = reading->counts;
	char text[ORIGIN_ADDRESS_TEXT_SIZE];
	char list[ANSWERS_COUNTS_OTHERS * sizeof(text) + 16] = "";

	for (unsigned int i = 0; i < counts->others; i++) {
		origin_address_format(&counts->other[i], text);
		words_append(list, sizeof(list), "%s%s", i ? ", " : "", text);
	}
	return log_error(CLI_USAGE, "%s: no request of %s went to it; %s%s%s",
			 reading->asked->object, access_log_name(reading->path),
			 *list ? "some went to " : "none went to any origin", list,
			 counts->others == ANSWERS_COUNTS_OTHERS ? " and others" : "");
}

static int read_log(struct reading *reading)
{
	struct answers_options options = { .status = status_of(reading->asked),
					   .broken = !strcmp(reading->asked->row->code, "522") };
	struct cli_progress progress;
	int err;

	if (reading->asked->object) {
		options.wanted = is_wanted;
		options.context = reading;
	}
	if (getrandom(&options.seed, sizeof(options.seed), 0) != sizeof(options.seed))
		return log_error(-EIO, "no random numbers to be had");
	reading->counts = answers_counts_new(&options);
	if (!reading->counts)
		return log_error(-ENOMEM, "out of memory");
	err = answers_counts_log(reading->counts, reading->path,
				 cli_progress_start(&progress, reading->cli));
	cli_progress_end(&progress);
	if (!err && reading->asked->object && !reading->counts->at[0].asked &&
	    reading->counts->count == 1)
		return not_in_log(reading);
	return err;
}

/* --- both */

static int find_observed(const struct reading *reading, struct findings *findings,
			 struct diagnose_looked *looked)
{
	struct diagnose_facts facts;
	int err = diagnose_facts_read(&facts, reading->cli->pin_dir);

	err = err ?: diagnose_rows_run(&facts, reading->asked, findings);
	if (!err)
		diagnose_rows_looked(&facts, reading->asked, looked);
	diagnose_facts_free(&facts);
	return err;
}

static int find(struct reading *reading, struct findings *findings,
		struct diagnose_looked *looked)
{
	const struct answers_findings_asked asked = {
		reading->asked->row->code, access_log_name(reading->path),
		reading->asked->object != NULL, name_of, reading
	};
	int err = find_origins(reading);

	err = err ?: read_log(reading);
	if (!err && reading->observed)
		err = find_observed(reading, findings, looked);
	if (err)
		return err;
	answers_findings_looked(reading->counts, asked.log, looked->at[looked->count++],
				DIAGNOSE_ROWS_LOOKED_SIZE);
	err = answers_findings_add(findings, reading->counts, &asked);
	findings_sort(findings);
	return err;
}

int diagnose_log(const struct cli *cli, const struct diagnose_asked *asked, const char *path,
		 struct findings *findings, struct diagnose_looked *looked)
{
	struct reading reading = { .cli = cli, .asked = asked, .path = path };
	/* Who may read a log may be nobody who can see what is loaded. */
	int err = access(cli->pin_dir, X_OK) ? 0 : view_origins_read(&reading.view, cli->pin_dir);

	memset(looked, 0, sizeof(*looked));
	err = err ?: find(&reading, findings, looked);
	answers_counts_free(reading.counts);
	view_origins_free(&reading.view);
	free(reading.word);
	return err;
}
