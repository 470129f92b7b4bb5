// SPDX-License-Identifier: BSD-2-Clause
#include "show/event_lines.h"

#include <inttypes.h>
#include <time.h>

#include "base/escape.h"
#include "base/login.h"
#include "show/event_words.h"
#include "show/fields.h"

static const char *const kinds[EVENT_LINES_KINDS] = {
	[EVENT_LINES_CHANGE] = "change", [EVENT_LINES_COMMAND] = "command",
	[EVENT_LINES_LOST] = "lost", [EVENT_LINES_NOTICE] = "notice",
};

static const struct ecdn_xdp_change *change_of(const void *item)
{
	return &((const struct event_lines_item *)item)->event->change;
}

static const struct ecdn_xdp_verb *verb_of(const void *item)
{
	return &((const struct event_lines_item *)item)->event->verb;
}

static bool has_measure(const void *item)
{
	return change_of(item)->measure;
}

static bool has_source(const void *item)
{
	return change_of(item)->family;
}

static bool has_heaviest(const void *item)
{
	return ((const struct event_lines_item *)item)->has_heaviest;
}

/* What was lost is known from its read on. */
static uint64_t time_of(const struct event_lines_item *item)
{
	return item->event ? item->event->time_ns : item->moment->now_ns;
}

static const char *time_json(const void *item, char room[FIELD_TEXT_SIZE])
{
	return event_words_time(item, time_of(item), room);
}

static const char *first_json(const void *item, char room[FIELD_TEXT_SIZE])
{
	return event_words_time(item, change_of(item)->time_ns, room);
}

static bool has_until(const void *item)
{
	uint64_t until_ns = change_of(item)->until_ns;

	return until_ns && until_ns != ~0ULL;
}

static const char *until_json(const void *item, char room[FIELD_TEXT_SIZE])
{
	return event_words_time(item, change_of(item)->until_ns, room);
}

enum event_lines_kind event_lines_kind(const struct event_lines_item *item)
{
	if (!item->event)
		return EVENT_LINES_LOST;
	if (item->notice)
		return EVENT_LINES_NOTICE;
	return item->event->is_verb ? EVENT_LINES_COMMAND : EVENT_LINES_CHANGE;
}

static const char *kind_json(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return kinds[event_lines_kind(item)];
}

static const char *user(const void *item, char room[FIELD_TEXT_SIZE])
{
	const char *name = verb_of(item)->user;

	return event_words_named(*name ? name : NULL, verb_of(item)->uid, room);
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
	{ FIELD_TEXT, .key = "kind", .text = kind_json },
	{ FIELD_TEXT, .key = "time", .text = time_json },
	{ FIELD_TEXT, .key = "region", .text = event_words_region },
	{ FIELD_TEXT, .key = "from", .text = event_words_from },
	{ FIELD_TEXT, .key = "to", .text = event_words_to },
	{ FIELD_TEXT, .key = "why", .text = event_words_why },
	{ FIELD_TEXT, .key = "measure", .text = event_words_measure, .present = has_measure },
	{ FIELD_COUNT, .key = "rate", .number = rate, .present = has_measure },
	{ FIELD_COUNT, .key = "limit", .number = limit, .present = has_measure },
	{ FIELD_TEXT, .key = "basis", .text = event_words_basis, .present = has_measure },
	{ FIELD_TEXT, .key = "source", .text = event_words_source, .present = has_source },
	{ FIELD_TEXT, .key = "heaviest", .text = event_words_heaviest, .present = has_heaviest },
	{ FIELD_COUNT, .key = "count", .number = count },
	{ FIELD_TEXT, .key = "first_time", .text = first_json },
	{ FIELD_TEXT, .key = "until", .text = until_json, .present = has_until },
	{},
};

static const struct field verb_rows[] = {
	{ FIELD_TEXT, .key = "kind", .text = kind_json },
	{ FIELD_TEXT, .key = "time", .text = time_json },
	{ FIELD_TEXT, .key = "command", .text = command },
	{ FIELD_TEXT, .key = "reason", .text = reason, .present = has_reason },
	{ FIELD_TEXT, .key = "user", .text = user },
	{ FIELD_COUNT, .key = "uid", .number = uid },
	{ FIELD_COUNT, .key = "login_uid", .number = login, .present = has_login },
	{},
};

static const struct field lost_rows[] = {
	{ FIELD_TEXT, .key = "kind", .text = kind_json },
	{ FIELD_TEXT, .key = "time", .text = time_json },
	{ FIELD_COUNT, .key = "count", FIELD_AT(struct event_lines_item, lost) },
	{},
};

