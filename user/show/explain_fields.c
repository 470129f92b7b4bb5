// SPDX-License-Identifier: BSD-2-Clause
#include "show/explain_fields.h"

#include <netinet/in.h>

#include "dry/dry_run.h"
#include "show/explain_remedies.h"
#include "show/explain_words.h"
#include "show/output.h"
#include "show/status_fields.h"

static const struct view_explain *view_of(const void *item)
{
	return ((const struct explain_words_item *)item)->view;
}

static const struct view_explain_part *part_of(const void *item)
{
	return ((const struct explain_words_item *)item)->part;
}

static const char *region(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return part_of(item)->at.table.region;
}

static const char *source(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return part_of(item)->at.table.source;
}

static bool is_trusted(const void *item)
{
	return part_of(item)->at.trusted;
}

static bool has_why(const void *item)
{
	return part_of(item)->region->surge.measure;
}

static bool has_note(const void *item)
{
	return part_of(item)->has_note;
}

static const char *reason(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return part_of(item)->note.reason;
}

static json_t *prefixes(const void *item)
{
	const struct view_explain_part *part = part_of(item);
	json_t *list = json_array();
	char text[FIELD_TEXT_SIZE];

	for (int level = 0; level < DRY_ROWS_LEVELS; level++)
		if (part->prefix[level].length)
			json_array_append_new(list, json_pack("{s:s, s:I, s:I, s:b}",
				"prefix", explain_words_prefix(part, level, text),
				"packets", (json_int_t)part->prefix[level].packets,
				"limit_pps", (json_int_t)explain_words_limit(part, level),
				"over", part->prefix[level].over));
	return list;
}

static json_t *fate_json(const struct view_explain_fate *fate)
{
	const char *reason = fate->reason < 0 ? NULL : dry_run_reason(fate->reason);

	if (!fate->tried)
		return json_null();
	return json_pack("{s:s, s:o}", "verdict", fate->dropped ? "drop" : "pass", "reason",
			 reason ? json_string(reason) : json_null());
}

static json_t *new_json(const void *item)
{
	return fate_json(&part_of(item)->fate[VIEW_EXPLAIN_NEW]);
}

static json_t *open_json(const void *item)
{
	return fate_json(&part_of(item)->fate[VIEW_EXPLAIN_OPEN]);
}

static json_t *stray_json(const void *item)
{
	return fate_json(&part_of(item)->fate[VIEW_EXPLAIN_STRAY]);
}

static uint64_t refused(const void *item)
{
	return view_explain_refused(part_of(item));
}

static json_t *commands(const void *item)
{
	struct explain_remedies remedies;
	json_t *list = json_array();

	explain_remedies_find(view_of(item), part_of(item), &remedies);
	for (unsigned int i = 0; i < remedies.count; i++)
		json_array_append_new(list, json_string(remedies.command[i]));
	return list;
}

static const char *first(const void *item, char room[FIELD_TEXT_SIZE])
{
	return address_format(&part_of(item)->at.first, room);
}

static const char *last(const void *item, char room[FIELD_TEXT_SIZE])
{
	return address_format(&part_of(item)->at.last, room);
}

static const char *protocol(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return view_of(item)->protocol == IPPROTO_UDP ? "udp" : "tcp";
}

static uint64_t port(const void *item)
{
	return view_of(item)->port;
}

static uint64_t is_protected(const void *item)
{
	return view_of(item)->covered;
}

static uint64_t shield(const void *item)
{
	return !view_of(item)->status.unproven;
}

static json_t *interfaces(const void *item)
{
	const struct view_status *status = &view_of(item)->status;
	json_t *list = json_array();

	for (unsigned int i = 0; i < status->attachment_count; i++) {
		const struct xdp_link *at = &status->attachments[i];
		const char *now = at->place.now[0] ? at->place.now : at->iface;

		json_array_append_new(list, json_pack("{s:o, s:s}",
						      "interface", output_string(now),
						      "state", status_fields_guard_state(at)));
	}
	return list;
}

static const char *mode(const void *item, char room[FIELD_TEXT_SIZE])
{
	const struct ecdn_xdp_config *config = &view_of(item)->status.config;

	(void)room;
	return config->off ? "off" : config->monitor ? "monitor" : "enforce";
}

