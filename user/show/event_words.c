// SPDX-License-Identifier: BSD-2-Clause
#include "show/event_words.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/escape.h"
#include "change.h"
#include "view/view_regions.h"

/* Why a state changed. */
enum why {
	WHY_SURGE,
	WHY_FELL,
	WHY_COMMAND,
	WHY_OVER,
	WHY_SILENCE,
};

static const struct why_words {
	const char *word;       /* in JSON */
	const char *text;
} whys[] = {
	[WHY_SURGE] = { "surge", "a surge" },
	[WHY_FELL] = { "fell", "rates fell" },
	[WHY_COMMAND] = { "command", "a command" },
	[WHY_OVER] = { "over", "its time was over" },
	[WHY_SILENCE] = { "silence", "ended by silence" },
};

static const char *const measures[] = { NULL, "pps", "bps", "cps" };

static const struct ecdn_xdp_change *change_of(const void *item)
{
	return &((const struct event_lines_item *)item)->event->change;
}

static bool has_end(uint32_t state)
{
	return state == ECDN_XDP_STATE_EXEMPT || state == ECDN_XDP_STATE_BLOCKED;
}

static enum why why_of(const struct ecdn_xdp_change *change)
{
	const struct change states = { .from = change->from, .to = change->to };

	if (change->silent)
		return has_end(change->from) ? WHY_OVER : WHY_SILENCE;
	if (change->measure)
		return WHY_SURGE;
	if (!change->family)
		return WHY_COMMAND;
	if (change_rises(&states))
		return WHY_SURGE;
	return has_end(change->from) ? WHY_OVER : WHY_FELL;
}

const char *event_words_named(const char *name, uint64_t number, char room[FIELD_TEXT_SIZE])
{
	if (name)
		return escape_text(name, room, FIELD_TEXT_SIZE);
	snprintf(room, FIELD_TEXT_SIZE, "%" PRIu64, number);
	return room;
}

static const char *state_name(uint32_t state, char room[FIELD_TEXT_SIZE])
{
	return event_words_named(state < ECDN_XDP_STATE_MAX ? view_regions_state_name(state) : NULL,
				 state, room);
}

static const char *measure_name(uint8_t measure, char room[FIELD_TEXT_SIZE])
{
	return event_words_named(measure < ECDN_XDP_MEASURE_MAX ? measures[measure] : NULL,
				 measure, room);
}

const char *event_words_from(const void *item, char room[FIELD_TEXT_SIZE])
{
	return state_name(change_of(item)->from, room);
}

const char *event_words_to(const void *item, char room[FIELD_TEXT_SIZE])
{
	return state_name(change_of(item)->to, room);
}

const char *event_words_region(const void *item, char room[FIELD_TEXT_SIZE])
{
	return event_words_named(((const struct event_lines_item *)item)->region,
				 change_of(item)->region, room);
}

const char *event_words_why(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return whys[why_of(change_of(item))].word;
}

const char *event_words_measure(const void *item, char room[FIELD_TEXT_SIZE])
{
	return measure_name(change_of(item)->measure, room);
}

const char *event_words_basis(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return change_of(item)->proven ? "proven" : "claimed";
}

const char *event_words_source(const void *item, char room[FIELD_TEXT_SIZE])
{
	const struct ecdn_xdp_change *change = change_of(item);
	struct address address;

	if (change->family != 4 && change->family != 6) {
		snprintf(room, FIELD_TEXT_SIZE, "family %u", change->family);
		return room;
	}
	address_from_bytes(&address, address_family(change->family), change->addr);
	return address_format(&address, room);
}

const char *event_words_heaviest(const void *item, char room[FIELD_TEXT_SIZE])
{
	return cidr_format(&((const struct event_lines_item *)item)->heaviest, room);
}

time_t event_words_seconds(const void *item, uint64_t ns, unsigned int *ms)
{
	uint64_t epoch_ns = ((const struct event_lines_item *)item)->moment->epoch_ns + ns;

	*ms = epoch_ns % NS_PER_SECOND / 1000000;
	return epoch_ns / NS_PER_SECOND;
}

const char *event_words_time(const void *item, uint64_t ns, char room[FIELD_TEXT_SIZE])
{
	unsigned int ms;
	time_t seconds = event_words_seconds(item, ns, &ms);
	struct tm tm;
	size_t used = strftime(room, FIELD_TEXT_SIZE, "%Y-%m-%dT%H:%M:%S", gmtime_r(&seconds, &tm));

	snprintf(room + used, FIELD_TEXT_SIZE - used, ".%03uZ", ms);
	return room;
}

const char *event_words_cause(const void *item)
{
	return whys[why_of(change_of(item))].text;
}
