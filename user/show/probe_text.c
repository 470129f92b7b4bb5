// SPDX-License-Identifier: BSD-2-Clause
#include "show/probe_text.h"

#include <stdio.h>

#include "base/words.h"
#include "diagnose/probe_words.h"
#include "show/columns.h"
#include "show/output.h"
#include "show/probe_fields.h"

static void line(const char *head, const char *text)
{
	output_line("%-11s %s", head, text);
}

static void print_origin(const struct probe_words_item *item)
{
	const struct probe_result *result = item->result;
	char room[PROBE_WORDS_SIZE] = "", text[PROBE_WORDS_SIZE];

	words_append(room, sizeof(room), "%s", probe_words_origin(item->target, text));
	if (*item->name)
		words_append(room, sizeof(room), " (%s)", item->name);
	words_append(room, sizeof(room), ", %s%s; %u connection%s",
		     *item->target->host ? "asked for " : "asked for no name",
		     item->target->host, result->rows.connections,
		     result->rows.connections == 1 ? "" : "s");
	line("origin", room);
	if (result->rows.stop)
		line("stopped", result->rows.stop == PROBE_STOP_NOTHING ?
		     "the first two got nothing that tells what it takes" :
		     "three in a row got nothing; it took connections before");
	if (*result->fault)
		line("stopped", result->fault);
	if (result->begin.mark_error)
		line("mark", "refused, so an observer takes these connections for the proxy's");
}

static void print_answer(const struct probe_words_item *item)
{
	const struct probe_step *step = &item->result->step[0];
	char room[PROBE_WORDS_SIZE] = "", text[PROBE_WORDS_SIZE];

	if (!item->result->rows.connections)
		return;
	words_append(room, sizeof(room), "%s: %s", item->list ?: "OpenSSL's default",
		     probe_words_step(step, text));
	if (probe_rows_agreed(step))
		words_append(room, sizeof(room), ", %s", probe_words_chosen(step, text));
	if (step->first_size)
		words_append(room, sizeof(room), ": \"%s\"", probe_words_first(step, text));
	line("offer", room);
	if (!probe_rows_agreed(step))
		return;
	line("ALPN", step->alpn == PROBE_ALPN_H2 ? "h2" : step->alpn == PROBE_ALPN_HTTP1 ?
	     "http/1.1" : "it chose none of h2 and http/1.1");
}

static void print_wanted(const struct probe_result *result)
{
	char room[PROBE_WORDS_SIZE] = "";

	if (!result->has_wanted)
		return;
	words_append(room, sizeof(room), "asked for%s", result->wanted.names ? ", by " : "");
	for (unsigned int i = 0; i < result->wanted.names && i < PROBE_WANTED_NAMES; i++)
		words_append(room, sizeof(room), "%s%s", i ? "; " : "", result->wanted.name[i]);
	if (result->wanted.names > PROBE_WANTED_NAMES)
		words_append(room, sizeof(room), " and %u more",
			     result->wanted.names - PROBE_WANTED_NAMES);
	line("client cert", room);
}

static void print_chain(const struct probe_words_item *item, const struct probe_chain *chain)
{
	char room[PROBE_WORDS_SIZE] = "", text[PROBE_WORDS_SIZE], time[2][OUTPUT_TIME_SIZE];

	words_append(room, sizeof(room), "%s, key %s of %u bits%s", chain->subject, chain->key,
		     chain->bits, chain->self_signed ? ", self-signed" : "");
	line("certificate", room);
	line("names", probe_words_names(chain, text) ?: "it has none");
	line("issuer", chain->issuer);
	snprintf(room, sizeof(room), "%s to %s, %s", output_time(chain->not_before, time[0]),
		 output_time(chain->not_after, time[1]),
		 probe_words_left(chain->not_after, item->now, text));
	line("valid", room);
	snprintf(room, sizeof(room), "%u sent; %s", chain->sent,
		 probe_words_wrong(chain->wrong, chain->error, text) ?:
		 "verifies by this host's CAs");
	line("chain", room);
	if (chain->match == PROBE_MATCH_NOT_ASKED)
		return;
	snprintf(room, sizeof(room), "%s %s", item->target->host,
		 chain->match == PROBE_MATCH_YES ? "matches" : "does not match");
	line("name", room);
}

int probe_text_print(const struct probe_words_item *item)
{
	const struct fields fields = { probe_fields_rows, 0, NULL };
	struct columns *columns;

	print_origin(item);
	print_answer(item);
	print_wanted(item->result);
	for (unsigned int i = 0; i < item->result->chains; i++)
		print_chain(item, &item->result->chain[i]);
	if (item->result->rows.stop == PROBE_STOP_NOTHING || !item->result->rows.connections)
		return 0;
	putchar('\n');
	columns = columns_new();
	fields_heads(&fields, columns);
	for (unsigned int ask = PROBE_ASK_OFFER + 1; ask < PROBE_ROWS; ask++) {
		struct probe_words_row row = { item, ask };

		fields_cells(&fields, &row, columns);
	}
	return columns_print(columns);
}
