// SPDX-License-Identifier: BSD-2-Clause
#include "diagnose/finding_probe.h"

#include <errno.h>
#include <string.h>

#include "base/words.h"
#include "diagnose/finding_asked.h"
#include "diagnose/finding_chain.h"
#include "diagnose/probe_words.h"

#define PUBLISHED "The TLS handshake between node and origin fails: %s."

/* TLS's numbers of alerts. */
#define ALERT_PROTOCOL_VERSION 70
#define ALERT_UNRECOGNIZED_NAME 112
#define ALERT_NO_APPLICATION_PROTOCOL 120

#define ROWS_12 ((1U << PROBE_ASK_11) - (1U << PROBE_ASK_12_ECDSA))
#define ROWS_OLD (1U << PROBE_ASK_11 | 1U << PROBE_ASK_10)

static const struct probe_step *offer_of(const struct probe_words_item *item)
{
	return &item->result->step[0];
}

/* --- nothing to be had */

static const struct {
	enum probe_outcome outcome;
	const char *why, *remedy, *command;
} ends[] = {
	{ PROBE_REFUSED, "network",
	  "Have the origin listen on that address and port, and its firewall let this node's "
	  "addresses in.", "" },
	{ PROBE_NO_ANSWER, "network",
	  "Have the origin's firewall let this node's addresses in, and check the way to it.", "" },
	{ PROBE_UNREACHABLE, "network", "Check routes and firewalls on the way to the origin.",
	  "`ip route get ADDR` shows this host's route" },
	{ PROBE_SILENT, "network",
	  "The port is open and nothing there speaks TLS, or a firewall swallows the ClientHello: "
	  "check what listens there.", "" },
	{ PROBE_NOT_TLS, "the origin speaks no TLS on that port",
	  "Have the origin speak TLS on that port, or the node pull by plain HTTP or from another "
	  "port.", "nginx: proxy_pass http://... in place of https://..." },
};

static void say_end(const struct probe_words_item *item, struct finding *finding)
{
	char room[PROBE_WORDS_SIZE];

	FINDING_SAY(finding->seen, "%s, %u of %u connections",
		    probe_words_step(offer_of(item), room), item->result->rows.futile,
		    item->result->rows.connections);
	if (probe_words_first(offer_of(item), room))
		FINDING_SAY(finding->seen, ": it said \"%s\"", room);
	for (unsigned int i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		if (ends[i].outcome != offer_of(item)->outcome)
			continue;
		FINDING_SAY(finding->published, PUBLISHED, ends[i].why);
		FINDING_SAY(finding->remedy, "%s", ends[i].remedy);
		FINDING_SAY(finding->command, "%s", ends[i].command);
	}
}

static int find_nothing(const struct probe_words_item *item, struct findings *findings)
{
	struct finding *finding = finding_asked(item, findings, FINDING_ALL,
					    probe_rows_outcome(offer_of(item)->outcome));

	if (!finding)
		return -ENOMEM;
	say_end(item, finding);
	return 0;
}

/* --- the offer is refused */

static uint32_t taken_rows(const struct probe_rows *rows)
{
	uint32_t taken = 0;

	for (unsigned int ask = PROBE_ASK_OFFER + 1; ask < PROBE_ROWS; ask++)
		taken |= rows->row[ask].state == PROBE_YES ? 1U << ask : 0;
	return taken;
}

/* "TLS 1.2 with RSA key exchange", of rows; nothing of none. */
static void say_rows(uint32_t rows, char *room, size_t size)
{
	const char *between = "";

	for (unsigned int ask = PROBE_ASK_OFFER + 1; ask < PROBE_ROWS; ask++) {
		if (!(rows & 1U << ask))
			continue;
		words_append(room, size, "%sTLS %s", between,
			     probe_words_version(probe_rows_version(ask)));
		if (!(ROWS_OLD & 1U << ask))
			words_append(room, size, " with %s", probe_rows_family(ask));
		between = ", ";
	}
}

static const char *cause_of_refusal(const struct probe_words_item *item, uint32_t taken)
{
	const struct probe_step *step = offer_of(item);

	if (step->outcome == PROBE_ALERT && step->alert == ALERT_UNRECOGNIZED_NAME)
		return "host_name";
	if (step->outcome == PROBE_ALERT && step->alert == ALERT_NO_APPLICATION_PROTOCOL)
		return "alpn";
	if (!taken)
		return probe_rows_outcome(step->outcome);
	if (!(taken & ~ROWS_OLD))
		return "only_old_versions";
	if (!(taken & ~(1U << PROBE_ASK_12_KEY_RSA | ROWS_OLD)))
		return "only_rsa_key_exchange";
	if (taken & item->offer->rows)
		return "offer_refused";
	return step->outcome == PROBE_ALERT && step->alert == ALERT_PROTOCOL_VERSION ?
	       "no_common_version" : "nothing_in_common";
}

