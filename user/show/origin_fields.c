// SPDX-License-Identifier: BSD-2-Clause
#include "show/origin_fields.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/quantity.h"
#include "base/words.h"
#include "show/origin_status.h"
#include "show/origin_text.h"
#include "show/output.h"

#define AT(member) FIELD_AT(struct origin_item, member)
#define STATS(member) AT(origin.stats.member)
#define LIST .in = ORIGIN_FIELDS_LIST
#define JSON .in = ORIGIN_FIELDS_JSON
#define TABLE .in = ORIGIN_FIELDS_LIST | ORIGIN_FIELDS_FAILING
#define COUNTED .in = ORIGIN_FIELDS_LIST | ORIGIN_FIELDS_JSON
#define ALL .in = ORIGIN_FIELDS_LIST | ORIGIN_FIELDS_FAILING | ORIGIN_FIELDS_JSON

#define FAILURES "ecdn_xdp_origin_failures_total"
#define ENDED "ecdn_xdp_origin_ended_total"
#define RESULTS "ecdn_xdp_origin_proxy_results_total"

/* Which columns go first where a terminal is narrow. */
enum spare {
	SPARE_NOTHING,
	SPARE_5XX,
	SPARE_404,
	SPARE_OK,
	SPARE_NAME,
	SPARE_RTT,
	SPARE_LAST_FAILURE,
	SPARE_TLS,
	SPARE_HANDSHAKES,
	SPARE_RETRANSMITS,
	SPARE_RECEIVED,
};

static const struct origin_item *of(const void *item)
{
	return item;
}

static const struct ecdn_xdp_origin_stats *stats_of(const void *item)
{
	return &of(item)->origin.stats;
}

static const char *origin(const void *item, char room[FIELD_TEXT_SIZE])
{
	return view_origins_format(&of(item)->origin.key, room);
}

static const char *address(const void *item, char room[FIELD_TEXT_SIZE])
{
	struct ecdn_xdp_origin_key key = of(item)->origin.key;

	key.port = 0;
	return view_origins_format(&key, room);
}

static bool has_address(const void *item)
{
	return of(item)->origin.key.family;
}

static bool has_port(const void *item)
{
	return of(item)->origin.key.port;
}

/* What stands for all that have no row is called so. */
static const char *name(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	if (!has_address(item))
		return ECDN_XDP_ORIGIN_NONE_NAME;
	return *of(item)->origin.name ? of(item)->origin.name : NULL;
}

static const char *name_cell(const void *item, char room[FIELD_TEXT_SIZE])
{
	return has_address(item) ? name(item, room) : NULL;
}

static const char *protocol(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return origin_text_protocol(stats_of(item)->tls);
}

static const char *version(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return view_origins_version(stats_of(item)->version);
}

static bool has_content(const void *item)
{
	return of(item)->content || of(item)->sum;
}

static bool has_packets(const void *item)
{
	return of(item)->packets;
}

static bool has_proxy(const void *item)
{
	return of(item)->proxy;
}

static bool has_status(const void *item)
{
	return of(item)->packets || of(item)->proxy;
}

static const char *source(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return of(item)->by_proxy ? "proxy" : "packets";
}

static bool has_rtt(const void *item)
{
	return stats_of(item)->rtts;
}

static uint64_t rtt_us(const void *item)
{
	return stats_of(item)->rtts ? stats_of(item)->rtt_us / stats_of(item)->rtts : 0;
}

static const char *rtt(const void *item, char room[FIELD_TEXT_SIZE])
{
	return origin_text_ms(rtt_us(item), room);
}

static double rtt_seconds(const void *item, const struct clock_moment *moment)
{
	(void)moment;
	return rtt_us(item) / 1e6;
}

static bool has_failure(const void *item)
{
	return stats_of(item)->failure_ns;
}

static uint64_t age_ns(const void *item)
{
	uint64_t then_ns = stats_of(item)->failure_ns;

	return of(item)->now_ns > then_ns ? of(item)->now_ns - then_ns : 0;
}

static uint64_t age_ms(const void *item)
{
	return age_ns(item) / 1000000;
}

