// SPDX-License-Identifier: BSD-2-Clause
/*
 * view_origin.c - what can be said of one origin without a map: names of what the observer's
 * values mean, sums, and what a word means.
 */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "base/words.h"
#include "origin/origin_names.h"
#include "view/view_origins.h"

#define COUNT(names) (sizeof(names) / sizeof(*(names)))

static const char *const causes[] = {
	[ECDN_XDP_ORIGIN_OK] = "ok",
	[ECDN_XDP_ORIGIN_REFUSED] = "refused",
	[ECDN_XDP_ORIGIN_NO_ANSWER_TO_SYN] = "no_answer_to_syn",
	[ECDN_XDP_ORIGIN_CONNECT_TIMEOUT] = "connect_timeout",
	[ECDN_XDP_ORIGIN_UNREACHABLE] = "unreachable",
	[ECDN_XDP_ORIGIN_ALERT_BY_ORIGIN] = "alert_by_origin",
	[ECDN_XDP_ORIGIN_ALERT_BY_NODE] = "alert_by_node",
	[ECDN_XDP_ORIGIN_HUNG_UP_BY_NODE] = "hung_up_by_node",
	[ECDN_XDP_ORIGIN_REFUSED_AFTER_FINISHED] = "refused_after_finished",
	[ECDN_XDP_ORIGIN_NOT_TLS] = "not_tls",
	[ECDN_XDP_ORIGIN_HANDSHAKE_RESET] = "handshake_reset",
	[ECDN_XDP_ORIGIN_HANDSHAKE_CLOSED] = "handshake_closed",
	[ECDN_XDP_ORIGIN_HANDSHAKE_SILENCE] = "handshake_silence",
	[ECDN_XDP_ORIGIN_HANDSHAKE_TIMEOUT] = "handshake_timeout",
	[ECDN_XDP_ORIGIN_RESET] = "reset",
	[ECDN_XDP_ORIGIN_NO_CLOSE_NOTIFY] = "no_close_notify",
	[ECDN_XDP_ORIGIN_STALLED] = "stalled",
	[ECDN_XDP_ORIGIN_TIMEOUT] = "timeout",
	[ECDN_XDP_ORIGIN_NO_ANSWER] = "no_answer",
	[ECDN_XDP_ORIGIN_CUT] = "cut",
	[ECDN_XDP_ORIGIN_MALFORMED] = "malformed",
	[ECDN_XDP_ORIGIN_CLOSED_UNANSWERED] = "closed_unanswered",
	[ECDN_XDP_ORIGIN_HTTP_NO_ANSWER] = "http_no_answer",
	[ECDN_XDP_ORIGIN_HTTP_STALLED] = "http_stalled",
	[ECDN_XDP_ORIGIN_HTTP_TIMEOUT] = "http_timeout",
	[ECDN_XDP_ORIGIN_REJECTED_HERE] = "rejected_here",
	[ECDN_XDP_ORIGIN_IDLE] = "idle",
	[ECDN_XDP_ORIGIN_ABORTED] = "aborted",
	[ECDN_XDP_ORIGIN_UNTOLD] = "untold",
};

_Static_assert(COUNT(causes) == ECDN_XDP_ORIGIN_CAUSES, "each cause has a name");

static const char *const sides[] = {
	[ECDN_XDP_ORIGIN_SIDE_NONE] = "none",
	[ECDN_XDP_ORIGIN_SIDE_ORIGIN] = "origin",
	[ECDN_XDP_ORIGIN_SIDE_NODE] = "node",
	[ECDN_XDP_ORIGIN_SIDE_HOST] = "host",
};

_Static_assert(COUNT(sides) == ECDN_XDP_ORIGIN_SIDES, "each side has a name");

static const char *const phases[] = {
	[ECDN_XDP_ORIGIN_SYN] = "syn",
	[ECDN_XDP_ORIGIN_SYN_ACK] = "syn_ack",
	[ECDN_XDP_ORIGIN_CLIENT_HELLO] = "client_hello",
	[ECDN_XDP_ORIGIN_SERVER_HELLO] = "server_hello",
	[ECDN_XDP_ORIGIN_FINISHED] = "finished",
	[ECDN_XDP_ORIGIN_REQUEST] = "request",
	[ECDN_XDP_ORIGIN_ANSWER] = "answer",
	[ECDN_XDP_ORIGIN_BETWEEN] = "between",
};

_Static_assert(COUNT(phases) == ECDN_XDP_ORIGIN_PHASES, "each phase has a name");

