/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * origin_text.h - words for how a connection to an origin failed, for people. Nothing is logged.
 */
#ifndef SHOW_ORIGIN_TEXT_H
#define SHOW_ORIGIN_TEXT_H

#include <stdint.h>

#include "show/fields.h"
#include "view/view_origins.h"

/* "538 protocol_version from origin", "522 cut after 45 of 540 bytes", "564 reset by origin". The
 * second form is for what is known of a failure without its record: "564 reset". Return room. */
const char *origin_text_failure(const struct ecdn_xdp_origin_failure *failure,
				char room[FIELD_TEXT_SIZE]);
const char *origin_text_cause(uint32_t cause, char room[FIELD_TEXT_SIZE]);

/* "12ms", "0.4ms" of microseconds. Returns room. */
const char *origin_text_ms(uint64_t us, char room[FIELD_TEXT_SIZE]);

/* "tls" or "http" of struct ecdn_xdp_origin_stats and of a failure; NULL: not known. */
const char *origin_text_protocol(uint32_t tls);

/* The versions of TLS that a ClientHello offered, as ["1.2", "1.3"], and as "1.2 1.3"; NULL:
 * none was seen. */
json_t *origin_text_offered_json(uint32_t offered);
const char *origin_text_offered(uint32_t offered, char room[FIELD_TEXT_SIZE]);

#endif
