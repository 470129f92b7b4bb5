// SPDX-License-Identifier: BSD-2-Clause
#include "show/probe_fields.h"

#include <stdio.h>

#include "diagnose/probe_words.h"
#include "show/output.h"
#include "show/probe_chain_fields.h"
#include "view/view_origins.h"

static const struct probe_words_item *item_of(const void *item)
{
	return item;
}

static const struct probe_step *first_step(const void *item)
{
	return &item_of(item)->result->step[0];
}

static bool asked(const void *item)
{
	return item_of(item)->result->rows.connections;
}

static bool agreed(const void *item)
{
	return asked(item) && probe_rows_agreed(first_step(item));
}

static const char *name(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return *item_of(item)->name ? item_of(item)->name : NULL;
}

static const char *address(const void *item, char room[FIELD_TEXT_SIZE])
{
	return address_format(&item_of(item)->target->address, room);
}

static uint64_t port(const void *item)
{
	return item_of(item)->target->port;
}

static const char *host(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return *item_of(item)->target->host ? item_of(item)->target->host : NULL;
}

static const char *offer(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return item_of(item)->list;
}

static uint64_t connections(const void *item)
{
	return item_of(item)->result->rows.connections;
}

static const char *stopped(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	switch (item_of(item)->result->rows.stop) {
	case PROBE_STOP_NOTHING:
		return "nothing";
	case PROBE_STOP_LOST:
		return "lost";
	default:
		return NULL;
	}
}

static const char *fault(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return *item_of(item)->result->fault ? item_of(item)->result->fault : NULL;
}

static uint64_t marked(const void *item)
{
	return !item_of(item)->result->begin.mark_error;
}

static const char *step_cause(const struct probe_step *step)
{
	return step->outcome == PROBE_TAKEN ? NULL : probe_rows_outcome(step->outcome);
}

static const char *step_alert(const struct probe_step *step, char room[FIELD_TEXT_SIZE])
{
	unsigned int alert = step->outcome == PROBE_REJECTED ? step->own_alert : step->alert;

	if (alert == PROBE_ALERT_NONE)
		return NULL;
	if (view_origins_alert(alert))
		return view_origins_alert(alert);
	snprintf(room, FIELD_TEXT_SIZE, "%u", alert);
	return room;
}

static uint64_t answer_taken(const void *item)
{
	return first_step(item)->outcome == PROBE_TAKEN;
}

static const char *answer_version(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return agreed(item) ? probe_words_version(first_step(item)->version) : NULL;
}

static const char *answer_cipher(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return agreed(item) ? probe_offer_suite_name(first_step(item)->suite) : NULL;
}

static const char *answer_group(const void *item, char room[FIELD_TEXT_SIZE])
{
	enum probe_ask row = first_step(item)->group_row;

	(void)room;
	return agreed(item) && row ? probe_rows_family(row) : NULL;
}

static const char *answer_alpn(const void *item, char room[FIELD_TEXT_SIZE])
{
	static const char *const names[PROBE_ALPNS] = { NULL, "http/1.1", "h2" };

	(void)room;
	return names[first_step(item)->alpn];
}

static const char *answer_cause(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return step_cause(first_step(item));
}

static const char *answer_alert(const void *item, char room[FIELD_TEXT_SIZE])
{
	return step_alert(first_step(item), room);
}

static const char *answer_reason(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return *first_step(item)->reason ? first_step(item)->reason : NULL;
}

static const char *answer_first(const void *item, char room[FIELD_TEXT_SIZE])
{
	return probe_words_first(first_step(item), room);
}

static uint64_t answer_ms(const void *item)
{
	return first_step(item)->ms;
}

static uint64_t wanted(const void *item)
{
	return item_of(item)->result->has_wanted;
}

static uint64_t required(const void *item)
{
	return first_step(item)->outcome == PROBE_CERTIFICATE_WANTED;
}

static json_t *list_of(const char *first, size_t size, unsigned int count)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < count; i++)
		json_array_append_new(list, output_string(first + i * size));
	return list;
}

static json_t *authorities(const void *item)
{
	const struct probe_wanted *of = &item_of(item)->result->wanted;

	return list_of(of->name[0], sizeof(of->name[0]),
		       of->names < PROBE_WANTED_NAMES ? of->names : PROBE_WANTED_NAMES);
}

static json_t *certificates(const void *item)
{
	const struct fields fields = { probe_chain_fields, 0, NULL };
	json_t *list = json_array();

	for (unsigned int i = 0; i < item_of(item)->result->chains; i++) {
		struct probe_chain_fields_item of = {
			&item_of(item)->result->chain[i], item_of(item)->now,
		};

		json_array_append_new(list, fields_object(&fields, &of));
	}
	return list;
}