/* IANA's registry "TLS Alerts": RFC 8446 section 6 and those before and after it. */
static const char *const alerts[] = {
	[0] = "close_notify",
	[10] = "unexpected_message",
	[20] = "bad_record_mac", "decryption_failed", "record_overflow",
	[30] = "decompression_failure",
	[40] = "handshake_failure", "no_certificate", "bad_certificate", "unsupported_certificate",
	       "certificate_revoked", "certificate_expired", "certificate_unknown",
	       "illegal_parameter", "unknown_ca", "access_denied", "decode_error",
	       "decrypt_error", "too_many_cids_requested",
	[60] = "export_restriction",
	[70] = "protocol_version", "insufficient_security",
	[80] = "internal_error",
	[86] = "inappropriate_fallback",
	[90] = "user_canceled",
	[100] = "no_renegotiation",
	[109] = "missing_extension", "unsupported_extension", "certificate_unobtainable",
		"unrecognized_name", "bad_certificate_status_response",
		"bad_certificate_hash_value", "unknown_psk_identity", "certificate_required",
		"general_error",
	[120] = "no_application_protocol", "ech_required",
};

/* By the low byte of 0x0300 to 0x0304. */
static const char *const versions[] = { "ssl3", "1.0", "1.1", "1.2", "1.3" };