static const char *last_failure(const void *item, char room[FIELD_TEXT_SIZE])
{
	char ago[QUANTITY_DURATION_SIZE];

	if (of(item)->has_last)
		origin_text_failure(&of(item)->last, room);
	else
		origin_text_cause(stats_of(item)->failure, room);
	words_append(room, FIELD_TEXT_SIZE, ", %s ago", quantity_about(age_ns(item), ago));
	return room;
}

static json_t *last_code(const void *item)
{
	unsigned int code = view_origins_code(stats_of(item)->failure);

	return code ? json_integer(code) : json_null();
}

static const char *last_cause(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return view_origins_cause(stats_of(item)->failure);
}

static const char *last_side(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return of(item)->has_last ? view_origins_side(of(item)->last.side) : NULL;
}

static const char *last_phase(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return of(item)->has_last ? view_origins_phase(of(item)->last.phase) : NULL;
}

static const char *last_alert(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return of(item)->has_last ? view_origins_alert(of(item)->last.alert) : NULL;
}

static json_t *last_offered(const void *item)
{
	return of(item)->has_last ? origin_text_offered_json(of(item)->last.offered) : json_null();
}

static uint64_t failed(const void *item)
{
	return view_origins_failed(&of(item)->window);
}

static const char *failed_of(const void *item, char room[FIELD_TEXT_SIZE])
{
	snprintf(room, FIELD_TEXT_SIZE, "%" PRIu64 " of %" PRIu64, failed(item),
		 of(item)->window.ended);
	return room;
}

static uint64_t window_seconds(const void *item)
{
	(void)item;
	return VIEW_ORIGINS_WINDOW_NS / NS_PER_SECOND;
}

