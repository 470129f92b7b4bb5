// SPDX-License-Identifier: BSD-2-Clause
#include "diagnose/failure_class.h"

#include <stdio.h>
#include <string.h>

#include "base/words.h"
#include "diagnose/finding.h"
#include "view/view_origins.h"

/* Alerts' descriptions. */
enum alert {
	HANDSHAKE_FAILURE = 40,
	BAD_CERTIFICATE = 42,
	UNSUPPORTED_CERTIFICATE = 43,
	CERTIFICATE_REVOKED = 44,
	CERTIFICATE_EXPIRED = 45,
	CERTIFICATE_UNKNOWN = 46,
	UNKNOWN_CA = 48,
	ACCESS_DENIED = 49,
	PROTOCOL_VERSION = 70,
	INSUFFICIENT_SECURITY = 71,
	INAPPROPRIATE_FALLBACK = 86,
	UNRECOGNIZED_NAME = 112,
	CERTIFICATE_REQUIRED = 116,
	NO_APPLICATION_PROTOCOL = 120,
};

#define TLS_1_2 0x0303

static int is_about_certificates(unsigned int alert)
{
	return (alert >= BAD_CERTIFICATE && alert <= CERTIFICATE_UNKNOWN) || alert == UNKNOWN_CA;
}

/* What either side may say. */
static enum failure_class class_of_alert(unsigned int alert)
{
	switch (alert) {
	case PROTOCOL_VERSION:
	case INAPPROPRIATE_FALLBACK:
		return FAILURE_CLASS_PROTOCOL;
	case HANDSHAKE_FAILURE:
	case INSUFFICIENT_SECURITY:
		return FAILURE_CLASS_ALGORITHM;
	case UNRECOGNIZED_NAME:
		return FAILURE_CLASS_HOST_NAME;
	case NO_APPLICATION_PROTOCOL:
		return FAILURE_CLASS_ALPN;
	}
	return FAILURE_CLASS_OTHER;
}

/* Who complains of certificates complains of the other side's. Before TLS 1.3, an origin that has
 * begun its answer and then says handshake_failure lacks the certificate which it has asked for. */
static enum failure_class class_of_origins_alert(const struct ecdn_xdp_origin_failure *failure)
{
	if (is_about_certificates(failure->alert) || failure->alert == ACCESS_DENIED ||
	    failure->alert == CERTIFICATE_REQUIRED ||
	    (failure->alert == HANDSHAKE_FAILURE &&
	     failure->phase > ECDN_XDP_ORIGIN_CLIENT_HELLO))
		return FAILURE_CLASS_CLIENT_CERTIFICATE;
	return class_of_alert(failure->alert);
}

/* Proxies that offer old versions refuse what these sign with, by whatever alert. */
static enum failure_class class_of_nodes_alert(const struct ecdn_xdp_origin_failure *failure)
{
	if (is_about_certificates(failure->alert))
		return FAILURE_CLASS_CERTIFICATE;
	if (failure->version && failure->version < TLS_1_2)
		return FAILURE_CLASS_PROTOCOL;
	return class_of_alert(failure->alert);
}

enum failure_class failure_class_of(const struct ecdn_xdp_origin_failure *failure)
{
	switch (failure->cause) {
	case ECDN_XDP_ORIGIN_ALERT_BY_ORIGIN:
		return class_of_origins_alert(failure);
	case ECDN_XDP_ORIGIN_ALERT_BY_NODE:
		return class_of_nodes_alert(failure);
	case ECDN_XDP_ORIGIN_HUNG_UP_BY_NODE:
		return FAILURE_CLASS_CERTIFICATE;
	case ECDN_XDP_ORIGIN_REFUSED_AFTER_FINISHED:
		return FAILURE_CLASS_CLIENT_CERTIFICATE;
	case ECDN_XDP_ORIGIN_NOT_TLS:
		return FAILURE_CLASS_NOT_TLS;
	case ECDN_XDP_ORIGIN_REJECTED_HERE:
		return FAILURE_CLASS_HERE;
	}
	return FAILURE_CLASS_NETWORK;
}

#define FAILS "The TLS handshake between node and origin fails: "