static json_t *rows(const void *item)
{
	const struct fields fields = { probe_fields_rows, 0, NULL };
	json_t *list = json_array();

	for (unsigned int ask = PROBE_ASK_OFFER + 1; ask < PROBE_ROWS; ask++) {
		struct probe_words_row of = { item, ask };

		json_array_append_new(list, fields_object(&fields, &of));
	}
	return list;
}

const struct field probe_fields[] = {
	{ FIELD_TEXT, .key = "name", .text = name },
	{ FIELD_TEXT, .key = "address", .text = address },
	{ FIELD_COUNT, .key = "port", .number = port },
	{ FIELD_TEXT, .key = "sni", .text = host },
	{ FIELD_TEXT, .key = "offer", .text = offer },
	{ FIELD_COUNT, .key = "connections", .number = connections },
	{ FIELD_TEXT, .key = "stopped", .text = stopped },
	{ FIELD_TEXT, .key = "fault", .text = fault },
	{ FIELD_FLAG, .key = "marked", .number = marked },
	{ FIELD_FLAG, .key = "answer.taken", .number = answer_taken, .present = asked },
	{ FIELD_TEXT, .key = "answer.version", .text = answer_version, .present = asked },
	{ FIELD_TEXT, .key = "answer.cipher", .text = answer_cipher, .present = asked },
	{ FIELD_TEXT, .key = "answer.group", .text = answer_group, .present = asked },
	{ FIELD_TEXT, .key = "answer.alpn", .text = answer_alpn, .present = asked },
	{ FIELD_TEXT, .key = "answer.cause", .text = answer_cause, .present = asked },
	{ FIELD_TEXT, .key = "answer.alert", .text = answer_alert, .present = asked },
	{ FIELD_TEXT, .key = "answer.reason", .text = answer_reason, .present = asked },
	{ FIELD_TEXT, .key = "answer.first", .text = answer_first, .present = asked },
	{ FIELD_COUNT, .key = "answer.ms", .number = answer_ms, .present = asked },
	{ FIELD_FLAG, .key = "client_certificate.wanted", .number = wanted, .present = asked },
	{ FIELD_FLAG, .key = "client_certificate.required", .number = required,
	  .present = asked },
	{ FIELD_JSON, .key = "client_certificate.authorities", .json = authorities,
	  .present = asked },
	{ FIELD_JSON, .key = "certificates", .json = certificates },
	{ FIELD_JSON, .key = "takes", .json = rows },
	{},
};

/* --- what is taken */

static const struct probe_words_row *row_of(const void *item)
{
	return item;
}

static const struct probe_row *told(const void *item)
{
	return &row_of(item)->of->result->rows.row[row_of(item)->ask];
}

static const char *row_version(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return probe_words_version(probe_rows_version(row_of(item)->ask));
}

static const char *row_family(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return probe_rows_family(row_of(item)->ask);
}

static uint64_t row_offered(const void *item)
{
	return row_of(item)->of->offer->rows >> row_of(item)->ask & 1;
}

static uint64_t row_taken(const void *item)
{
	return told(item)->state == PROBE_YES;
}

static bool row_is_told(const void *item)
{
	return told(item)->state == PROBE_YES || told(item)->state == PROBE_NO;
}

static const struct probe_step *row_step(const void *item)
{
	return told(item)->state == PROBE_UNASKED ? NULL :
	       &row_of(item)->of->result->step[told(item)->step];
}

static const char *row_cause(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return row_step(item) && !row_taken(item) ? step_cause(row_step(item)) : NULL;
}

static const char *row_alert(const void *item, char room[FIELD_TEXT_SIZE])
{
	return row_step(item) && !row_taken(item) ? step_alert(row_step(item), room) : NULL;
}

static const char *row_words(const void *item, char room[FIELD_TEXT_SIZE])
{
	return probe_words_row(item, room);
}

const struct field probe_fields_rows[] = {
	{ FIELD_TEXT, "<TLS", "version", .text = row_version },
	{ FIELD_TEXT, "<FAMILY", "family", .text = row_family },
	{ FIELD_FLAG, "<OFFERED", "offered", .number = row_offered },
	{ FIELD_FLAG, "<TAKEN", "taken", .number = row_taken, .present = row_is_told },
	{ FIELD_TEXT, .key = "cause", .text = row_cause },
	{ FIELD_TEXT, .key = "alert", .text = row_alert },
	{ FIELD_TEXT, "<ANSWER", "answer", .text = row_words },
	{},
};
