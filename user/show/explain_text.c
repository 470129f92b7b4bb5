// SPDX-License-Identifier: BSD-2-Clause
#include "show/explain_text.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/when.h"
#include "base/words.h"
#include "guard/layers.h"
#include "show/explain_remedies.h"
#include "show/explain_words.h"
#include "show/output.h"
#include "show/status_fields.h"

static const char *interfaces(const void *item, char room[FIELD_TEXT_SIZE])
{
	const struct view_status *status = &explain_words_view(item)->status;

	room[0] = 0;
	for (unsigned int i = 0; i < status->attachment_count; i++) {
		const struct xdp_link *at = &status->attachments[i];
		char name[PLACE_TEXT_SIZE];

		words_append(room, FIELD_TEXT_SIZE, "%s%s (%s)", i ? ", " : "",
			     place_name(&at->place, at->iface, name),
			     status_fields_guard_state(at));
	}
	return *room ? room : "none has the guard, so nothing is dropped";
}

static const char *mode(const void *item, char room[FIELD_TEXT_SIZE])
{
	const struct ecdn_xdp_config *config = &explain_words_view(item)->status.config;

	(void)room;
	return config->off ? "off: nothing is dropped" : config->monitor ?
	       "monitor: what would be dropped passes" : "enforce";
}

static const char *region_line(const void *item, char room[FIELD_TEXT_SIZE])
{
	const struct view_explain_part *part = explain_words_part(item);
	char text[FIELD_TEXT_SIZE];

	snprintf(room, FIELD_TEXT_SIZE, "%s, as are %s%s", part->at.table.region,
		 explain_words_range(item, text), part->at.whole ? "" : " and more");
	if (part->at.table.id == ECDN_XDP_REGION_NONE)
		words_append(room, FIELD_TEXT_SIZE, "; no file names it");
	else if (part->at.table.source)
		words_append(room, FIELD_TEXT_SIZE, "; by %s", part->at.table.source);
	return room;
}

static const char *trusted_line(const void *item, char room[FIELD_TEXT_SIZE])
{
	const struct view_explain_part *part = explain_words_part(item);
	const struct view_rate *rate = &part->rate;
	char prefix[FIELD_TEXT_SIZE];

	if (!part->at.trusted)
		return "no: it is neither allowed nor a node";
	snprintf(room, FIELD_TEXT_SIZE, "%s by %s", explain_words_trusted(item, prefix),
		 explain_words_trusted_prefix(item, prefix));
	if (rate->measured)
		words_append(room, FIELD_TEXT_SIZE,
			     "; now %lu packets/s of %lu, %lu connections/s of %lu", rate->pps,
			     rate->ceiling_pps, rate->cps, rate->ceiling_cps);
	return room;
}

static const char *port_line(const void *item, char room[FIELD_TEXT_SIZE])
{
	const struct view_explain *view = explain_words_view(item);

	snprintf(room, FIELD_TEXT_SIZE, "%u/%s is %s", view->port,
		 view->protocol == IPPROTO_UDP ? "udp" : "tcp", view->covered ? "protected" :
		 "not protected: nothing is dropped or steered there");
	return room;
}

static void append_time(char room[FIELD_TEXT_SIZE], const char *word,
			const struct clock_moment *moment, uint64_t ns)
{
	char text[WHEN_SIZE];

	if (ns)
		words_append(room, FIELD_TEXT_SIZE, " %s %s", word,
			     when_text(moment->epoch_ns + ns, text));
}

/* A block below an exemption, which holds again if it outlasts that. */
static void append_block(char room[FIELD_TEXT_SIZE], const struct view_explain_part *part,
			 const struct clock_moment *moment)
{
	const struct ecdn_xdp_limits *limits = &part->region->limits;

	if (part->region->state != ECDN_XDP_STATE_EXEMPT ||
	    !layers_stands(limits, ECDN_XDP_NOTE_BLOCK, moment->now_ns))
		return;
	words_append(room, FIELD_TEXT_SIZE, "; over a block");
	append_time(room, "until", moment, limits->blocked_until_ns);
}