static const struct failure_class_row rows[] = {
	[FAILURE_CLASS_NETWORK] = {
		"network", FAILS "network.",
		"Origin: does it listen there, and does its firewall let this node's "
		"addresses in? Between: routes and firewalls.",
		"",
		"Which of both networks, or what between them, it is.",
	},
	[FAILURE_CLASS_PROTOCOL] = {
		"protocol", FAILS "protocol mismatch.",
		"Enable a version of TLS that both sides have: 1.2 and 1.3.",
		"origin: nginx `ssl_protocols TLSv1.2 TLSv1.3;`; here: nginx "
		"`proxy_ssl_protocols`, HAProxy `ssl-min-ver` and `ssl-max-ver`",
		"",
	},
	[FAILURE_CLASS_ALGORITHM] = {
		"algorithm", FAILS "algorithm mismatch.",
		"Enable a cipher suite and a key exchange that both sides have.",
		"origin: nginx `ssl_ciphers`, `ssl_ecdh_curve`; here: nginx "
		"`proxy_ssl_ciphers`, HAProxy `ciphers`, `ciphersuites`, `curves`",
		"Whether it is cipher, key exchange or signature: `ecdn-xdp diagnose 538 ORIGIN "
		"--probe` lists what the origin takes. And origins with GnuTLS "
		"say this where no version is in common, too.",
	},
	[FAILURE_CLASS_CERTIFICATE] = {
		"certificate", FAILS "this node does not accept the origin's certificate.",
		"Origin: a certificate that is valid today and for the host name, with its "
		"chain. Here: trust who has issued it, and ask for the right name.",
		"here: nginx `proxy_ssl_trusted_certificate`, `proxy_ssl_name`, "
		"`proxy_ssl_server_name on;`, HAProxy `ca-file`, `verifyhost`, `sni`",
		"",
	},
	[FAILURE_CLASS_CLIENT_CERTIFICATE] = {
		"client_certificate", FAILS "the origin wants a client certificate.",
		"Origin: ask for none, or trust this node's. Here: send one that it "
		"trusts.",
		"origin: nginx `ssl_verify_client`, `ssl_client_certificate`; here: nginx "
		"`proxy_ssl_certificate`, `proxy_ssl_certificate_key`, HAProxy `crt`",
		"",
	},
	[FAILURE_CLASS_HOST_NAME] = {
		"host_name", FAILS "the origin does not know the host name.",
		"Origin: serve that host name. Here: send the right one.",
		"origin: nginx `server_name`; here: nginx `proxy_ssl_server_name on;`, "
		"`proxy_ssl_name`, HAProxy `sni`",
		"",
	},
	[FAILURE_CLASS_ALPN] = {
		"alpn", FAILS "no application protocol in common.",
		"Origin: offer HTTP/1.1 (and HTTP/2). Here: offer no more than it has.",
		"origin: its ALPN, as nginx `http2 off;`; here: HAProxy `alpn http/1.1`",
		"",
	},
	[FAILURE_CLASS_NOT_TLS] = {
		"not_tls", FAILS "the origin speaks no TLS on that port.",
		"Origin: speak TLS there. Here: connect to the port that does, or without "
		"TLS.",
		"origin: nginx `listen 443 ssl;`; here: nginx `proxy_pass http://`, "
		"HAProxy the server's port, or no `ssl`",
		"",
	},
	[FAILURE_CLASS_HERE] = {
		"this_host", FAILS "this host's own firewall rejects it.",
		"Let this host's connections to the origin out.",
		"`nft list ruleset`, `iptables -S OUTPUT`: the rule that rejects",
		"Which rule it is.",
	},
	[FAILURE_CLASS_OTHER] = {
		"other_alert", FAILS "for what the alert says.",
		"Look for the alert's reason in the logs of the side that has sent it.",
		"here: the proxy's error log",
		"What the side that sent it did not like.",
	},
};

const struct failure_class_row *failure_class_row(enum failure_class class)
{
	return &rows[class];
}

/* --- words */

static const char *phase_of(const struct ecdn_xdp_origin_failure *failure)
{
	static const char *const words[] = {
		[ECDN_XDP_ORIGIN_SYN] = "before it was connected",
		[ECDN_XDP_ORIGIN_SYN_ACK] = "once connected, before the ClientHello",
		[ECDN_XDP_ORIGIN_CLIENT_HELLO] = "after the ClientHello",
		[ECDN_XDP_ORIGIN_SERVER_HELLO] = "amid the handshake",
		[ECDN_XDP_ORIGIN_FINISHED] = "after the handshake",
		[ECDN_XDP_ORIGIN_REQUEST] = "after the request",
		[ECDN_XDP_ORIGIN_ANSWER] = "amid an answer",
		[ECDN_XDP_ORIGIN_BETWEEN] = "between two requests",
	};

	return failure->phase < ECDN_XDP_ORIGIN_PHASES ? words[failure->phase] : "";
}

