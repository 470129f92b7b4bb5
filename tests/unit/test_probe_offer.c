// SPDX-License-Identifier: BSD-2-Clause
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/words.h"
#include "probe/probe_offer.h"

#define BIT(row) (1U << (row))
#define ALL_13 (BIT(PROBE_ASK_12_ECDSA) - BIT(PROBE_ASK_13_AES128))

static uint32_t rows_of(const char *list)
{
	struct probe_offer offer;

	assert_int_equal(probe_offer_read(list, &offer), 0);
	assert_true(offer.rows & BIT(PROBE_ASK_OFFER));
	return offer.rows & ~BIT(PROBE_ASK_OFFER);
}

static void default_offers_13_and_12(void **state)
{
	struct probe_offer offer;

	(void)state;
	assert_int_equal(probe_offer_read(NULL, &offer), 0);
	assert_int_equal(offer.rows & ALL_13, ALL_13);
	assert_true(offer.rows & BIT(PROBE_ASK_12_RSA) && offer.rows & BIT(PROBE_ASK_12_ECDSA));
	assert_true(probe_offer_whole_13(&offer));
}

static void versions(void **state)
{
	struct probe_offer offer;

	(void)state;
	assert_int_equal(rows_of("TLSv1.3"), ALL_13);
	assert_int_equal(rows_of("TLSv1.2") & (ALL_13 | BIT(PROBE_ASK_12_RSA)),
			 BIT(PROBE_ASK_12_RSA));
	assert_int_equal(rows_of("TLSv1:@SECLEVEL=0"), BIT(PROBE_ASK_10));
	assert_int_equal(rows_of("TLSv1.1, TLSv1 @SECLEVEL=0"),
			 BIT(PROBE_ASK_10) | BIT(PROBE_ASK_11));
	/* Above level 0 OpenSSL makes no ClientHello of 1.0. */
	assert_int_equal(probe_offer_read("TLSv1", &offer), WORDS_WRONG);
}

static void ciphers_suites_and_groups(void **state)
{
	(void)state;
	assert_int_equal(rows_of("TLSv1.2:ECDHE-RSA-AES128-GCM-SHA256:!aNULL"),
			 BIT(PROBE_ASK_12_RSA));
	assert_int_equal(rows_of("TLSv1.2:ECDHE-ECDSA-CHACHA20-POLY1305"),
			 BIT(PROBE_ASK_12_CHACHA20));
	assert_int_equal(rows_of("TLSv1.2:ECDHE-RSA-AES128-SHA:AES128-SHA"),
			 BIT(PROBE_ASK_12_CBC) | BIT(PROBE_ASK_12_KEY_RSA));
	assert_int_equal(rows_of("TLSv1.2 DHE-RSA-AES128-GCM-SHA256 ECDHE+AESGCM+aECDSA"),
			 BIT(PROBE_ASK_12_ECDSA));
	assert_int_equal(rows_of("TLSv1.3:TLS_AES_128_GCM_SHA256:P-256"),
			 BIT(PROBE_ASK_13_AES128) | BIT(PROBE_ASK_13_P256));
	assert_int_equal(rows_of("TLSv1.3,TLS_AES_256_GCM_SHA384,X25519,prime256v1,secp384r1") &
			 ALL_13, BIT(PROBE_ASK_13_AES256) | BIT(PROBE_ASK_13_X25519) |
			 BIT(PROBE_ASK_13_P256) | BIT(PROBE_ASK_13_P384));
}

static void wrong_words(void **state)
{
	char many[4 * PROBE_OFFER_SIZE];
	struct probe_offer offer;

	(void)state;
	assert_int_equal(probe_offer_read("nonsense", &offer), WORDS_WRONG);
	assert_int_equal(probe_offer_read("TLSv1.2:nonsense", &offer), WORDS_WRONG);
	assert_int_equal(probe_offer_read("TLSv1.4", &offer), WORDS_WRONG);
	assert_int_equal(probe_offer_read("TLS_NONSENSE", &offer), WORDS_WRONG);
	assert_int_equal(probe_offer_read("!nonsense", &offer), WORDS_WRONG);
	memset(many, 'a', sizeof(many) - 1);
	many[sizeof(many) - 1] = 0;
	assert_int_equal(probe_offer_read(many, &offer), WORDS_WRONG);
	many[PROBE_OFFER_SIZE - 1] = 0;
	assert_int_equal(probe_offer_read(many, &offer), WORDS_WRONG);
}

static uint32_t rows_of_context(SSL_CTX *context)
{
	SSL *ssl = SSL_new(context);
	STACK_OF(SSL_CIPHER) *suites = SSL_get1_supported_ciphers(ssl);
	uint32_t rows = 0;

	for (int i = 0; i < sk_SSL_CIPHER_num(suites); i++)
		rows |= BIT(probe_offer_suite_row(sk_SSL_CIPHER_value(suites, i)));
	sk_SSL_CIPHER_free(suites);
	SSL_free(ssl);
	return rows;
}

/* A connection that asks for a row has suites of that alone. */
static void asks_for_rows_alone(void **state)
{
	struct probe_offer offer;

	(void)state;
	assert_int_equal(probe_offer_read(NULL, &offer), 0);
	for (unsigned int ask = PROBE_ASK_OFFER; ask < PROBE_ASKS; ask++) {
		SSL_CTX *context = probe_offer_context(&offer, ask);
		uint32_t rows;

		assert_non_null(context);
		rows = rows_of_context(context);
		if (ask >= PROBE_ASK_12_ECDSA && ask <= PROBE_ASK_12_KEY_RSA)
			assert_int_equal(rows, BIT(ask));
		else if (ask >= PROBE_ASK_13_AES128 && ask <= PROBE_ASK_13_CHACHA20)
			assert_int_equal(rows, BIT(ask));
		else
			assert_int_not_equal(rows, 0);
		SSL_CTX_free(context);
	}
}

static void names_suites(void **state)
{
	(void)state;
	assert_string_equal(probe_offer_suite_name(0x1301), "TLS_AES_128_GCM_SHA256");
	assert_string_equal(probe_offer_suite_name(0xc02f),
			    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
	assert_null(probe_offer_suite_name(0xfefe));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(default_offers_13_and_12),
		cmocka_unit_test(versions),
		cmocka_unit_test(ciphers_suites_and_groups),
		cmocka_unit_test(wrong_words),
		cmocka_unit_test(asks_for_rows_alone),
		cmocka_unit_test(names_suites),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
