/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * origin_status.h - rows for the statuses of an origin's answers: each class, and each status that
 * is counted by itself, as members of struct origin_item. `from` is an array of counts by enum
 * ecdn_xdp_origin_status, `has` tells whether it was counted at all.
 */
#ifndef SHOW_ORIGIN_STATUS_H
#define SHOW_ORIGIN_STATUS_H

#include "show/fields.h"
#include "show/origin_item.h"

#define ORIGIN_STATUS(object, word, from, has, ...) \
	{ FIELD_COUNT, .key = object "." word, .in = ORIGIN_FIELDS_JSON, .unit = "answers", \
	  FIELD_AT(struct origin_item, from), .present = has, ##__VA_ARGS__ }
#define ORIGIN_STATUS_CLASS(object, word, from, has, of_source) \
	ORIGIN_STATUS(object, word, from, has, .metric = "ecdn_xdp_origin_answers_total", \
	       .label = "class=\"" word "\",source=\"" of_source "\"", \
	       .help = "Answers of an origin by their status, as packets or proxies tell.")
#define ORIGIN_STATUS_SOURCE(of_source) \
	.metric = "ecdn_xdp_origin_not_found_total", .label = "source=\"" of_source "\"", \
	.help = "Answers of an origin with status 404, as packets or proxies tell."

#define ORIGIN_STATUS_CODES(object, from, has) \
	ORIGIN_STATUS(object, "400", from[ECDN_XDP_ORIGIN_400], has), \
	ORIGIN_STATUS(object, "401", from[ECDN_XDP_ORIGIN_401], has), \
	ORIGIN_STATUS(object, "403", from[ECDN_XDP_ORIGIN_403], has), \
	ORIGIN_STATUS(object, "429", from[ECDN_XDP_ORIGIN_429], has), \
	ORIGIN_STATUS(object, "500", from[ECDN_XDP_ORIGIN_500], has), \
	ORIGIN_STATUS(object, "502", from[ECDN_XDP_ORIGIN_502], has), \
	ORIGIN_STATUS(object, "503", from[ECDN_XDP_ORIGIN_503], has), \
	ORIGIN_STATUS(object, "504", from[ECDN_XDP_ORIGIN_504], has), \
	ORIGIN_STATUS(object, "513", from[ECDN_XDP_ORIGIN_513], has), \
	ORIGIN_STATUS(object, "522", from[ECDN_XDP_ORIGIN_522], has), \
	ORIGIN_STATUS(object, "529", from[ECDN_XDP_ORIGIN_529], has), \
	ORIGIN_STATUS(object, "538", from[ECDN_XDP_ORIGIN_538], has), \
	ORIGIN_STATUS(object, "564", from[ECDN_XDP_ORIGIN_564], has)

/* What packets, or proxies, tell. */
#define ORIGIN_STATUS_TOLD(object, from, has, source) \
	ORIGIN_STATUS_CLASS(object, "1xx", from[ECDN_XDP_ORIGIN_1XX], has, source), \
	ORIGIN_STATUS_CLASS(object, "2xx", from[ECDN_XDP_ORIGIN_2XX], has, source), \
	ORIGIN_STATUS_CLASS(object, "3xx", from[ECDN_XDP_ORIGIN_3XX], has, source), \
	ORIGIN_STATUS_CLASS(object, "4xx", from[ECDN_XDP_ORIGIN_4XX], has, source), \
	ORIGIN_STATUS_CLASS(object, "5xx", from[ECDN_XDP_ORIGIN_5XX], has, source), \
	ORIGIN_STATUS_CLASS(object, "other", from[ECDN_XDP_ORIGIN_STRANGE], has, source), \
	ORIGIN_STATUS(object, "404", from[ECDN_XDP_ORIGIN_404], has, \
		      ORIGIN_STATUS_SOURCE(source)), \
	ORIGIN_STATUS_CODES(object, from, has)

/* What is shown: proxies' where a proxy has counted. */
#define ORIGIN_STATUS_SHOWN(word, index) \
	ORIGIN_STATUS("status", word, status[index], has_status)

#endif
