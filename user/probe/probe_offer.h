/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * probe_offer.h - what a node offers its origins: versions, suites, ciphers and groups, as OpenSSL
 * knows them; and what a connection offers that asks for one row alone.
 */
#ifndef PROBE_PROBE_OFFER_H
#define PROBE_PROBE_OFFER_H

#include <stdbool.h>
#include <stdint.h>

#include <openssl/ssl.h>

#include "probe/probe_rows.h"

#define PROBE_OFFER_SIZE 1024   /* of each list as text, NUL included */

/* An empty list: OpenSSL's default. */
struct probe_offer {
	char ciphers[PROBE_OFFER_SIZE]; /* up to TLS 1.2 */
	char suites[PROBE_OFFER_SIZE]; /* of TLS 1.3 */
	char groups[PROBE_OFFER_SIZE];
	uint32_t versions;      /* bit version & 7 of each; 0: OpenSSL's default */
	uint32_t rows;          /* bit enum probe_ask: it offers what the row is about */
};

/*
 * Reads "WORD[:WORD...]", apart by colons, commas or blanks: TLSv1, TLSv1.1, TLSv1.2 or TLSv1.3 are
 * versions, TLS_... suites, names of groups are groups, and all else is a cipher string. NULL:
 * OpenSSL's default. 0; WORDS_WRONG, or -ENOMEM where OpenSSL cannot be set up: logged.
 */
int probe_offer_read(const char *list, struct probe_offer *offer);

/* Whether it has all suites and groups of TLS 1.3 that rows are about. */
bool probe_offer_whole_13(const struct probe_offer *offer);

/* The offer of a connection that asks for that; NULL, silent, if OpenSSL cannot make it, as where
 * it was built without such ciphers. To be freed with SSL_CTX_free(). */
SSL_CTX *probe_offer_context(const struct probe_offer *offer, enum probe_ask ask);

/* The name that standards have for a suite; NULL: OpenSSL has none of that number. */
const char *probe_offer_suite_name(uint16_t number);

/* The row of a suite, and of a group by its number of TLS; 0: none. */
enum probe_ask probe_offer_suite_row(const SSL_CIPHER *suite);
enum probe_ask probe_offer_group_row(int nid);

#endif