static uint64_t node_pps(const void *item)
{
	return part_of(item)->rate.ceiling_pps;
}

static uint64_t node_cps(const void *item)
{
	return part_of(item)->rate.ceiling_cps;
}

static uint64_t now_pps(const void *item)
{
	return part_of(item)->rate.pps;
}

static uint64_t now_cps(const void *item)
{
	return part_of(item)->rate.cps;
}

static uint64_t rate(const void *item)
{
	return part_of(item)->region->surge.rate;
}

static uint64_t limit(const void *item)
{
	return part_of(item)->region->surge.limit;
}

static uint64_t is_known(const void *item)
{
	return part_of(item)->is_known;
}

static const char *measure(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return view_explain_measure_name(part_of(item)->region->surge.measure);
}

static uint64_t is_proven(const void *item)
{
	return part_of(item)->region->surge.proven;
}

const struct field explain_fields[] = {
	{ FIELD_TEXT, .key = "first", .text = first },
	{ FIELD_TEXT, .key = "last", .text = last },
	{ FIELD_TEXT, .key = "mode", .text = mode },
	{ FIELD_JSON, .key = "interfaces", .json = interfaces },
	{ FIELD_TEXT, .key = "region", .text = region },
	{ FIELD_TEXT, .key = "range", .text = explain_words_range },
	{ FIELD_TEXT, .key = "source", .text = source },
	{ FIELD_TEXT, .key = "trusted.kind", .text = explain_words_trusted,
	  .present = is_trusted },
	{ FIELD_TEXT, .key = "trusted.prefix", .text = explain_words_trusted_prefix,
	  .present = is_trusted },
	{ FIELD_RATE, .key = "trusted.pps", .unit = "packets/s", .number = now_pps,
	  .present = is_trusted },
	{ FIELD_RATE, .key = "trusted.cps", .unit = "connections/s", .number = now_cps,
	  .present = is_trusted },
	{ FIELD_LIMIT, .key = "trusted.ceiling_pps", .unit = "packets/s", .number = node_pps,
	  .present = is_trusted },
	{ FIELD_LIMIT, .key = "trusted.ceiling_cps", .unit = "connections/s", .number = node_cps,
	  .present = is_trusted },
	{ FIELD_COUNT, .key = "port", .number = port },
	{ FIELD_TEXT, .key = "protocol", .text = protocol },
	{ FIELD_FLAG, .key = "protected", .number = is_protected },
	{ FIELD_TEXT, .key = "state", .text = explain_words_state },
	{ FIELD_AGO, .key = "since", .number = explain_words_since_ns },
	{ FIELD_AGO, .key = "until", .number = explain_words_until_ns },
	{ FIELD_TEXT, .key = "why.measure", .text = measure, .present = has_why },
	{ FIELD_RATE, .key = "why.rate", .number = rate, .present = has_why },
	{ FIELD_RATE, .key = "why.limit", .number = limit, .present = has_why },
	{ FIELD_FLAG, .key = "why.proven", .number = is_proven, .present = has_why },
	{ FIELD_TEXT, .key = "set.by", .text = explain_words_set_by, .present = has_note },
	{ FIELD_TEXT, .key = "set.reason", .text = reason, .present = has_note },
	{ FIELD_JSON, .key = "prefixes", .json = prefixes },
	{ FIELD_FLAG, .key = "shield.on", .number = shield },
	{ FIELD_FLAG, .key = "shield.known", .number = is_known },
	{ FIELD_TEXT, .key = "shield.armed", .text = explain_words_armed },
	{ FIELD_TEXT, .key = "shield.armed_state", .text = explain_words_armed_state },
	{ FIELD_JSON, .key = "guard.new_connection", .json = new_json },
	{ FIELD_JSON, .key = "guard.open_connection", .json = open_json },
	{ FIELD_JSON, .key = "guard.no_connection", .json = stray_json },
	{ FIELD_TEXT, .key = "steer", .text = explain_words_steered },
	{ FIELD_TEXT, .key = "library", .text = explain_words_answer },
	{ FIELD_FLAG, .key = "refused", .number = refused },
	{ FIELD_JSON, .key = "commands", .json = commands },
	{},
};
