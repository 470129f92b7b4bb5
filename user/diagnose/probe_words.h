/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_words.h - what a probe has heard, in words for a cell, a line or a finding. They return
 * room, or a literal.
 */
#ifndef DIAGNOSE_PROBE_WORDS_H
#define DIAGNOSE_PROBE_WORDS_H

#include "probe/probe_offer.h"
#include "probe/probe_target.h"
#include "probe/probe_wire.h"

#define PROBE_WORDS_SIZE 512    /* bytes of a room, NUL included; what has no room is cut */

/* A probe of an origin that is over. */
struct probe_words_item {
	const char *name;       /* of the origin; empty: it was typed as an address */
	const char *list;       /* of --offer; NULL: OpenSSL's default */
	const struct probe_target *target;
	const struct probe_offer *offer;
	const struct probe_result *result;
	int64_t now;            /* seconds since the epoch */
};

/* A row of what is taken. */
struct probe_words_row {
	const struct probe_words_item *of;
	enum probe_ask ask;
};

/* "203.0.113.7:443". */
const char *probe_words_origin(const struct probe_target *target, char room[PROBE_WORDS_SIZE]);

/* "1.2"; "?" of what is no version. */
const char *probe_words_version(uint16_t version);

/* How a connection went: "alert protocol_version by the origin". */
const char *probe_words_step(const struct probe_step *step, char room[PROBE_WORDS_SIZE]);

/* What was chosen: "TLS 1.3, TLS_AES_256_GCM_SHA384, X25519". */
const char *probe_words_chosen(const struct probe_step *step, char room[PROBE_WORDS_SIZE]);

/* Why a row is taken or not. */
const char *probe_words_row(const struct probe_words_row *row, char room[PROBE_WORDS_SIZE]);

/* Why a chain does not verify, of bits of enum probe_wrong: "it has expired, it is signed by
 * itself"; NULL: it does. */
const char *probe_words_wrong(uint32_t wrong, uint32_t error, char room[PROBE_WORDS_SIZE]);

/* One word of each bit that is set, from *from on, which grows; NULL: there are no more. */
const char *probe_words_wrong_next(uint32_t wrong, uint32_t error, unsigned int *from);

/* The first bytes of what is no TLS, escaped; NULL: there are none. */
const char *probe_words_first(const struct probe_step *step, char room[PROBE_WORDS_SIZE]);

/* The names of a certificate: "a.example, b.example and 3 more"; NULL: it has none. */
const char *probe_words_names(const struct probe_chain *chain, char room[PROBE_WORDS_SIZE]);

/* "25 days left", "expired 3 days ago", of a time in seconds since the epoch. */
const char *probe_words_left(int64_t until, int64_t now, char room[PROBE_WORDS_SIZE]);

#endif