static const struct {
	const char *cause, *why, *remedy, *command;
} refusals[] = {
	{ "host_name", "protocol mismatch",
	  "Pull by the host name that the origin serves, or have the origin serve this one.",
	  "nginx: proxy_ssl_server_name on, proxy_ssl_name NAME; here --sni NAME asks for another "
	  "one" },
	{ "alpn", "protocol mismatch",
	  "Have the origin take http/1.1 by ALPN; a proxy that offers no ALPN is not hit.", "" },
	{ "only_old_versions", "protocol mismatch", "Enable TLS 1.2 or 1.3 on the origin.",
	  "until then, nginx: proxy_ssl_protocols TLSv1 TLSv1.1 with proxy_ssl_ciphers "
	  "DEFAULT@SECLEVEL=0" },
	{ "only_rsa_key_exchange", "algorithm mismatch",
	  "Enable ECDHE with AES-GCM on the origin: key exchange by RSA has no forward secrecy.",
	  "until then, nginx: proxy_ssl_ciphers with kRSA in it" },
	{ "no_common_version", "protocol mismatch",
	  "Enable on the origin a version of TLS that this node offers, or on the node one that "
	  "the origin takes.", "nginx: proxy_ssl_protocols; --offer tries another offer" },
	{ "nothing_in_common", "algorithm mismatch",
	  "Enable on the origin what this node offers, or on the node what the origin takes.",
	  "nginx: proxy_ssl_protocols and proxy_ssl_ciphers; --offer tries another offer" },
	{ "alert_by_node", "protocol mismatch",
	  "What the origin sends is no sound TLS: look at what listens there.", "" },
	{ "handshake_closed", "protocol mismatch",
	  "Look into the origin's own log: it ends handshakes without an alert.", "" },
	{ "handshake_reset", "protocol mismatch",
	  "Look into the origin's own log, and for a firewall on the way that resets TLS.", "" },
	{ "offer_refused", "algorithm mismatch",
	  "The origin takes these alone and refuses them together: update its TLS library, or have "
	  "the node offer these alone.", "nginx: proxy_ssl_protocols and proxy_ssl_ciphers" },
};

static void say_refusal(struct finding *finding)
{
	for (unsigned int i = 0; i < sizeof(refusals) / sizeof(*refusals); i++) {
		if (strcmp(refusals[i].cause, finding->cause) != 0)
			continue;
		FINDING_SAY(finding->published, PUBLISHED, refusals[i].why);
		FINDING_SAY(finding->remedy, "%s", refusals[i].remedy);
		FINDING_SAY(finding->command, "%s", refusals[i].command);
		return;
	}
	FINDING_SAY(finding->published, PUBLISHED, "protocol or algorithm mismatch");
	FINDING_SAY(finding->remedy, "Look into the origin's own log: it takes nothing of what was "
		    "asked, from TLS 1.0 to 1.3.");
}

static int find_refusal(const struct probe_words_item *item, struct findings *findings)
{
	uint32_t taken = taken_rows(&item->result->rows);
	const char *cause = cause_of_refusal(item, taken);
	enum finding_grade grade = strcmp(cause, "alpn") ? FINDING_ALL : FINDING_SOME;
	struct finding *finding = finding_asked(item, findings, grade, cause);
	char room[PROBE_WORDS_SIZE];

	if (!finding)
		return -ENOMEM;
	FINDING_SAY(finding->seen, "the offer (%s) is refused: %s", item->list ?:
		    "OpenSSL's default", probe_words_step(offer_of(item), room));
	if (taken) {
		FINDING_SAY(finding->seen, "; the origin takes ");
		say_rows(taken, finding->seen, sizeof(finding->seen));
	}
	say_refusal(finding);
	return 0;
}

/* --- a client's certificate */

