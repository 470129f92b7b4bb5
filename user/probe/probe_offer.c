// SPDX-License-Identifier: BSD-2-Clause
#include "probe/probe_offer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/obj_mac.h>

#include "base/log.h"
#include "base/words.h"

#define WORD_SIZE 128

#define ALL_SUITES "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"
#define ALL_GROUPS "X25519:P-256:P-384:P-521"
#define OLD_CIPHERS "ALL:!aNULL:!PSK:!SRP:@SECLEVEL=0"

/* What an ask offers. Level 0 has OpenSSL take any key and signature: what is asked is what the
 * origin takes, and the offer alone is as strict as the node. */
static const struct {
	uint16_t least, most;
	const char *ciphers, *suites, *groups;
} asks[PROBE_ASKS] = {
	[PROBE_ASK_13] = { 0x0304, 0x0304, OLD_CIPHERS, ALL_SUITES, ALL_GROUPS },
	[PROBE_ASK_13_AES128] = { 0x0304, 0x0304, OLD_CIPHERS, "TLS_AES_128_GCM_SHA256",
				  ALL_GROUPS },
	[PROBE_ASK_13_AES256] = { 0x0304, 0x0304, OLD_CIPHERS, "TLS_AES_256_GCM_SHA384",
				  ALL_GROUPS },
	[PROBE_ASK_13_CHACHA20] = { 0x0304, 0x0304, OLD_CIPHERS, "TLS_CHACHA20_POLY1305_SHA256",
				    ALL_GROUPS },
	[PROBE_ASK_13_X25519] = { 0x0304, 0x0304, OLD_CIPHERS, ALL_SUITES, "X25519" },
	[PROBE_ASK_13_P256] = { 0x0304, 0x0304, OLD_CIPHERS, ALL_SUITES, "P-256" },
	[PROBE_ASK_13_P384] = { 0x0304, 0x0304, OLD_CIPHERS, ALL_SUITES, "P-384" },
	[PROBE_ASK_12_ECDSA] = { 0x0303, 0x0303, "ECDHE+AESGCM+aECDSA:@SECLEVEL=0", "",
				 ALL_GROUPS },
	[PROBE_ASK_12_RSA] = { 0x0303, 0x0303, "ECDHE+AESGCM+aRSA:@SECLEVEL=0", "", ALL_GROUPS },
	[PROBE_ASK_12_CHACHA20] = { 0x0303, 0x0303, "ECDHE+CHACHA20:@SECLEVEL=0", "", ALL_GROUPS },
	[PROBE_ASK_12_CBC] = { 0x0303, 0x0303, "ECDHE+AES:!AESGCM:!AESCCM:!aNULL:!PSK:@SECLEVEL=0",
			       "", ALL_GROUPS },
	[PROBE_ASK_12_KEY_RSA] = { 0x0303, 0x0303, "kRSA:!PSK:!eNULL:@SECLEVEL=0", "", ALL_GROUPS },
	[PROBE_ASK_11] = { 0x0302, 0x0302, OLD_CIPHERS, "", ALL_GROUPS },
	[PROBE_ASK_10] = { 0x0301, 0x0301, OLD_CIPHERS, "", ALL_GROUPS },
	[PROBE_ASK_OLD] = { 0x0301, 0x0302, OLD_CIPHERS, "", ALL_GROUPS },
};

static const struct {
	const char *word;
	uint16_t version;
	uint64_t without;       /* the option that leaves it out */
} versions[] = {
	{ "TLSv1", 0x0301, SSL_OP_NO_TLSv1 },
	{ "TLSv1.0", 0x0301, SSL_OP_NO_TLSv1 },
	{ "TLSv1.1", 0x0302, SSL_OP_NO_TLSv1_1 },
	{ "TLSv1.2", 0x0303, SSL_OP_NO_TLSv1_2 },
	{ "TLSv1.3", 0x0304, SSL_OP_NO_TLSv1_3 },
};

#define VERSIONS (sizeof(versions) / sizeof(*versions))
#define BIT(number) (1U << (number))

static int context_of_ask(SSL_CTX *context, enum probe_ask ask)
{
	/* It has no ciphers of 1.3 alone, as ciphers up to 1.2 may not be none. */
	bool done = SSL_CTX_set_min_proto_version(context, asks[ask].least) &&
		    SSL_CTX_set_max_proto_version(context, asks[ask].most) &&
		    SSL_CTX_set_cipher_list(context, asks[ask].ciphers) &&
		    SSL_CTX_set_ciphersuites(context, asks[ask].suites) &&
		    SSL_CTX_set1_groups_list(context, asks[ask].groups);

	SSL_CTX_clear_options(context, SSL_OP_NO_TLSv1 | SSL_OP_NO_TLSv1_1 | SSL_OP_NO_TLSv1_2 |
			      SSL_OP_NO_TLSv1_3);
	return done ? 0 : -EINVAL;
}

