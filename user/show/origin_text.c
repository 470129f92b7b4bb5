// SPDX-License-Identifier: BSD-2-Clause
#include "show/origin_text.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/words.h"
#include "show/output.h"

/* Bits of failure.offered: versions 0x0300 to 0x0304. */
#define VERSIONS 5

const char *origin_text_cause(uint32_t cause, char room[FIELD_TEXT_SIZE])
{
	unsigned int code = view_origins_code(cause);

	room[0] = 0;
	if (code)
		words_append(room, FIELD_TEXT_SIZE, "%u ", code);
	words_append(room, FIELD_TEXT_SIZE, "%s", view_origins_cause(cause));
	return room;
}

/* The words for these causes tell by whom already, or that nobody did anything. */
static bool tells_side(const struct ecdn_xdp_origin_failure *failure)
{
	switch (failure->cause) {
	case ECDN_XDP_ORIGIN_ALERT_BY_ORIGIN:
	case ECDN_XDP_ORIGIN_ALERT_BY_NODE:
	case ECDN_XDP_ORIGIN_HUNG_UP_BY_NODE:
	case ECDN_XDP_ORIGIN_REJECTED_HERE:
		return true;
	}
	return failure->side != ECDN_XDP_ORIGIN_SIDE_ORIGIN &&
	       failure->side != ECDN_XDP_ORIGIN_SIDE_NODE;
}

static const char *alert_of(const struct ecdn_xdp_origin_failure *failure)
{
	bool is_alert = failure->cause == ECDN_XDP_ORIGIN_ALERT_BY_ORIGIN ||
			failure->cause == ECDN_XDP_ORIGIN_ALERT_BY_NODE;

	return is_alert ? view_origins_alert(failure->alert) : NULL;
}

const char *origin_text_failure(const struct ecdn_xdp_origin_failure *failure,
				char room[FIELD_TEXT_SIZE])
{
	const char *alert = alert_of(failure), *side = view_origins_side(failure->side);

	if (alert) {
		snprintf(room, FIELD_TEXT_SIZE, "%u %s from %s", view_origins_code(failure->cause),
			 alert, side);
		return room;
	}
	origin_text_cause(failure->cause, room);
	if (failure->cause == ECDN_XDP_ORIGIN_CUT && failure->need != ~0ULL)
		words_append(room, FIELD_TEXT_SIZE, " after %" PRIu64 " of %" PRIu64 " bytes",
			     (uint64_t)failure->got, (uint64_t)failure->need);
	else if (!tells_side(failure))
		words_append(room, FIELD_TEXT_SIZE, " by %s", side);
	return room;
}

const char *origin_text_ms(uint64_t us, char room[FIELD_TEXT_SIZE])
{
	if (us < 950)
		snprintf(room, FIELD_TEXT_SIZE, "%.2fms", us / 1e3);
	else if (us < 9950)
		snprintf(room, FIELD_TEXT_SIZE, "%.1fms", us / 1e3);
	else
		snprintf(room, FIELD_TEXT_SIZE, "%.0fms", us / 1e3);
	return room;
}

const char *origin_text_protocol(uint32_t tls)
{
	return tls == 1 ? "tls" : tls == 2 ? "http" : NULL;
}

json_t *origin_text_offered_json(uint32_t offered)
{
	json_t *array = json_array();

	for (uint32_t i = 0; i < VERSIONS; i++)
		if (offered & ECDN_XDP_ORIGIN_OFFERED(0x0300 | i))
			json_array_append_new(array, json_string(view_origins_version(0x0300 | i)));
	return array;
}

const char *origin_text_offered(uint32_t offered, char room[FIELD_TEXT_SIZE])
{
	room[0] = 0;
	for (uint32_t i = 0; i < VERSIONS; i++)
		if (offered & ECDN_XDP_ORIGIN_OFFERED(0x0300 | i))
			words_append(room, FIELD_TEXT_SIZE, "%s%s", *room ? " " : "",
				     view_origins_version(0x0300 | i));
	return *room ? room : NULL;
}
