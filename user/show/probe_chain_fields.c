// SPDX-License-Identifier: BSD-2-Clause
#include "show/probe_chain_fields.h"

#include "diagnose/probe_words.h"
#include "show/output.h"

#define DAY 86400

#define CHAIN(item) (((const struct probe_chain_fields_item *)(item))->chain)
#define TEXT_OF(member) \
	static const char *chain_##member(const void *item, char room[FIELD_TEXT_SIZE]) \
	{ \
		(void)room; \
		return *CHAIN(item)->member ? CHAIN(item)->member : NULL; \
	}

TEXT_OF(subject)
TEXT_OF(issuer)
TEXT_OF(key)

static json_t *chain_names(const void *item)
{
	const struct probe_chain *chain = CHAIN(item);
	json_t *list = json_array();

	for (unsigned int i = 0; i < chain->names && i < PROBE_NAMES; i++)
		json_array_append_new(list, output_string(chain->name[i]));
	return list;
}

/* A time before 1970 is none that a certificate has in earnest, and none that is shown. */
static uint64_t shown_time(int64_t seconds)
{
	return seconds > 0 ? seconds : 0;
}

static uint64_t chain_not_before(const void *item)
{
	return shown_time(CHAIN(item)->not_before);
}

static uint64_t chain_not_after(const void *item)
{
	return shown_time(CHAIN(item)->not_after);
}

static uint64_t chain_above_not_after(const void *item)
{
	return shown_time(CHAIN(item)->above_not_after);
}

/* Negative for what has expired, so it is no number of a field. */
static json_t *chain_days(const void *item)
{
	const struct probe_chain_fields_item *of = item;

	return json_integer((of->chain->not_after - of->now) / DAY);
}

static uint64_t chain_bits(const void *item)
{
	return CHAIN(item)->bits;
}

static uint64_t chain_sent(const void *item)
{
	return CHAIN(item)->sent;
}

static uint64_t chain_count(const void *item)
{
	return CHAIN(item)->names;
}

static uint64_t chain_self_signed(const void *item)
{
	return CHAIN(item)->self_signed;
}

static uint64_t chain_complete(const void *item)
{
	return !(CHAIN(item)->wrong & (PROBE_WRONG_ISSUER | PROBE_WRONG_ROOT |
				       PROBE_WRONG_SELF_SIGNED));
}

static uint64_t chain_verifies(const void *item)
{
	return !CHAIN(item)->wrong;
}

static json_t *chain_wrong(const void *item)
{
	json_t *list = json_array();
	unsigned int at = 0;
	const char *word;

	while ((word = probe_words_wrong_next(CHAIN(item)->wrong, CHAIN(item)->error, &at)))
		json_array_append_new(list, json_string(word));
	return list;
}

static uint64_t chain_matches(const void *item)
{
	return CHAIN(item)->match == PROBE_MATCH_YES;
}

static bool chain_was_asked(const void *item)
{
	return CHAIN(item)->match != PROBE_MATCH_NOT_ASKED;
}

const struct field probe_chain_fields[] = {
	{ FIELD_TEXT, .key = "subject", .text = chain_subject },
	{ FIELD_TEXT, .key = "issuer", .text = chain_issuer },
	{ FIELD_JSON, .key = "names", .json = chain_names },
	{ FIELD_COUNT, .key = "name_count", .number = chain_count },
	{ FIELD_TIME, .key = "not_before", .number = chain_not_before },
	{ FIELD_TIME, .key = "not_after", .number = chain_not_after },
	{ FIELD_JSON, .key = "days_left", .json = chain_days },
	{ FIELD_TIME, .key = "above_not_after", .number = chain_above_not_after },
	{ FIELD_TEXT, .key = "key", .text = chain_key },
	{ FIELD_COUNT, .key = "bits", .number = chain_bits },
	{ FIELD_COUNT, .key = "sent", .number = chain_sent },
	{ FIELD_FLAG, .key = "self_signed", .number = chain_self_signed },
	{ FIELD_FLAG, .key = "complete", .number = chain_complete },
	{ FIELD_FLAG, .key = "verifies", .number = chain_verifies },
	{ FIELD_JSON, .key = "wrong", .json = chain_wrong },
	{ FIELD_FLAG, .key = "matches", .number = chain_matches, .present = chain_was_asked },
	{},
};
