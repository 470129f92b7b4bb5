/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * answers_record.h - a line of a proxy's access log becomes a record: a request, what its client
 * got, and the attempts to get that from origins. Nothing is logged. Not thread-safe for one
 * reader.
 */
#ifndef ANSWERS_ANSWERS_RECORD_H
#define ANSWERS_ANSWERS_RECORD_H

#include "answers/answers_attempts.h"

/* The lines of nginx's configuration that write such a log. */
#define ANSWERS_RECORD_FORMAT \
	"log_format ecdn_answers 'msec:$msec\\trequest_method:$request_method\\thost:$host\\t" \
	"request_uri:$request_uri\\tstatus:$status\\tbody_bytes_sent:$body_bytes_sent\\t" \
	"upstream_addr:$upstream_addr\\tupstream_status:$upstream_status\\t" \
	"upstream_connect_time:$upstream_connect_time\\t" \
	"upstream_header_time:$upstream_header_time\\t" \
	"upstream_response_length:$upstream_response_length\\t" \
	"upstream_bytes_received:$upstream_bytes_received\\t" \
	"upstream_http_content_length:$upstream_http_content_length\\t" \
	"upstream_cache_status:$upstream_cache_status';"

struct answers_record {
	uint64_t at_ns;         /* since the epoch, when the request ended */
	unsigned int status;    /* that the client got */
	bool no_body;           /* it asked by HEAD */
	bool cached;            /* the answer is of the proxy's cache, asked or not */
	struct text host, path; /* the path without its query string */
	uint64_t sent;          /* bytes of the body, to the client */
	uint64_t need;          /* bytes that the last answer was to have; ~0: not known */
	struct answers_attempts attempts;
};

/* 0, or -EINVAL with what is wrong. The record points into the line and the reader. */
int answers_record_read(struct access_reader *reader, struct text line,
			struct answers_record *record, struct access_fault *fault);

/* What became of an attempt of a record, as answers_attempts_result() says, or more exactly: an
 * answer may be cut, or have no status line. */
enum ecdn_xdp_origin_said answers_record_result(const struct answers_record *record,
						unsigned int index);

#endif
