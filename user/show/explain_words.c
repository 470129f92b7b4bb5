// SPDX-License-Identifier: BSD-2-Clause
#include "show/explain_words.h"

#include <stdio.h>
#include <string.h>

#include "dry/dry_run.h"
#include "show/status_fields.h"

static uint32_t state_of(const void *item)
{
	return explain_words_part(item)->region->state;
}

static const char *span(int family, addr_bits first, addr_bits last, char room[FIELD_TEXT_SIZE])
{
	struct address from = { first, family }, to = { last, family };
	char one[ADDRESS_TEXT_SIZE], other[ADDRESS_TEXT_SIZE];

	address_format(&from, one);
	address_format(&to, other);
	if (strcmp(one, other))
		snprintf(room, FIELD_TEXT_SIZE, "%s - %s", one, other);
	else
		snprintf(room, FIELD_TEXT_SIZE, "%s", one);
	return room;
}

const char *explain_words_addresses(const struct view_explain_part *part,
				    char room[FIELD_TEXT_SIZE])
{
	return span(part->at.first.family, part->at.first.bits, part->at.last.bits, room);
}

const char *explain_words_range(const void *item, char room[FIELD_TEXT_SIZE])
{
	const struct view_explain_part *part = explain_words_part(item);

	return span(part->at.first.family, part->at.range.first, part->at.range.last, room);
}

const char *explain_words_trusted(const void *item, char room[FIELD_TEXT_SIZE])
{
	const struct ecdn_xdp_trusted_row *row = explain_words_part(item)->at.trusted;

	(void)room;
	return !row ? NULL : trust_list_is_node(row) ? "node" : "allowed";
}

const char *explain_words_trusted_prefix(const void *item, char room[FIELD_TEXT_SIZE])
{
	struct cidr cidr;

	trust_list_cidr(explain_words_part(item)->at.trusted, &cidr);
	return cidr_format(&cidr, room);
}

const char *explain_words_state(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return view_regions_state_name(state_of(item));
}

/* When the region entered its state, as it was published. */
uint64_t explain_words_since_ns(const void *item)
{
	const struct view_explain_part *part = explain_words_part(item);

	return part->state.state == part->region->state ? part->state.since_ns : 0;
}

/* 0: it is not known to end. */
uint64_t explain_words_until_ns(const void *item)
{
	const struct view_explain_part *part = explain_words_part(item);
	const struct ecdn_xdp_limits *limits = &part->region->limits;

	if (part->region->state == ECDN_XDP_STATE_BLOCKED)
		return limits->blocked_until_ns;
	if (part->region->state == ECDN_XDP_STATE_EXEMPT)
		return limits->exempt_until_ns == UINT64_MAX ? 0 : limits->exempt_until_ns;
	if (part->state.state != part->region->state || part->state.until_ns == UINT64_MAX)
		return 0;
	return part->state.until_ns;
}

const char *explain_words_measure(const void *item, char room[FIELD_TEXT_SIZE])
{
	const struct view_load *why = &explain_words_part(item)->region->surge;

	if (!why->measure)
		return NULL;
	snprintf(room, FIELD_TEXT_SIZE, "%s%s", why->proven ? "proven " : "",
		 view_explain_measure_name(why->measure));
	return room;
}

const char *explain_words_set_by(const void *item, char room[FIELD_TEXT_SIZE])
{
	const struct ecdn_xdp_note *note = &explain_words_part(item)->note;

	if (note->from_file)
		return "the configuration file";
	if (note->user[0])
		return note->user;
	snprintf(room, FIELD_TEXT_SIZE, "uid %u", note->login_uid);
	return note->login_uid == UINT32_MAX ? NULL : room;
}

uint64_t explain_words_limit(const struct view_explain_part *part, enum dry_rows_level level)
{
	const struct ecdn_xdp_limits *limits = &part->region->limits;

	return level == DRY_ROWS_NARROW ? limits->prefix_pps :
	       limits->aggregate_pps[level - DRY_ROWS_WIDER];
}

const char *explain_words_prefix(const struct view_explain_part *part, enum dry_rows_level level,
			       char room[FIELD_TEXT_SIZE])
{
	struct cidr cidr = { part->at.first, part->prefix[level].length };

	cidr.addr.bits &= ~cidr_host_mask(cidr.length);
	return cidr_format(&cidr, room);
}

const char *explain_words_armed(const void *item, char room[FIELD_TEXT_SIZE])
{
	const struct view_armed_at *armed = explain_words_view(item)->armed;

	return armed ? status_fields_armed(armed, room) : NULL;
}

const char *explain_words_armed_state(const void *item, char room[FIELD_TEXT_SIZE])
{
	const struct view_armed_at *armed = explain_words_view(item)->armed;

	(void)room;
	return armed ? view_armed_name(armed->state) : NULL;
}

const char *explain_words_fate(const struct view_explain_part *part, enum view_explain_case which,
			       char room[FIELD_TEXT_SIZE])
{
	const struct view_explain_fate *is = &part->fate[which];

	if (!is->tried)
		return NULL;
	if (is->reason < 0)
		return "passes";
	snprintf(room, FIELD_TEXT_SIZE, "%s: %s", is->dropped ? "dropped" :
		 "passes; would be dropped", dry_run_reason(is->reason));
	return room;
}

const char *explain_words_steered(const void *item, char room[FIELD_TEXT_SIZE])
{
	const struct view_listener *listener = explain_words_part(item)->steered;

	return listener ? listener_format(&listener->rule.listener, listener->rule.listener_port,
					  room) : NULL;
}

const char *explain_words_answer(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return view_explain_answer_name(explain_words_part(item)->answer);
}
