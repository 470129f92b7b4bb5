// SPDX-License-Identifier: BSD-2-Clause
#include "show/origin_failure_fields.h"

#include <stdio.h>
#include <string.h>

#include "show/origin_text.h"

#define AT(member) FIELD_AT(struct origin_failure_fields_item, failure.member)
#define ITEM_AT(member) FIELD_AT(struct origin_failure_fields_item, member)
#define HEAD_AT(member) FIELD_AT(struct view_origins, member)

/* Which columns go first where a terminal is narrow. */
enum spare {
	SPARE_NOTHING,
	SPARE_PHASE,
	SPARE_NAME,
	SPARE_MS,
	SPARE_SNI,
	SPARE_OFFERED,
	SPARE_TLS,
	SPARE_ERRNO,
	SPARE_RECEIVED,
	SPARE_SENT,
	SPARE_RETRANSMITS,
};

static const struct ecdn_xdp_origin_failure *of(const void *item)
{
	return &((const struct origin_failure_fields_item *)item)->failure;
}

static const char *origin(const void *item, char room[FIELD_TEXT_SIZE])
{
	return view_origins_format(&of(item)->origin, room);
}

static const char *address(const void *item, char room[FIELD_TEXT_SIZE])
{
	struct ecdn_xdp_origin_key key = of(item)->origin;

	key.port = 0;
	return view_origins_format(&key, room);
}

static const char *words(const void *item, char room[FIELD_TEXT_SIZE])
{
	return origin_text_failure(of(item), room);
}

static uint64_t code(const void *item)
{
	return view_origins_code(of(item)->cause);
}

static bool has_code(const void *item)
{
	return code(item);
}

static const char *cause(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return view_origins_cause(of(item)->cause);
}

static const char *side(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return view_origins_side(of(item)->side);
}

static const char *phase(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return view_origins_phase(of(item)->phase);
}

static bool has_alert(const void *item)
{
	return of(item)->alert != 255;
}

static const char *alert(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return view_origins_alert(of(item)->alert);
}

static json_t *offered(const void *item)
{
	return origin_text_offered_json(of(item)->offered);
}

static const char *offered_cell(const void *item, char room[FIELD_TEXT_SIZE])
{
	return origin_text_offered(of(item)->offered, room);
}

static const char *protocol(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return origin_text_protocol(of(item)->tls);
}

static const char *version(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return view_origins_version(of(item)->version);
}

static const char *cipher(const void *item, char room[FIELD_TEXT_SIZE])
{
	if (!of(item)->cipher)
		return NULL;
	snprintf(room, FIELD_TEXT_SIZE, "0x%04x", of(item)->cipher);
	return room;
}

static const char *cipher_name(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return view_origins_cipher(of(item)->cipher);
}

static bool has_error(const void *item)
{
	return of(item)->error;
}

static const char *error_name(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return strerrorname_np(of(item)->error);
}

static bool has_need(const void *item)
{
	return of(item)->need != ~0ULL;
}

static bool has_status(const void *item)
{
	return of(item)->status;
}