/* What today's origins choose, of IANA's registry "TLS Cipher Suites". */
static const struct {
	uint16_t suite;
	const char *name;
} ciphers[] = {
	{ 0x000a, "TLS_RSA_WITH_3DES_EDE_CBC_SHA" },
	{ 0x002f, "TLS_RSA_WITH_AES_128_CBC_SHA" },
	{ 0x0033, "TLS_DHE_RSA_WITH_AES_128_CBC_SHA" },
	{ 0x0035, "TLS_RSA_WITH_AES_256_CBC_SHA" },
	{ 0x0039, "TLS_DHE_RSA_WITH_AES_256_CBC_SHA" },
	{ 0x003c, "TLS_RSA_WITH_AES_128_CBC_SHA256" },
	{ 0x003d, "TLS_RSA_WITH_AES_256_CBC_SHA256" },
	{ 0x0067, "TLS_DHE_RSA_WITH_AES_128_CBC_SHA256" },
	{ 0x006b, "TLS_DHE_RSA_WITH_AES_256_CBC_SHA256" },
	{ 0x009c, "TLS_RSA_WITH_AES_128_GCM_SHA256" },
	{ 0x009d, "TLS_RSA_WITH_AES_256_GCM_SHA384" },
	{ 0x009e, "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256" },
	{ 0x009f, "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384" },
	{ 0x1301, "TLS_AES_128_GCM_SHA256" },
	{ 0x1302, "TLS_AES_256_GCM_SHA384" },
	{ 0x1303, "TLS_CHACHA20_POLY1305_SHA256" },
	{ 0x1304, "TLS_AES_128_CCM_SHA256" },
	{ 0x1305, "TLS_AES_128_CCM_8_SHA256" },
	{ 0xc009, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA" },
	{ 0xc00a, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA" },
	{ 0xc013, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA" },
	{ 0xc014, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA" },
	{ 0xc023, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256" },
	{ 0xc024, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384" },
	{ 0xc027, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256" },
	{ 0xc028, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384" },
	{ 0xc02b, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256" },
	{ 0xc02c, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384" },
	{ 0xc02f, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256" },
	{ 0xc030, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384" },
	{ 0xcca8, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256" },
	{ 0xcca9, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256" },
	{ 0xccaa, "TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256" },
};

const char *view_origins_cause(uint32_t cause)
{
	return words_name(causes, COUNT(causes), cause);
}

const char *view_origins_side(uint32_t side)
{
	return words_name(sides, COUNT(sides), side);
}

const char *view_origins_phase(uint32_t phase)
{
	return words_name(phases, COUNT(phases), phase);
}

const char *view_origins_alert(uint32_t alert)
{
	return alert < COUNT(alerts) ? alerts[alert] : NULL;
}

const char *view_origins_version(uint32_t version)
{
	return version >> 8 == 3 && (version & 0xff) < COUNT(versions) ? versions[version & 0xff] :
									 NULL;
}

const char *view_origins_cipher(uint32_t suite)
{
	for (size_t i = 0; i < COUNT(ciphers); i++)
		if (ciphers[i].suite == suite)
			return ciphers[i].name;
	return NULL;
}

unsigned int view_origins_code(uint32_t cause)
{
	return cause < ECDN_XDP_ORIGIN_FIRST_538 || cause >= ECDN_XDP_ORIGIN_FIRST_HERE ? 0 :
	       cause < ECDN_XDP_ORIGIN_FIRST_564 ? 538 :
	       cause < ECDN_XDP_ORIGIN_FIRST_522 ? 564 : 522;
}

uint64_t view_origins_sum(const struct ecdn_xdp_origin_stats *stats, unsigned int code)
{
	uint64_t sum = 0;

	for (uint32_t cause = 0; cause < ECDN_XDP_ORIGIN_CAUSES; cause++)
		if (view_origins_code(cause) == code)
			sum += stats->cause[cause];
	return sum;
}

static uint64_t sum_of(const __u64 *counts, unsigned int first, unsigned int after)
{
	uint64_t sum = 0;

	for (unsigned int i = first; i < after; i++)
		sum += counts[i];
	return sum;
}

/* Each class of statuses has those of its own that are counted by themselves, too. */
bool view_origins_by_proxy(const struct view_origin *origin)
{
	return sum_of(origin->said.said, 0, ECDN_XDP_ORIGIN_SAID_MAX) &&
	       sum_of(origin->said.status, ECDN_XDP_ORIGIN_1XX, ECDN_XDP_ORIGIN_STRANGE + 1) >=
	       sum_of(origin->stats.status, ECDN_XDP_ORIGIN_1XX, ECDN_XDP_ORIGIN_STRANGE + 1);
}

/* A span that began later than now belongs to another row, as the clock does not go back. */
static bool is_within(uint64_t number, uint64_t now_ns, uint64_t since_ns)
{
	uint64_t now = now_ns >> ECDN_XDP_ORIGIN_SPAN;
	uint64_t began_ns = number << ECDN_XDP_ORIGIN_SPAN;

	return number == now || (number < now && began_ns + since_ns >= now_ns);
}

void view_origins_window(const struct view_origin *origin, uint64_t now_ns, uint64_t since_ns,
			 struct view_origin_window *window)
{
	if (since_ns > VIEW_ORIGINS_WINDOW_NS)
		since_ns = VIEW_ORIGINS_WINDOW_NS;
	*window = (struct view_origin_window){};
	for (int i = 0; i < ECDN_XDP_ORIGIN_SPANS; i++) {
		const struct ecdn_xdp_origin_span *span = &origin->spans.span[i];

		if (!is_within(span->number, now_ns, since_ns))
			continue;
		window->ended += span->ended;
		window->network += span->network;
		window->handshake += span->handshake;
		window->abnormal += span->abnormal;
		window->response += span->response;
	}
}

char *view_origins_format(const struct ecdn_xdp_origin_key *key, char text[VIEW_ORIGINS_TEXT_SIZE])
{
	if (key->family)
		return origin_address_format(key, text);
	return strcpy(text, ECDN_XDP_ORIGIN_NONE_NAME);
}

#define DIGITS "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* No top-level domain is of digits alone, so that what is so is an address, or a wrong one. */
static bool is_numbers(const char *text)
{
	const char *last = strrchr(text, '.');

	last = last ? last + 1 : text;
	return !last[strspn(last, DIGITS)];
}

bool view_origins_is_host(const char *text)
{
	const char *dot = strchr(text, '.');

	return dot && dot != text && dot[1] && !text[strspn(text, DIGITS LETTERS "-_.")] &&
	       !strstr(text, "..") && !is_numbers(text);
}

int view_origins_word(const char *text, struct view_origins_word *word)
{
	const char *wrong;

	*word = (struct view_origins_word){ .name = text };
	if (!origin_address_parse(text, &word->key))
		return 0;
	wrong = origin_names_wrong(text);
	return wrong ? log_error(-EINVAL, "'%s' is no origin: %s; an address is written as "
				 "203.0.113.7, 203.0.113.7:443 or [2001:db8::7]:443", text, wrong) :
		       0;
}

bool view_origins_means(const struct view_origins_word *word,
			const struct ecdn_xdp_origin_key *key, const char *name, const char *sni)
{
	if (!word->key.family)
		return !strcmp(word->name, name) || !strcasecmp(word->name, sni);
	return key->family == word->key.family &&
	       !memcmp(key->addr, word->key.addr, sizeof(key->addr)) &&
	       (!word->key.port || !key->port || key->port == word->key.port);
}

int view_origins_find(const struct view_origins *view, const char *word,
		      void (*found)(const struct view_origin *origin, void *context), void *context)
{
	struct view_origins_word means;
	int count = 0, err = view_origins_word(word, &means);

	for (unsigned int i = 0; i < view->count && !err; i++) {
		const struct view_origin *at = &view->at[i];

		if (!view_origins_means(&means, &at->key, at->name, at->stats.sni))
			continue;
		found(at, context);
		count++;
	}
	return err ?: count;
}