static bool has_note(const void *item)
{
	return explain_words_part(item)->has_note;
}

static const char *state_line(const void *item, char room[FIELD_TEXT_SIZE])
{
	const struct view_explain_part *part = explain_words_part(item);
	const struct clock_moment *moment = &explain_words_view(item)->moment;
	bool in_surge = part->region->state == ECDN_XDP_STATE_LIMITED ||
			part->region->state == ECDN_XDP_STATE_SHIELDED;
	char text[FIELD_TEXT_SIZE], rate[2][COLUMNS_RATE_SIZE];
	const struct view_load *why = &part->region->surge;

	snprintf(room, FIELD_TEXT_SIZE, "%s", explain_words_state(item, text));
	append_time(room, "since", moment, explain_words_since_ns(item));
	append_time(room, "until", moment, explain_words_until_ns(item));
	if (in_surge && explain_words_until_ns(item))
		words_append(room, FIELD_TEXT_SIZE, " at the earliest");
	if (explain_words_measure(item, text))
		words_append(room, FIELD_TEXT_SIZE, "; %s %s of %s%s", text,
			     columns_rate_text(why->rate, rate[0]),
			     columns_rate_text(why->limit, rate[1]),
			     view_regions_is_learned(part->region, why->measure) ?
			     ", which is learned" : "");
	if (has_note(item) && explain_words_set_by(item, text))
		words_append(room, FIELD_TEXT_SIZE, "; by %s", explain_words_set_by(item, text));
	if (has_note(item) && part->note.reason[0])
		words_append(room, FIELD_TEXT_SIZE, ": %s", part->note.reason);
	append_block(room, part, moment);
	return room;
}

static const char *prefix_line(const void *item, char room[FIELD_TEXT_SIZE])
{
	const struct view_explain_part *part = explain_words_part(item);
	char text[FIELD_TEXT_SIZE], rate[COLUMNS_RATE_SIZE];

	room[0] = 0;
	for (int level = 0; level < DRY_ROWS_LEVELS; level++) {
		const struct dry_rows_prefix *prefix = &part->prefix[level];

		if (!prefix->length)
			continue;
		words_append(room, FIELD_TEXT_SIZE, "%s%s is %s", *room ? "; " : "",
			     explain_words_prefix(part, level, text),
			     prefix->over ? "over its limit" :
			     prefix->packets ? "heavy, within it" : "not heavy");
		if (explain_words_limit(part, level))
			words_append(room, FIELD_TEXT_SIZE, " (%s/s in a surge)",
				     columns_rate_text(explain_words_limit(part, level), rate));
	}
	return room;
}

static const char *shield_line(const void *item, char room[FIELD_TEXT_SIZE])
{
	const struct view_explain *view = explain_words_view(item);
	char text[FIELD_TEXT_SIZE];

	if (view->status.unproven) {
		snprintf(room, FIELD_TEXT_SIZE, "off: %s", view->status.unproven);
		return room;
	}
	snprintf(room, FIELD_TEXT_SIZE, "on; %s is %s", explain_words_part(item)->at.last.bits ==
		 explain_words_part(item)->at.first.bits ? "the address" : "the first address",
		 explain_words_part(item)->is_known ? "known: it has connected lately" :
						      "not known");
	if (view->armed)
		words_append(room, FIELD_TEXT_SIZE, "; %s is %s%s", explain_words_armed(item, text),
			     explain_words_armed_state(item, text), view->served ? "" :
			     ", but nobody listens there");
	else if (view->protocol == IPPROTO_TCP)
		words_append(room, FIELD_TEXT_SIZE, "; no connection to the port was seen "
			     "lately, so no socket is looked for");
	return room;
}