#define COUNT(word, from, of_metric, of_label, text, ...) \
	{ FIELD_COUNT, .key = word, .metric = of_metric, .label = of_label, JSON, \
	  .unit = "connections", .help = text, from, ##__VA_ARGS__ }

#define FAILURE(object, code, word, cause_of) \
	COUNT(object "." word, STATS(cause[ECDN_XDP_ORIGIN_##cause_of]), FAILURES, \
	      "code=\"" code "\",cause=\"" word "\"", \
	      "Connections to an origin that failed, by the platform's code and the cause.")
#define CAUSE_538(word, cause) FAILURE("tls.causes", "538", word, cause)
#define CAUSE_564(word, cause) FAILURE("causes", "564", word, cause)
#define CAUSE_522(word, cause) FAILURE("causes", "522", word, cause)

#define RESULT(word, cause_of) \
	COUNT(word, STATS(cause[ECDN_XDP_ORIGIN_##cause_of]), ENDED, "result=\"" word "\"", \
	      "Connections to an origin that ended without its failure, by how.")

#define SAID(word, of_said) \
	{ FIELD_COUNT, .key = "proxy." word, .metric = RESULTS, .label = "result=\"" word "\"", \
	  JSON, .unit = "answers", \
	  .help = "Attempts to get an answer of an origin, by what proxies say became of them.", \
	  AT(origin.said.said[ECDN_XDP_ORIGIN_SAID_##of_said]), .present = has_proxy }

const struct field origin_fields[] = {
	{ FIELD_TEXT, "<ORIGIN", TABLE, .text = origin },
	{ FIELD_TEXT, .key = "address", JSON, .text = address, .present = has_address },
	{ FIELD_COUNT, .key = "port", JSON, AT(origin.key.port), .present = has_port },
	{ FIELD_TEXT, "<NAME", TABLE, .text = name_cell, .rank = SPARE_NAME },
	{ FIELD_TEXT, .key = "name", JSON, .text = name },
	{ FIELD_FLAG, .key = "named", JSON, AT(origin.named) },
	{ FIELD_TEXT, .key = "sni", JSON, STATS(sni) },
	{ FIELD_TEXT, .key = "host", JSON, AT(origin.host) },
	{ FIELD_TEXT, .key = "protocol", JSON, .text = protocol },
	{ FIELD_TEXT, "<TLS", "version", COUNTED, .text = version, .rank = SPARE_TLS },
	{ FIELD_TEXT, ">FAILED", .in = ORIGIN_FIELDS_FAILING, .text = failed_of },
	{ FIELD_COUNT, ">CONNECTIONS", "connections", "ecdn_xdp_origin_connections_total", COUNTED,
	  .unit = "connections", .help = "Connections that this host began to an origin.",
	  STATS(connections) },
	{ FIELD_COUNT, .key = "established", JSON, .metric = "ecdn_xdp_origin_established_total",
	  .unit = "connections", .help = "Of these, those that the origin took.",
	  STATS(established) },
	{ FIELD_COUNT, ">HANDSHAKES", "handshakes", "ecdn_xdp_origin_handshakes_total", COUNTED,
	  .unit = "connections", .help = "Handshakes of TLS that both sides completed.",
	  STATS(handshakes), .present = has_content, .rank = SPARE_HANDSHAKES },
	{ FIELD_COUNT, .key = "resumed", JSON, .metric = "ecdn_xdp_origin_resumed_total",
	  .unit = "connections", .help = "Of these, those that took up an earlier session.",
	  STATS(resumed), .present = has_content },
	{ FIELD_COUNT, ">OK", LIST, STATS(cause[ECDN_XDP_ORIGIN_OK]), .rank = SPARE_OK },
	RESULT("ok", OK),
	RESULT("idle", IDLE),
	RESULT("aborted", ABORTED),
	RESULT("untold", UNTOLD),
	RESULT("rejected_here", REJECTED_HERE),
	{ FIELD_COUNT, ">538", "tls.538", ALL, AT(f538) },
	CAUSE_538("refused", REFUSED),
	CAUSE_538("no_answer_to_syn", NO_ANSWER_TO_SYN),
	CAUSE_538("connect_timeout", CONNECT_TIMEOUT),
	CAUSE_538("unreachable", UNREACHABLE),
	CAUSE_538("alert_by_origin", ALERT_BY_ORIGIN),
	CAUSE_538("alert_by_node", ALERT_BY_NODE),
	CAUSE_538("hung_up_by_node", HUNG_UP_BY_NODE),
	CAUSE_538("refused_after_finished", REFUSED_AFTER_FINISHED),
	CAUSE_538("not_tls", NOT_TLS),
	CAUSE_538("handshake_reset", HANDSHAKE_RESET),
	CAUSE_538("handshake_closed", HANDSHAKE_CLOSED),
	CAUSE_538("handshake_silence", HANDSHAKE_SILENCE),
	CAUSE_538("handshake_timeout", HANDSHAKE_TIMEOUT),
	{ FIELD_COUNT, ">564", "564", ALL, AT(f564) },
	CAUSE_564("reset", RESET),
	CAUSE_564("no_close_notify", NO_CLOSE_NOTIFY),
	CAUSE_564("stalled", STALLED),
	CAUSE_564("timeout", TIMEOUT),
	CAUSE_564("no_answer", NO_ANSWER),
	{ FIELD_COUNT, ">522", "522", ALL, AT(f522) },
	CAUSE_522("cut", CUT),
	CAUSE_522("malformed", MALFORMED),
	CAUSE_522("closed_unanswered", CLOSED_UNANSWERED),
	CAUSE_522("http_no_answer", HTTP_NO_ANSWER),
	CAUSE_522("http_stalled", HTTP_STALLED),
	CAUSE_522("http_timeout", HTTP_TIMEOUT),
	{ FIELD_COUNT, ">404", LIST, AT(status[ECDN_XDP_ORIGIN_404]), .present = has_status,
	  .rank = SPARE_404 },
	{ FIELD_COUNT, ">5XX", LIST, AT(status[ECDN_XDP_ORIGIN_5XX]), .present = has_status,
	  .rank = SPARE_5XX },
	{ FIELD_TEXT, .key = "status.source", JSON, .text = source, .present = has_status },
	ORIGIN_STATUS_SHOWN("1xx", ECDN_XDP_ORIGIN_1XX),
	ORIGIN_STATUS_SHOWN("2xx", ECDN_XDP_ORIGIN_2XX),
	ORIGIN_STATUS_SHOWN("3xx", ECDN_XDP_ORIGIN_3XX),
	ORIGIN_STATUS_SHOWN("4xx", ECDN_XDP_ORIGIN_4XX),
	ORIGIN_STATUS_SHOWN("5xx", ECDN_XDP_ORIGIN_5XX),
	ORIGIN_STATUS_SHOWN("other", ECDN_XDP_ORIGIN_STRANGE),
	ORIGIN_STATUS_SHOWN("404", ECDN_XDP_ORIGIN_404),
	ORIGIN_STATUS_CODES("status", status, has_status),
	ORIGIN_STATUS_TOLD("packets", origin.stats.status, has_packets, "packets"),
	SAID("answered", ANSWERED),
	SAID("no_connect", NO_CONNECT),
	SAID("no_answer", NO_ANSWER),
	SAID("malformed", MALFORMED),
	SAID("truncated", TRUNCATED),
	SAID("timed_out", TIMED_OUT),
	ORIGIN_STATUS_TOLD("proxy", origin.said.status, has_proxy, "proxy"),
	{ FIELD_TEXT, ">RTT", LIST, .text = rtt, .present = has_rtt, .rank = SPARE_RTT },
	{ FIELD_COUNT, .key = "rtt_us", JSON, .metric = "ecdn_xdp_origin_rtt_seconds",
	  .unit = "microseconds", .help = "Mean of the smoothed RTTs of connections that ended.",
	  .number = rtt_us, .measure = rtt_seconds, .present = has_rtt },
	{ FIELD_COUNT, ">RETRANSMITS", "retransmits", "ecdn_xdp_origin_retransmits_total", COUNTED,
	  .unit = "segments", .help = "Segments that this host sent again to an origin.",
	  STATS(retransmits), .rank = SPARE_RETRANSMITS },
	{ FIELD_RATE, ">RECEIVED", "received", "ecdn_xdp_origin_received_bytes_total", COUNTED,
	  .unit = "bytes", .help = "TCP payload from an origin, of connections that ended.",
	  STATS(received), .rank = SPARE_RECEIVED },
	{ FIELD_COUNT, .key = "sent", JSON, .metric = "ecdn_xdp_origin_sent_bytes_total",
	  .unit = "bytes", .help = "TCP payload to an origin, of connections that ended.",
	  STATS(sent) },
	{ FIELD_AGO, .key = "first_seen", JSON, .unit = "seconds", STATS(first_ns) },
	{ FIELD_AGO, .key = "last_seen", JSON, .unit = "seconds", STATS(last_ns) },
	{ FIELD_TEXT, "<LAST-FAILURE", TABLE, .text = last_failure, .present = has_failure,
	  .rank = SPARE_LAST_FAILURE },
	{ FIELD_JSON, .key = "last_failure.code", JSON, .json = last_code, .present = has_failure },
	{ FIELD_TEXT, .key = "last_failure.cause", JSON, .text = last_cause,
	  .present = has_failure },
	{ FIELD_COUNT, .key = "last_failure.age_ms", JSON, .number = age_ms,
	  .present = has_failure },
	{ FIELD_TEXT, .key = "last_failure.side", JSON, .text = last_side, .present = has_failure },
	{ FIELD_TEXT, .key = "last_failure.phase", JSON, .text = last_phase,
	  .present = has_failure },
	{ FIELD_TEXT, .key = "last_failure.alert_name", JSON, .text = last_alert,
	  .present = has_failure },
	{ FIELD_JSON, .key = "last_failure.offered", JSON, .json = last_offered,
	  .present = has_failure },
	{ FIELD_COUNT, .key = "window.seconds", JSON, .number = window_seconds },
	{ FIELD_COUNT, .key = "window.ended", JSON, AT(window.ended) },
	{ FIELD_COUNT, .key = "window.failed", JSON, .number = failed },
	{ FIELD_COUNT, .key = "window.network", JSON, AT(window.network) },
	{ FIELD_COUNT, .key = "window.handshake", JSON, AT(window.handshake) },
	{ FIELD_COUNT, .key = "window.abnormal", JSON, AT(window.abnormal) },
	{ FIELD_COUNT, .key = "window.response", JSON, AT(window.response) },
	{},
};
