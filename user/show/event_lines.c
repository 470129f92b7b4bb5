// SPDX-License-Identifier: BSD-2-Clause
#include "show/event_lines.h"

#include <inttypes.h>
#include <time.h>

#include "base/escape.h"
#include "base/login.h"
#include "change.h"
#include "show/fields.h"
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

static const struct ecdn_xdp_verb *verb_of(const void *item)
{
	return &((const struct event_lines_item *)item)->event->verb;
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

/* A name, or the number of what has none. */
static const char *named(const char *name, uint64_t number, char room[FIELD_TEXT_SIZE])
{
	if (name)
		return escape_text(name, room, FIELD_TEXT_SIZE);
	snprintf(room, FIELD_TEXT_SIZE, "%" PRIu64, number);
	return room;
}

static const char *state_name(uint32_t state, char room[FIELD_TEXT_SIZE])
{
	return named(state < ECDN_XDP_STATE_MAX ? view_regions_state_name(state) : NULL, state,
		     room);
}

static const char *measure_name(uint8_t measure, char room[FIELD_TEXT_SIZE])
{
	return named(measure < ECDN_XDP_MEASURE_MAX ? measures[measure] : NULL, measure, room);
}

static const char *from(const void *item, char room[FIELD_TEXT_SIZE])
{
	return state_name(change_of(item)->from, room);
}

static const char *to(const void *item, char room[FIELD_TEXT_SIZE])
{
	return state_name(change_of(item)->to, room);
}

static const char *region(const void *item, char room[FIELD_TEXT_SIZE])
{
	return named(((const struct event_lines_item *)item)->region, change_of(item)->region,
		     room);
}

static const char *why(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return whys[why_of(change_of(item))].word;
}

static bool has_measure(const void *item)
{
	return change_of(item)->measure;
}

static const char *measure(const void *item, char room[FIELD_TEXT_SIZE])
{
	return measure_name(change_of(item)->measure, room);
}

static const char *basis(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return change_of(item)->proven ? "proven" : "claimed";
}

static bool has_source(const void *item)
{
	return change_of(item)->family;
}

static const char *source(const void *item, char room[FIELD_TEXT_SIZE])
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

static bool has_heaviest(const void *item)
{
	return ((const struct event_lines_item *)item)->has_heaviest;
}

static const char *heaviest(const void *item, char room[FIELD_TEXT_SIZE])
{
	return cidr_format(&((const struct event_lines_item *)item)->heaviest, room);
}

/* Seconds since the epoch, and thousandths. */
static time_t seconds_of(const void *item, uint64_t ns, unsigned int *ms)
{
	uint64_t epoch_ns = ((const struct event_lines_item *)item)->moment->epoch_ns + ns;

	*ms = epoch_ns % NS_PER_SECOND / 1000000;
	return epoch_ns / NS_PER_SECOND;
}

static const char *time_text(const void *item, uint64_t ns, char room[FIELD_TEXT_SIZE])
{
	unsigned int ms;
	time_t seconds = seconds_of(item, ns, &ms);
	struct tm tm;
	size_t used = strftime(room, FIELD_TEXT_SIZE, "%Y-%m-%dT%H:%M:%S", gmtime_r(&seconds, &tm));

	snprintf(room + used, FIELD_TEXT_SIZE - used, ".%03uZ", ms);
	return room;
}

static const char *time_json(const void *item, char room[FIELD_TEXT_SIZE])
{
	return time_text(item, ((const struct event_lines_item *)item)->event->time_ns, room);
}

static const char *first_json(const void *item, char room[FIELD_TEXT_SIZE])
{
	return time_text(item, change_of(item)->time_ns, room);
}

static bool has_until(const void *item)
{
	uint64_t until_ns = change_of(item)->until_ns;

	return until_ns && until_ns != ~0ULL;
}

static const char *until_json(const void *item, char room[FIELD_TEXT_SIZE])
{
	return time_text(item, change_of(item)->until_ns, room);
}

static const char *kind(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return ((const struct event_lines_item *)item)->event->is_verb ? "command" : "change";
}

static const char *user(const void *item, char room[FIELD_TEXT_SIZE])
{
	const char *name = verb_of(item)->user;

	return named(*name ? name : NULL, verb_of(item)->uid, room);
}

static const char *command(const void *item, char room[FIELD_TEXT_SIZE])
{
	return escape_text(verb_of(item)->words, room, FIELD_TEXT_SIZE);
}

static bool has_reason(const void *item)
{
	return *verb_of(item)->reason;
}

static const char *reason(const void *item, char room[FIELD_TEXT_SIZE])
{
	return escape_text(verb_of(item)->reason, room, FIELD_TEXT_SIZE);
}

static bool has_login(const void *item)
{
	return verb_of(item)->login_uid != LOGIN_UID_UNKNOWN;
}

static uint64_t login(const void *item)
{
	return verb_of(item)->login_uid;
}

static uint64_t uid(const void *item)
{
	return verb_of(item)->uid;
}

static uint64_t rate(const void *item)
{
	return change_of(item)->rate;
}

static uint64_t limit(const void *item)
{
	return change_of(item)->limit;
}

static uint64_t count(const void *item)
{
	return change_of(item)->count;
}

static const struct field change_rows[] = {
	{ FIELD_TEXT, .key = "kind", .text = kind },
	{ FIELD_TEXT, .key = "time", .text = time_json },
	{ FIELD_TEXT, .key = "region", .text = region },
	{ FIELD_TEXT, .key = "from", .text = from },
	{ FIELD_TEXT, .key = "to", .text = to },
	{ FIELD_TEXT, .key = "why", .text = why },
	{ FIELD_TEXT, .key = "measure", .text = measure, .present = has_measure },
	{ FIELD_COUNT, .key = "rate", .number = rate, .present = has_measure },
	{ FIELD_COUNT, .key = "limit", .number = limit, .present = has_measure },
	{ FIELD_TEXT, .key = "basis", .text = basis, .present = has_measure },
	{ FIELD_TEXT, .key = "source", .text = source, .present = has_source },
	{ FIELD_TEXT, .key = "heaviest", .text = heaviest, .present = has_heaviest },
	{ FIELD_COUNT, .key = "count", .number = count },
	{ FIELD_TEXT, .key = "first_time", .text = first_json },
	{ FIELD_TEXT, .key = "until", .text = until_json, .present = has_until },
	{},
};

static const struct field verb_rows[] = {
	{ FIELD_TEXT, .key = "kind", .text = kind },
	{ FIELD_TEXT, .key = "time", .text = time_json },
	{ FIELD_TEXT, .key = "command", .text = command },
	{ FIELD_TEXT, .key = "reason", .text = reason, .present = has_reason },
	{ FIELD_TEXT, .key = "user", .text = user },
	{ FIELD_COUNT, .key = "uid", .number = uid },
	{ FIELD_COUNT, .key = "login_uid", .number = login, .present = has_login },
	{},
};

json_t *event_lines_object(const struct event_lines_item *item)
{
	const struct fields fields = { item->event->is_verb ? verb_rows : change_rows, 0,
				       item->moment };

	return fields_object(&fields, item);
}

const char *event_lines_time(const struct clock_moment *moment, uint64_t ns,
			     char text[EVENT_LINES_TIME_SIZE])
{
	const struct event_lines_item item = { .moment = moment };
	unsigned int ms;
	time_t seconds = seconds_of(&item, ns, &ms);
	struct tm tm;
	size_t used = strftime(text, EVENT_LINES_TIME_SIZE - 4, "%Y-%m-%d %H:%M:%S",
			       localtime_r(&seconds, &tm));

	snprintf(text + used, EVENT_LINES_TIME_SIZE - used, ".%03u", ms);
	return text;
}

static void print_why(const struct ecdn_xdp_change *change, FILE *out)
{
	char room[FIELD_TEXT_SIZE], one[COLUMNS_RATE_SIZE], other[COLUMNS_RATE_SIZE];

	if (!change->measure)
		fputs(whys[why_of(change)].text, out);
	else
		fprintf(out, "%s %s of %s, %s", measure_name(change->measure, room),
			columns_rate_text(change->rate, one),
			columns_rate_text(change->limit, other),
			change->proven ? "proven" : "claimed");
}

/* Behind a short name and the longest states. */
#define STATES_END 29

static void print_change(const struct event_lines_item *item, FILE *out)
{
	const struct ecdn_xdp_change *change = change_of(item);
	char name[FIELD_TEXT_SIZE], one[FIELD_TEXT_SIZE], other[FIELD_TEXT_SIZE];
	int used;

	used = fprintf(out, "%-8s  %s -> %s", region(item, name), from(item, one),
		       to(item, other));
	fprintf(out, "%*s  ", used < STATES_END ? STATES_END - used : 0, "");
	print_why(change, out);
	if (change->family)
		fprintf(out, "; from %s", source(item, one));
	if (item->has_heaviest)
		fprintf(out, "; heaviest %s", heaviest(item, one));
	if (change->count > 1)
		fprintf(out, "; %u changes in %.1f s", change->count,
			(double)(change->last_ns - change->time_ns) / NS_PER_SECOND);
	fputc('\n', out);
}

static void print_verb(const struct event_lines_item *item, FILE *out)
{
	char one[FIELD_TEXT_SIZE], other[FIELD_TEXT_SIZE];

	fprintf(out, "%-8s  `%s` by %s", "-", command(item, one), user(item, other));
	if (has_reason(item))
		fprintf(out, "; reason: %s", reason(item, one));
	fputc('\n', out);
}

void event_lines_print(const struct event_lines_item *item, FILE *out)
{
	char text[EVENT_LINES_TIME_SIZE];

	fprintf(out, "%s  ", event_lines_time(item->moment, item->event->time_ns, text));
	if (item->event->is_verb)
		print_verb(item, out);
	else
		print_change(item, out);
}
