// SPDX-License-Identifier: BSD-2-Clause
#include "answers/answers_record.h"

#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/quantity.h"
#include "base/when.h"

/* What nginx writes for an answer without a status line, which it takes for one of HTTP/0.9 with
 * status 200. */
#define NO_STATUS_LINE 9

/* Labels behind those of upstream's variables, which have their order. */
enum label {
	METHOD = ANSWERS_UPSTREAMS,
	HOST,
	URI,
	STATUS,
	SENT,
	NEED,
	NEEDED,                 /* one of both times has to be there */
	SECONDS = NEEDED,
	ISO_TIME,
	CACHE,
	LABELS,
};

static const struct access_label label_rows[LABELS] = {
	[ANSWERS_ADDR] = ACCESS_LABEL("upstream_addr"),
	[ANSWERS_STATUS] = ACCESS_LABEL("upstream_status"),
	[ANSWERS_CONNECT_TIME] = ACCESS_LABEL("upstream_connect_time"),
	[ANSWERS_HEADER_TIME] = ACCESS_LABEL("upstream_header_time"),
	[ANSWERS_LENGTH] = ACCESS_LABEL("upstream_response_length"),
	[ANSWERS_RECEIVED] = ACCESS_LABEL("upstream_bytes_received"),
	[METHOD] = ACCESS_LABEL("request_method"),
	[HOST] = ACCESS_LABEL("host"),
	[URI] = ACCESS_LABEL("request_uri"),
	[STATUS] = ACCESS_LABEL("status"),
	[SENT] = ACCESS_LABEL("body_bytes_sent"),
	[NEED] = ACCESS_LABEL("upstream_http_content_length"),
	[SECONDS] = ACCESS_LABEL("msec"),
	[ISO_TIME] = ACCESS_LABEL("time_iso8601"),
	[CACHE] = ACCESS_LABEL("upstream_cache_status"),
};

static const struct access_labels labels = { label_rows, LABELS, NEEDED };

/* "1764342191.123": seconds since the epoch. */
static int read_seconds(struct text value, uint64_t *at_ns)
{
	const char *dot = memchr(value.start, '.', text_length(value)) ?: value.end;
	uint64_t seconds, fraction = 0;

	if (quantity_parse_digits(value.start, dot, INT64_MAX / NS_PER_SECOND - 1, &seconds))
		return -EINVAL;
	if (dot < value.end) {
		if (value.end - dot != 4 ||
		    quantity_parse_digits(dot + 1, value.end, 999, &fraction))
			return -EINVAL;
	}
	*at_ns = seconds * NS_PER_SECOND + fraction * (NS_PER_SECOND / 1000);
	return 0;
}

static int read_iso_time(struct text value, uint64_t *at_ns)
{
	char room[WHEN_SIZE];
	size_t length = text_length(value);

	/* Other forms that people may write are without a zone. */
	if (length >= sizeof(room) || !memchr(value.start, 'T', length))
		return -EINVAL;
	memcpy(room, value.start, length);
	room[length] = 0;
	return when_parse(room, 0, at_ns);
}

static int read_time(const struct text *value, uint64_t *at_ns, struct access_fault *fault)
{
	if (text_length(value[SECONDS]))
		return !read_seconds(value[SECONDS], at_ns) ? 0 :
		       access_line_refuse(fault, "msec is no time: ", value[SECONDS]);
	if (text_length(value[ISO_TIME]))
		return !read_iso_time(value[ISO_TIME], at_ns) ? 0 :
		       access_line_refuse(fault, "time_iso8601 is no time: ", value[ISO_TIME]);
	return access_line_refuse(fault, "neither msec nor time_iso8601: ", value[SECONDS]);
}

static int read_client(const struct text *value, struct answers_record *record,
		       struct access_fault *fault)
{
	uint64_t number = 0;

	/* HAProxy has -1 for a client that left before it got any. */
	if (!text_is(value[STATUS], "-1") &&
	    quantity_parse_digits(value[STATUS].start, value[STATUS].end, 999, &number))
		return access_line_refuse(fault, "status is no status: ", value[STATUS]);
	record->status = number;
	if (quantity_parse_digits(value[SENT].start, value[SENT].end, INT64_MAX, &record->sent))
		return access_line_refuse(fault, "body_bytes_sent is no number: ", value[SENT]);
	record->no_body = text_is(value[METHOD], "HEAD");
	record->host = value[HOST];
	return 0;
}

/* Whatever the origin has written there is no fault of the line. */
static void read_need(struct text value, struct answers_record *record)
{
	if (!text_length(value) ||
	    quantity_parse_digits(value.start, value.end, INT64_MAX, &record->need))
		record->need = UINT64_MAX;
}

static void read_path(struct text uri, struct answers_record *record)
{
	record->path = uri;
	for (const char *at = uri.start; at < uri.end; at++) {
		if (*at != '?' && *at != '#')
			continue;
		record->path.end = at;
		break;
	}
}

static bool is_cached(struct text status)
{
	return text_is(status, "HIT") || text_is(status, "STALE") || text_is(status, "UPDATING") ||
	       text_is(status, "REVALIDATED");
}

int answers_record_read(struct access_reader *reader, struct text line,
			struct answers_record *record, struct access_fault *fault)
{
	struct text value[LABELS];
	int err = access_line_read(reader, &labels, line, value, fault);

	err = err ?: read_time(value, &record->at_ns, fault);
	err = err ?: read_client(value, record, fault);
	err = err ?: answers_attempts_read(value, &record->attempts, fault);
	if (err)
		return err;
	read_need(value[NEED], record);
	read_path(value[URI], record);
	record->cached = is_cached(value[CACHE]);
	return 0;
}

/* A page of the proxy's own in the answer's stead is longer than what was read of it; HTTP/2 adds
 * nine bytes to each frame. */
static bool sent_as_it_came(const struct answers_record *record, uint64_t length)
{
	return record->sent <= length + length / 512 + 18;
}

static bool is_cut(const struct answers_record *record, const struct answers_attempt *last)
{
	return !record->no_body && last->status >= 200 && last->status != 204 &&
	       last->status != 304 && record->need != UINT64_MAX && last->length < record->need &&
	       sent_as_it_came(record, last->length);
}

enum ecdn_xdp_origin_said answers_record_result(const struct answers_record *record,
						unsigned int index)
{
	const struct answers_attempt *attempt = &record->attempts.at[index];
	enum ecdn_xdp_origin_said result = answers_attempts_result(attempt);

	if (result != ECDN_XDP_ORIGIN_SAID_ANSWERED || index + 1 < record->attempts.count)
		return result;
	if (record->status == NO_STATUS_LINE)
		return ECDN_XDP_ORIGIN_SAID_MALFORMED;
	return is_cut(record, attempt) ? ECDN_XDP_ORIGIN_SAID_TRUNCATED : result;
}