static int context_of_offer(SSL_CTX *context, const struct probe_offer *offer)
{
	static const unsigned char alpn[] = "\x02h2\x08http/1.1";

	if (*offer->ciphers && !SSL_CTX_set_cipher_list(context, offer->ciphers))
		return -EINVAL;
	if (*offer->suites && !SSL_CTX_set_ciphersuites(context, offer->suites))
		return -EINVAL;
	if (*offer->groups && !SSL_CTX_set1_groups_list(context, offer->groups))
		return -EINVAL;
	if (offer->versions) {
		SSL_CTX_set_min_proto_version(context, 0);
		SSL_CTX_set_max_proto_version(context, 0);
	}
	for (unsigned int i = 0; i < VERSIONS && offer->versions; i++) {
		if (offer->versions & BIT(versions[i].version & 7))
			SSL_CTX_clear_options(context, versions[i].without);
		else
			SSL_CTX_set_options(context, versions[i].without);
	}
	return SSL_CTX_set_alpn_protos(context, alpn, sizeof(alpn) - 1) ? -EINVAL : 0;
}

/* A chain is judged once the handshake is done, so that all of its faults are told. */
SSL_CTX *probe_offer_context(const struct probe_offer *offer, enum probe_ask ask)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());
	int err;

	if (!context)
		return NULL;
	SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	err = ask == PROBE_ASK_OFFER ? context_of_offer(context, offer) :
				       context_of_ask(context, ask);
	ERR_clear_error();
	if (!err)
		return context;
	SSL_CTX_free(context);
	return NULL;
}

/* The name is OpenSSL's own, and outlives the context. */
const char *probe_offer_suite_name(uint16_t number)
{
	const unsigned char bytes[] = { number >> 8, number & 0xff };
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());
	SSL *ssl = context ? SSL_new(context) : NULL;
	const SSL_CIPHER *suite = ssl ? SSL_CIPHER_find(ssl, bytes) : NULL;

	SSL_free(ssl);
	SSL_CTX_free(context);
	return suite ? SSL_CIPHER_standard_name(suite) : NULL;
}

static bool is_gcm(int cipher)
{
	return cipher == NID_aes_128_gcm || cipher == NID_aes_256_gcm;
}

enum probe_ask probe_offer_suite_row(const SSL_CIPHER *suite)
{
	int cipher = SSL_CIPHER_get_cipher_nid(suite), exchange = SSL_CIPHER_get_kx_nid(suite);

	switch (SSL_CIPHER_get_protocol_id(suite)) {
	case 0x1301:
		return PROBE_ASK_13_AES128;
	case 0x1302:
		return PROBE_ASK_13_AES256;
	case 0x1303:
		return PROBE_ASK_13_CHACHA20;
	}
	if (exchange == NID_kx_rsa)
		return PROBE_ASK_12_KEY_RSA;
	if (exchange != NID_kx_ecdhe)
		return 0;
	if (cipher == NID_chacha20_poly1305)
		return PROBE_ASK_12_CHACHA20;
	if (is_gcm(cipher))
		return SSL_CIPHER_get_auth_nid(suite) == NID_auth_ecdsa ? PROBE_ASK_12_ECDSA :
									  PROBE_ASK_12_RSA;
	return SSL_CIPHER_is_aead(suite) ? 0 : PROBE_ASK_12_CBC;
}

enum probe_ask probe_offer_group_row(int nid)
{
	return nid == NID_X25519 ? PROBE_ASK_13_X25519 :
	       nid == NID_X9_62_prime256v1 ? PROBE_ASK_13_P256 :
	       nid == NID_secp384r1 ? PROBE_ASK_13_P384 : 0;
}

/* Whether a context makes a ClientHello with a version. OpenSSL leaves 1.0 and 1.1 out above the
 * security level 0, whatever was allowed. */
static bool has_version(SSL_CTX *context, unsigned int i)
{
	int least = SSL_CTX_get_min_proto_version(context);
	int most = SSL_CTX_get_max_proto_version(context);
	uint16_t version = versions[i].version;

	return version >= least && (!most || version <= most) &&
	       !(SSL_CTX_get_options(context) & versions[i].without) &&
	       (version >= 0x0303 || !SSL_CTX_get_security_level(context));
}

static uint32_t rows_of_suites(SSL_CTX *context, bool with_12)
{
	SSL *ssl = SSL_new(context);
	STACK_OF(SSL_CIPHER) *suites = ssl ? SSL_get1_supported_ciphers(ssl) : NULL;
	uint32_t rows = 0;

	for (int i = 0; i < sk_SSL_CIPHER_num(suites); i++)
		rows |= BIT(probe_offer_suite_row(sk_SSL_CIPHER_value(suites, i)));
	if (!with_12)
		rows &= BIT(PROBE_ASK_12_ECDSA) - 1;
	sk_SSL_CIPHER_free(suites);
	SSL_free(ssl);
	return rows & ~BIT(0);
}

