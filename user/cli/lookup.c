// SPDX-License-Identifier: BSD-2-Clause
#include "cli/lookup.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/scoped.h"
#include "regions/table.h"
#include "view/view_table.h"

/* Reads the table and the names once; then an answer is a few memory accesses. */
struct lookup {
	struct view_table table;
	bool json, details;
	unsigned long answers;
};

static const char *source_name(const struct lookup *lookup, uint32_t entry)
{
	uint32_t source = (entry & ECDN_XDP_ENTRY_SOURCE) >> ECDN_XDP_ENTRY_SOURCE_SHIFT;

	return source && source <= lookup->table.header->sources ?
	       lookup->table.header->source[source - 1] : NULL;
}

static int answer_json(struct lookup *lookup, const char *word, uint32_t entry,
		       const char *region)
{
	const char *source = source_name(lookup, entry);
	json_t *answer = json_pack("{s:s, s:s, s:i, s:I, s:o}", "address", word, "region", region,
				   "id", (int)(entry & ECDN_XDP_ENTRY_REGION), "generation",
				   (json_int_t)lookup->table.header->generation, "source",
				   (source ? json_string(source) : NULL) ?: json_null());

	if (!answer)
		return log_error(-ENOMEM, "out of memory");
	fputs(lookup->answers ? ",\n    " : "\n    ", stdout);
	json_dumpf(answer, stdout, JSON_COMPACT);
	json_decref(answer);
	return 0;
}

static int answer(struct lookup *lookup, const char *word)
{
	struct address address;
	const char *region;
	uint32_t entry;
	int err = 0;

	if (address_parse(word, &address))
		return log_error(-EINVAL, "\"%s\" is not an IP address", word);
	entry = table_lookup(lookup->table.lines, &address);
	region = names_of(lookup->table.names, entry & ECDN_XDP_ENTRY_REGION) ?: "?";
	if (lookup->json)
		err = answer_json(lookup, word, entry, region);
	else if (lookup->details)
		printf("%s %s id %u generation %llu source %s\n", word, region,
		       entry & ECDN_XDP_ENTRY_REGION, lookup->table.header->generation,
		       source_name(lookup, entry) ?: "-");
	else
		printf("%s %s\n", word, region);
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
			err = answer(lookup, word) ?: err;
	}
	return err;
}

static int answer_all(struct lookup *lookup, char **words, int count)
{
	int err = 0;

	if (lookup->json)
		printf("{\n  \"lookups\": [");
	for (int i = 0; i < count; i++)
		err = (strcmp(words[i], "-") ? answer(lookup, words[i]) :
		       answer_input(lookup)) ?: err;
	if (lookup->json)
		printf("\n  ]\n}\n");
	if (fflush(stdout))
		return log_error(-errno, "cannot write to standard output: %s", strerror(errno));
	return err;
}

int lookup(const struct cli *cli, char **words, int count, bool details)
{
	struct lookup lookup = { .json = cli->json, .details = details };
	int err = view_table_open(&lookup.table, cli->pin_dir);

	if (err)
		return err;
	err = answer_all(&lookup, words, count);
	view_table_close(&lookup.table);
	return err;
}