static const char *const phrases[ECDN_XDP_ORIGIN_CAUSES] = {
	[ECDN_XDP_ORIGIN_REFUSED] = "the origin refused the connection",
	[ECDN_XDP_ORIGIN_NO_ANSWER_TO_SYN] = "nobody answered the SYN, and the proxy gave up",
	[ECDN_XDP_ORIGIN_CONNECT_TIMEOUT] = "nobody answered the SYN, until the kernel gave up",
	[ECDN_XDP_ORIGIN_UNREACHABLE] = "the network said that it is unreachable",
	[ECDN_XDP_ORIGIN_ALERT_BY_ORIGIN] = "the origin sent",
	[ECDN_XDP_ORIGIN_ALERT_BY_NODE] = "this node sent",
	[ECDN_XDP_ORIGIN_HUNG_UP_BY_NODE] = "this node hung up after a whole handshake",
	[ECDN_XDP_ORIGIN_REFUSED_AFTER_FINISHED] = "the origin ended it right after the handshake",
	[ECDN_XDP_ORIGIN_NOT_TLS] = "the origin answered with what is no TLS",
	[ECDN_XDP_ORIGIN_HANDSHAKE_RESET] = "the origin reset it",
	[ECDN_XDP_ORIGIN_HANDSHAKE_CLOSED] = "the origin closed it",
	[ECDN_XDP_ORIGIN_HANDSHAKE_SILENCE] = "the origin was silent, and the proxy gave up",
	[ECDN_XDP_ORIGIN_HANDSHAKE_TIMEOUT] = "nothing was acknowledged, until the kernel gave up",
	[ECDN_XDP_ORIGIN_RESET] = "the origin reset it",
	[ECDN_XDP_ORIGIN_NO_CLOSE_NOTIFY] = "the origin closed it without close_notify",
	[ECDN_XDP_ORIGIN_STALLED] = "the answer stalled, and the proxy gave up",
	[ECDN_XDP_ORIGIN_TIMEOUT] = "nothing was acknowledged, until the kernel gave up",
	[ECDN_XDP_ORIGIN_NO_ANSWER] = "the request got no answer, and the proxy gave up",
	[ECDN_XDP_ORIGIN_CUT] = "the answer was cut",
	[ECDN_XDP_ORIGIN_MALFORMED] = "the answer had no status line of HTTP/1",
	[ECDN_XDP_ORIGIN_CLOSED_UNANSWERED] = "the origin ended it without an answer",
	[ECDN_XDP_ORIGIN_HTTP_NO_ANSWER] = "the request got no answer, and the proxy gave up",
	[ECDN_XDP_ORIGIN_HTTP_STALLED] = "the answer stalled, and the proxy gave up",
	[ECDN_XDP_ORIGIN_HTTP_TIMEOUT] = "nothing was acknowledged, until the kernel gave up",
	[ECDN_XDP_ORIGIN_REJECTED_HERE] = "this host's own firewall rejected it",
};

/* Those that are told with where in the connection they were. */
static int has_phase(unsigned int cause)
{
	return (cause >= ECDN_XDP_ORIGIN_HANDSHAKE_RESET &&
		cause <= ECDN_XDP_ORIGIN_HANDSHAKE_TIMEOUT) ||
	       cause == ECDN_XDP_ORIGIN_RESET || cause == ECDN_XDP_ORIGIN_TIMEOUT;
}

static int is_alert(const struct ecdn_xdp_origin_failure *failure)
{
	return failure->cause == ECDN_XDP_ORIGIN_ALERT_BY_ORIGIN ||
	       failure->cause == ECDN_XDP_ORIGIN_ALERT_BY_NODE;
}

void failure_class_say(const struct ecdn_xdp_origin_failure *failure, char *room, size_t size)
{
	const char *phrase = failure->cause < ECDN_XDP_ORIGIN_CAUSES ? phrases[failure->cause] :
								       NULL;
	const char *alert = view_origins_alert(failure->alert);

	words_append(room, size, "%s", phrase ?: view_origins_cause(failure->cause));
	if (!is_alert(failure)) {
		if (has_phase(failure->cause))
			words_append(room, size, " %s", phase_of(failure));
		return;
	}
	if (alert)
		words_append(room, size, " the alert %s", alert);
	else if (failure->alert != 255)
		words_append(room, size, " the alert %u", failure->alert);
	else
		words_append(room, size, " an alert");
	words_append(room, size, " %s", phase_of(failure));
}

int failure_class_alike(const struct ecdn_xdp_origin_failure *one,
			const struct ecdn_xdp_origin_failure *other)
{
	return one->cause == other->cause &&
	       (!is_alert(one) || one->alert == other->alert) &&
	       (one->phase == other->phase || !(is_alert(one) || has_phase(one->cause)));
}

void failure_class_say_offered(unsigned int offered, char *room, size_t size)
{
	unsigned int left = 0;
	const char *before = "TLS ";

	for (unsigned int version = 0x0300; version <= 0x0304; version++)
		left += (offered & ECDN_XDP_ORIGIN_OFFERED(version)) != 0;
	for (unsigned int version = 0x0300; version <= 0x0304; version++) {
		const char *name = view_origins_version(version);

		if (!(offered & ECDN_XDP_ORIGIN_OFFERED(version)) || !name)
			continue;
		words_append(room, size, "%s%s", before, name);
		before = --left == 1 ? " and " : ", ";
	}
}