static uint32_t rows_of_groups(const struct probe_offer *offer)
{
	char groups[PROBE_OFFER_SIZE], *rest = groups, *word;
	uint32_t rows = BIT(PROBE_ASK_13_X25519) | BIT(PROBE_ASK_13_P256) | BIT(PROBE_ASK_13_P384);

	if (!*offer->groups)
		return rows;
	memcpy(groups, offer->groups, sizeof(groups));
	for (rows = 0; (word = strsep(&rest, ":"));) {
		int nid = OBJ_sn2nid(word);

		rows |= BIT(probe_offer_group_row(nid ?: EC_curve_nist2nid(word)));
	}
	return rows & ~BIT(0);
}

static void find_rows(struct probe_offer *offer, SSL_CTX *context)
{
	bool has[VERSIONS];

	for (unsigned int i = 0; i < VERSIONS; i++)
		has[i] = has_version(context, i);
	offer->rows = BIT(PROBE_ASK_OFFER) | rows_of_suites(context, has[3]);
	offer->rows |= has[4] ? rows_of_groups(offer) : 0;
	offer->rows |= has[2] ? BIT(PROBE_ASK_11) : 0;
	offer->rows |= has[0] ? BIT(PROBE_ASK_10) : 0;
}

bool probe_offer_whole_13(const struct probe_offer *offer)
{
	const uint32_t all = BIT(PROBE_ASK_12_ECDSA) - BIT(PROBE_ASK_13_AES128);

	return (offer->rows & all) == all;
}

static int append(char list[PROBE_OFFER_SIZE], const char *word)
{
	size_t used = strlen(list);
	int wrote = snprintf(list + used, PROBE_OFFER_SIZE - used, "%s%s", used ? ":" : "", word);

	return wrote < (int)(PROBE_OFFER_SIZE - used) ? 0 :
	       log_error(WORDS_WRONG, "--offer has more words than there is room for");
}

/* Asked of a context that is thrown away. */
static int read_word(SSL_CTX *context, const char *word, struct probe_offer *offer)
{
	char alone[WORD_SIZE + 16];
	const char *bare = word + strspn(word, "!-+");

	for (unsigned int i = 0; i < VERSIONS; i++)
		if (!strcmp(word, versions[i].word)) {
			offer->versions |= BIT(versions[i].version & 7);
			return 0;
		}
	if (!strncmp(word, "TLS_", 4) && SSL_CTX_set_ciphersuites(context, word))
		return append(offer->suites, word);
	if (SSL_CTX_set1_groups_list(context, word))
		return append(offer->groups, word);
	snprintf(alone, sizeof(alone), "%s:@SECLEVEL=0", *bare == '@' ? "DEFAULT" : bare);
	if (strlen(word) < WORD_SIZE && SSL_CTX_set_cipher_list(context, alone))
		return append(offer->ciphers, word);
	return log_error(WORDS_WRONG, "--offer: OpenSSL here knows no version, suite, group or "
			 "cipher by \"%.48s\"; `openssl ciphers -v ALL` lists ciphers", word);
}

static int read_words(SSL_CTX *context, const char *list, struct probe_offer *offer)
{
	char text[PROBE_OFFER_SIZE], *rest = text, *word;
	int err = 0;

	if (strlen(list) >= sizeof(text))
		return log_error(WORDS_WRONG, "--offer has more words than there is room for");
	strcpy(text, list);
	while (!err && (word = strsep(&rest, ":, ")))
		if (*word)
			err = read_word(context, word, offer);
	/* A security level alone is one of the default's ciphers. */
	if (!err && *offer->ciphers == '@') {
		strcpy(text, offer->ciphers);
		strcpy(offer->ciphers, "DEFAULT");
		err = append(offer->ciphers, text);
	}
	return err;
}

int probe_offer_read(const char *list, struct probe_offer *offer)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());
	int err = 0;

	memset(offer, 0, sizeof(*offer));
	if (!context)
		return log_error(-ENOMEM, "OpenSSL cannot be set up: %s",
				 ERR_reason_error_string(ERR_peek_error()) ?: "out of memory");
	if (list)
		err = read_words(context, list, offer);
	SSL_CTX_free(context);
	ERR_clear_error();
	if (err)
		return err;
	context = probe_offer_context(offer, PROBE_ASK_OFFER);
	if (context)
		find_rows(offer, context);
	SSL_CTX_free(context);
	if (!(offer->rows & ~BIT(PROBE_ASK_OFFER)))
		return log_error(WORDS_WRONG, "--offer: OpenSSL here makes no offer of \"%.48s\"; "
				 "a version needs a cipher that it has, and TLSv1 and TLSv1.1 need "
				 "@SECLEVEL=0", list ?: "");
	return 0;
}