const struct field origin_failure_fields[] = {
	{ FIELD_COUNT, .key = "number", AT(number) },
	{ FIELD_AGO, .key = "time", .unit = "seconds", AT(time_ns) },
	{ FIELD_SINCE, ">AGO", AT(time_ns) },
	{ FIELD_TEXT, "<ORIGIN", .text = origin },
	{ FIELD_TEXT, .key = "address", .text = address },
	{ FIELD_COUNT, .key = "port", AT(origin.port) },
	{ FIELD_TEXT, "<NAME", "name", ITEM_AT(name), .rank = SPARE_NAME },
	{ FIELD_TEXT, "<FAILURE", .text = words },
	{ FIELD_COUNT, .key = "code", .number = code, .present = has_code },
	{ FIELD_TEXT, .key = "cause", .text = cause },
	{ FIELD_TEXT, .key = "side", .text = side },
	{ FIELD_TEXT, "<PHASE", "phase", .text = phase, .rank = SPARE_PHASE },
	{ FIELD_COUNT, .key = "alert", AT(alert), .present = has_alert },
	{ FIELD_TEXT, .key = "alert_name", .text = alert },
	{ FIELD_COUNT, ">MS", "ms", AT(ms), .rank = SPARE_MS },
	{ FIELD_TEXT, .key = "protocol", .text = protocol },
	{ FIELD_JSON, .key = "offered", .json = offered },
	{ FIELD_TEXT, "<OFFERED", .text = offered_cell, .rank = SPARE_OFFERED },
	{ FIELD_TEXT, "<TLS", "version", .text = version, .rank = SPARE_TLS },
	{ FIELD_TEXT, .key = "cipher", .text = cipher },
	{ FIELD_TEXT, .key = "cipher_name", .text = cipher_name },
	{ FIELD_COUNT, .key = "errno", AT(error), .present = has_error },
	{ FIELD_TEXT, "<ERRNO", "errno_name", .text = error_name, .present = has_error,
	  .rank = SPARE_ERRNO },
	{ FIELD_COUNT, ">RECEIVED", "received", .unit = "bytes", AT(received),
	  .rank = SPARE_RECEIVED },
	{ FIELD_COUNT, ">SENT", "sent", .unit = "bytes", AT(sent), .rank = SPARE_SENT },
	{ FIELD_COUNT, .key = "need", .unit = "bytes", AT(need), .present = has_need },
	{ FIELD_COUNT, .key = "got", .unit = "bytes", AT(got) },
	{ FIELD_COUNT, ">RETRANSMITS", "retransmits", AT(retransmits), .rank = SPARE_RETRANSMITS },
	{ FIELD_COUNT, .key = "status", AT(status), .present = has_status },
	{ FIELD_TEXT, "<SNI", "sni", AT(sni), .rank = SPARE_SNI },
	{ FIELD_COUNT, .key = "netns", AT(netns) },
	{},
};

#define GIVE_UPS "ecdn_xdp_origin_give_ups_total"
#define GIVE_UP(reason) .metric = GIVE_UPS, .label = "reason=\"" reason "\"", \
	.unit = "connections", \
	.help = "Times that the observer could not give an origin a row, or follow a connection."

static const char *depth(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return ((const struct view_origins *)item)->content ? "content" : "sockets";
}

static bool has_netns(const void *item)
{
	return ((const struct view_origins *)item)->netns;
}

const struct field origin_failure_fields_head[] = {
	{ FIELD_TEXT, .key = "depth", .text = depth },
	{ FIELD_AGO, .key = "since", .unit = "seconds", HEAD_AT(since_ns) },
	{ FIELD_COUNT, .key = "netns", HEAD_AT(netns), .present = has_netns },
	{ FIELD_COUNT, .key = "rows", .metric = "ecdn_xdp_origin_rows", .unit = "origins",
	  .help = "Origins that have a row of their own.", HEAD_AT(head.rows) },
	{ FIELD_COUNT, .key = "failures", .metric = "ecdn_xdp_origin_failures_kept_total",
	  .unit = "connections", .help = "Failures that were kept, of which the last are shown.",
	  HEAD_AT(head.number) },
	{ FIELD_COUNT, .key = "events.no_row", GIVE_UP("no_row"), HEAD_AT(head.no_row) },
	{ FIELD_COUNT, .key = "events.displaced", GIVE_UP("displaced"), HEAD_AT(head.displaced) },
	{ FIELD_COUNT, .key = "events.no_memory", GIVE_UP("no_memory"), HEAD_AT(head.no_memory) },
	{ FIELD_COUNT, .key = "events.lost", GIVE_UP("lost"), HEAD_AT(head.lost) },
	{ FIELD_COUNT, .key = "events.unseen", .metric = "ecdn_xdp_origin_unseen_connections_total",
	  .unit = "connections",
	  .help = "Connections that were open before the observer was loaded, and sent since.",
	  HEAD_AT(head.unseen) },
	{},
};