static int find_wanted(const struct probe_words_item *item, struct findings *findings)
{
	const struct probe_wanted *wanted = &item->result->wanted;
	bool required = offer_of(item)->outcome == PROBE_CERTIFICATE_WANTED;
	const char *cause = required ? "client_certificate" : "client_certificate_asked";
	struct finding *finding = finding_asked(item, findings, required ? FINDING_ALL :
						FINDING_NOTE, cause);
	char room[PROBE_WORDS_SIZE];

	if (!finding)
		return -ENOMEM;
	FINDING_SAY(finding->seen, "the origin asks for a client's certificate");
	if (wanted->names)
		FINDING_SAY(finding->seen, " of %s%s", wanted->name[0],
			    wanted->names > 1 ? " or others" : "");
	FINDING_SAY(finding->seen, required ? ", and ends the handshake without one" :
		    ", and completes the handshake without one");
	if (required && offer_of(item)->alert != PROBE_ALERT_NONE) {
		struct probe_step alert = *offer_of(item);

		alert.outcome = PROBE_ALERT;
		FINDING_SAY(finding->seen, ": %s", probe_words_step(&alert, room));
	}
	FINDING_SAY(finding->published, PUBLISHED, "the origin wants a client certificate");
	FINDING_SAY(finding->remedy, "Give the node a certificate that the origin takes, or have "
		    "the origin not require one.");
	FINDING_SAY(finding->command, "nginx: proxy_ssl_certificate and proxy_ssl_certificate_key");
	if (!required)
		FINDING_SAY(finding->unknown, "whether requests are answered without one: some "
			    "origins, like nginx, answer 400 then");
	return 0;
}

/* --- what is taken, and is old */

static int find_old(const struct probe_words_item *item, struct findings *findings)
{
	uint32_t taken = taken_rows(&item->result->rows);
	bool old = taken && !(taken & ~ROWS_OLD);
	bool only_rsa = taken & ROWS_12 &&
			!(taken & ~(1U << PROBE_ASK_12_KEY_RSA | ROWS_OLD));
	struct finding *finding;

	if (!old && !only_rsa)
		return 0;
	finding = finding_asked(item, findings, FINDING_SOME,
				    old ? "only_old_versions" : "only_rsa_key_exchange");
	if (!finding)
		return -ENOMEM;
	FINDING_SAY(finding->seen, "the offer is taken, by the last that the origin has: ");
	say_rows(taken, finding->seen, sizeof(finding->seen));
	say_refusal(finding);
	finding->command[0] = 0;
	FINDING_SAY(finding->unknown, "which nodes offer this, too: an update of their TLS library "
		    "ends it");
	return 0;
}

static int find_fault(const struct probe_words_item *item, struct findings *findings)
{
	struct finding *finding = finding_asked(item, findings, FINDING_SOME, "probe_ended");

	if (!finding)
		return -ENOMEM;
	FINDING_SAY(finding->seen, "the probe did not come to its end: %s", item->result->fault);
	FINDING_SAY(finding->remedy, "Take the origin for hostile or broken, and report this.");
	FINDING_SAY(finding->unknown, "what the origin takes besides what is shown");
	return 0;
}

static int find_fine(const struct probe_words_item *item, struct findings *findings)
{
	struct finding *finding = finding_asked(item, findings, FINDING_NOTE, "fine");
	char room[PROBE_WORDS_SIZE];

	if (!finding)
		return -ENOMEM;
	FINDING_SAY(finding->seen, "this origin takes what this node offers: %s",
		    probe_words_chosen(offer_of(item), room));
	if (item->result->chains)
		FINDING_SAY(finding->seen, "; certificate: %s",
			    probe_words_left(item->result->chain[0].not_after, item->now, room));
	if (!*item->target->host)
		FINDING_SAY(finding->unknown, "whether the certificate is for the right name: none "
			    "was asked for; --sni NAME does");
	return 0;
}

int finding_probe(const struct probe_words_item *item, struct findings *findings)
{
	const struct probe_result *result = item->result;
	unsigned int wrong = findings_wrong(findings);
	bool agreed = result->rows.connections && probe_rows_agreed(offer_of(item));
	int err = 0;

	if (*result->fault)
		err = find_fault(item, findings);
	if (!err && result->rows.connections && !agreed)
		err = result->rows.stop == PROBE_STOP_NOTHING ? find_nothing(item, findings) :
								find_refusal(item, findings);
	if (!err && result->has_wanted)
		err = find_wanted(item, findings);
	if (!err && agreed)
		err = find_old(item, findings);
	for (unsigned int i = 0; i < result->chains && !err; i++)
		err = finding_chain(item, &result->chain[i], findings);
	if (!err && findings_wrong(findings) == wrong && agreed)
		err = find_fine(item, findings);
	return err;
}