static const struct field notice_rows[] = {
	{ FIELD_TEXT, .key = "kind", .text = kind_json },
	{ FIELD_TEXT, .key = "time", .text = time_json },
	{ FIELD_TEXT, .key = "region", .text = event_words_region },
	{ FIELD_TEXT, .key = "measure", .text = event_words_measure },
	{ FIELD_COUNT, .key = "rate", .number = rate },
	{ FIELD_COUNT, .key = "usual", .number = limit },
	{ FIELD_TEXT, .key = "heaviest", .text = event_words_heaviest, .present = has_heaviest },
	{},
};

static const struct field *const rows[EVENT_LINES_KINDS] = {
	[EVENT_LINES_CHANGE] = change_rows, [EVENT_LINES_COMMAND] = verb_rows,
	[EVENT_LINES_LOST] = lost_rows, [EVENT_LINES_NOTICE] = notice_rows,
};

json_t *event_lines_object(const struct event_lines_item *item)
{
	const struct fields fields = { rows[event_lines_kind(item)], 0, item->moment };

	return fields_object(&fields, item);
}

const char *event_lines_time(const struct clock_moment *moment, uint64_t ns,
			     char text[EVENT_LINES_TIME_SIZE])
{
	const struct event_lines_item item = { .moment = moment };
	unsigned int ms;
	time_t seconds = event_words_seconds(&item, ns, &ms);
	struct tm tm;
	size_t used = strftime(text, EVENT_LINES_TIME_SIZE - 4, "%Y-%m-%d %H:%M:%S",
			       localtime_r(&seconds, &tm));

	snprintf(text + used, EVENT_LINES_TIME_SIZE - used, ".%03u", ms);
	return text;
}

static void print_why(const struct event_lines_item *item, FILE *out)
{
	char room[FIELD_TEXT_SIZE], one[COLUMNS_RATE_SIZE], other[COLUMNS_RATE_SIZE];
	const struct ecdn_xdp_change *change = change_of(item);

	if (!change->measure)
		fputs(event_words_cause(item), out);
	else
		fprintf(out, "%s %s of %s, %s", event_words_measure(item, room),
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

	used = fprintf(out, "%-8s  %s -> %s", event_words_region(item, name),
		       event_words_from(item, one), event_words_to(item, other));
	fprintf(out, "%*s  ", used < STATES_END ? STATES_END - used : 0, "");
	print_why(item, out);
	if (change->family)
		fprintf(out, "; from %s", event_words_source(item, one));
	if (item->has_heaviest)
		fprintf(out, "; heaviest %s", event_words_heaviest(item, one));
	if (change->count > 1)
		fprintf(out, "; %u changes in %.1f s", change->count,
			(double)(change->last_ns - change->time_ns) / NS_PER_SECOND);
}

static void print_verb(const struct event_lines_item *item, FILE *out)
{
	char one[FIELD_TEXT_SIZE], other[FIELD_TEXT_SIZE];

	fprintf(out, "%-8s  `%s` by %s", "-", command(item, one), user(item, other));
	if (has_reason(item))
		fprintf(out, "; reason: %s", reason(item, one));
}

static void print_notice(const struct event_lines_item *item, FILE *out)
{
	char room[FIELD_TEXT_SIZE], one[COLUMNS_RATE_SIZE], other[COLUMNS_RATE_SIZE];

	fprintf(out, "%-8s  unusual: ", event_words_region(item, room));
	fprintf(out, "%s of %s, usually up to %s", event_words_measure(item, room),
		columns_rate_text(rate(item), one), columns_rate_text(limit(item), other));
	if (item->has_heaviest)
		fprintf(out, "; heaviest %s", event_words_heaviest(item, room));
}

void event_lines_text(const struct event_lines_item *item, FILE *out)
{
	switch (event_lines_kind(item)) {
	case EVENT_LINES_COMMAND:
		print_verb(item, out);
		return;
	case EVENT_LINES_NOTICE:
		print_notice(item, out);
		return;
	case EVENT_LINES_LOST:
		fprintf(out, "%-8s  %" PRIu64 " events were overwritten", "-", item->lost);
		return;
	default:
		print_change(item, out);
	}
}

void event_lines_print(const struct event_lines_item *item, FILE *out)
{
	char text[EVENT_LINES_TIME_SIZE];

	fprintf(out, "%s  ", event_lines_time(item->moment, time_of(item), text));
	event_lines_text(item, out);
	fputc('\n', out);
}