static const char *new_line(const void *item, char room[FIELD_TEXT_SIZE])
{
	return explain_words_fate(explain_words_part(item), VIEW_EXPLAIN_NEW, room);
}

static const char *open_line(const void *item, char room[FIELD_TEXT_SIZE])
{
	return explain_words_fate(explain_words_part(item), VIEW_EXPLAIN_OPEN, room);
}

static const char *stray_line(const void *item, char room[FIELD_TEXT_SIZE])
{
	return explain_words_fate(explain_words_part(item), VIEW_EXPLAIN_STRAY, room);
}

static const char *steer_line(const void *item, char room[FIELD_TEXT_SIZE])
{
	char text[FIELD_TEXT_SIZE];

	if (!explain_words_part(item)->steered)
		return "leaves new connections where they go";
	snprintf(room, FIELD_TEXT_SIZE, "gives new connections to %s, for 513",
		 explain_words_steered(item, text));
	return room;
}

static const char *answer_line(const void *item, char room[FIELD_TEXT_SIZE])
{
	snprintf(room, FIELD_TEXT_SIZE, "tells proxies: %s", explain_words_answer(item, room));
	if (explain_words_part(item)->answer != VIEW_EXPLAIN_PASS)
		words_append(room, FIELD_TEXT_SIZE, ", to be answered 513");
	return room;
}

/* What becomes of a new connection. */
static const char *outcome(const struct view_explain_part *part, char room[FIELD_TEXT_SIZE])
{
	if (!part->fate[VIEW_EXPLAIN_NEW].dropped &&
	    (part->steered || part->answer != VIEW_EXPLAIN_PASS))
		return "gets 513";
	return explain_words_fate(part, VIEW_EXPLAIN_NEW, room);
}

/* In the order in which a packet meets them. */
static const struct line {
	const char *head;
	const char *(*text)(const void *item, char room[FIELD_TEXT_SIZE]);
} lines[] = {
	{ "interface", interfaces },
	{ "mode", mode },
	{ "region", region_line },
	{ "trusted", trusted_line },
	{ "port", port_line },
	{ "state", state_line },
	{ "prefix", prefix_line },
	{ "shield", shield_line },
	{ "new", new_line },
	{ "open", open_line },
	{ "no socket", stray_line },
	{ "steer", steer_line },
	{ "library", answer_line },
};

void explain_text_part(const struct view_explain *view, const struct view_explain_part *part)
{
	const struct explain_words_item item = { view, part };
	struct explain_remedies remedies;
	char room[FIELD_TEXT_SIZE];

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		const char *text = lines[i].text(&item, room);

		if (text)
			output_line("%-11s %s", lines[i].head, text);
	}
	explain_remedies_find(view, part, &remedies);
	for (unsigned int i = 0; i < remedies.count; i++)
		output_line("%-11s %s", i ? "" : "change it", remedies.command[i]);
}

int explain_text_parts(const struct view_explain *view)
{
	struct columns *columns = columns_new();
	char room[FIELD_TEXT_SIZE];
	int err;

	columns_head(columns, "<ADDRESSES");
	columns_head(columns, "<REGION");
	columns_head(columns, "<STATE");
	columns_head(columns, "<TRUSTED");
	columns_head(columns, "<NEW CONNECTION");
	for (unsigned int i = 0; i < view->parts; i++) {
		const struct view_explain_part *part = &view->part[i];
		const struct explain_words_item item = { view, part };

		columns_cell(columns, "%s", explain_words_addresses(part, room));
		columns_cell(columns, "%s", part->at.table.region);
		columns_cell(columns, "%s", explain_words_state(&item, room));
		columns_cell(columns, "%s", explain_words_trusted(&item, room) ?: "-");
		columns_cell(columns, "%s", outcome(part, room));
	}
	err = columns_print(columns);
	if (!err && view->more)
		puts("... and more: ask for a longer prefix");
	return err;
}
