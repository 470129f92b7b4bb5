// SPDX-License-Identifier: BSD-2-Clause
#include "diagnose/finding_chain.h"

#include <errno.h>

#include "diagnose/finding_asked.h"
#include "diagnose/probe_words.h"

#define DAY 86400
#define SOON (14 * DAY)         /* what expires in that time is worth a note */

#define UNKNOWN "whether the proxy on this host verifies certificates: nginx does not, unless " \
		"proxy_ssl_verify is on"
#define PUBLISHED "The TLS handshake between node and origin fails, if the node verifies " \
		  "certificates."

static const struct {
	uint32_t wrong;
	const char *cause, *remedy;
} faults[] = {
	{ PROBE_WRONG_EXPIRED, "certificate_expired", "Renew the certificate on the origin, and "
	  "have the origin's server read it again." },
	{ PROBE_WRONG_EARLY, "certificate_not_yet_valid", "Set the clock of whoever is wrong: this "
	  "host, or who issued the certificate." },
	{ PROBE_WRONG_ABOVE, "chain_expired", "Have the origin send the issuer's present "
	  "intermediate certificates." },
	{ PROBE_WRONG_SELF_SIGNED, "self_signed", "Get a certificate of a CA that the node trusts, "
	  "or have the node trust this one." },
	{ PROBE_WRONG_ROOT, "issuer_unknown", "Get a certificate of a CA that the node trusts, or "
	  "have the node trust this root." },
	{ PROBE_WRONG_ISSUER, "issuer_unknown", "Have the origin send its intermediate "
	  "certificates, too; or, if its CA is a private one, have the node trust that." },
	{ PROBE_WRONG_WEAK, "certificate_weak", "Renew the certificate with a key of RSA from 2048 "
	  "bits or of ECDSA, and a signature by SHA-256." },
	{ PROBE_WRONG_OTHER, "certificate_invalid", "Renew the certificate on the origin." },
};

static void say_command(struct finding *finding, uint32_t wrong)
{
	if (wrong & (PROBE_WRONG_SELF_SIGNED | PROBE_WRONG_ROOT | PROBE_WRONG_ISSUER))
		FINDING_SAY(finding->command, "nginx: proxy_ssl_trusted_certificate FILE; here, "
			    "`SSL_CERT_FILE=FILE ecdn-xdp diagnose 538 ... --probe` tries it");
}

static void say_fault(const struct probe_words_item *item, const struct probe_chain *chain,
		      uint32_t wrong, struct finding *finding)
{
	char room[PROBE_WORDS_SIZE], left[PROBE_WORDS_SIZE];

	FINDING_SAY(finding->seen, "the certificate of %s (%s) does not verify: %s",
		    chain->subject, chain->key, probe_words_wrong(wrong, chain->error, room));
	if (wrong & PROBE_WRONG_EXPIRED)
		FINDING_SAY(finding->seen, " (%s)",
			    probe_words_left(chain->not_after, item->now, left));
	if (wrong & (PROBE_WRONG_ISSUER | PROBE_WRONG_ROOT))
		FINDING_SAY(finding->seen, " (issuer %s; %u sent)", chain->issuer, chain->sent);
	if (!item->result->begin.authorities)
		FINDING_SAY(finding->seen, "; this host has no CAs: install ca-certificates");
}

static int find_faults(const struct probe_words_item *item, const struct probe_chain *chain,
		       struct findings *findings)
{
	for (unsigned int i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
		struct finding *finding;

		if (!(chain->wrong & faults[i].wrong))
			continue;
		finding = finding_asked(item, findings, FINDING_SOME, faults[i].cause);
		if (!finding)
			return -ENOMEM;
		say_fault(item, chain, faults[i].wrong, finding);
		FINDING_SAY(finding->published, PUBLISHED);
		FINDING_SAY(finding->remedy, "%s", faults[i].remedy);
		say_command(finding, faults[i].wrong);
		FINDING_SAY(finding->unknown, UNKNOWN);
	}
	return 0;
}

static int find_name(const struct probe_words_item *item, const struct probe_chain *chain,
		     struct findings *findings)
{
	struct finding *finding = finding_asked(item, findings, FINDING_SOME, "host_name");
	char room[PROBE_WORDS_SIZE];

	if (!finding)
		return -ENOMEM;
	FINDING_SAY(finding->seen, "the certificate of %s (%s) is not for %s: its names are %s",
		    chain->subject, chain->key, item->target->host,
		    probe_words_names(chain, room) ?: "none at all");
	FINDING_SAY(finding->published, PUBLISHED);
	FINDING_SAY(finding->remedy, "Pull by a name that the certificate has, or renew it with "
		    "this name.");
	FINDING_SAY(finding->command, "nginx: proxy_ssl_name NAME");
	FINDING_SAY(finding->unknown, UNKNOWN);
	return 0;
}

/* Also of a certificate above, as chains break by either. */
static int find_soon(const struct probe_words_item *item, const struct probe_chain *chain,
		     struct findings *findings)
{
	int64_t end = chain->not_after;
	struct finding *finding;
	char room[PROBE_WORDS_SIZE];

	if (chain->above_not_after > item->now && chain->above_not_after < end)
		end = chain->above_not_after;
	if (end <= item->now || end - item->now > SOON)
		return 0;
	finding = finding_asked(item, findings, FINDING_NOTE, "certificate_expires");
	if (!finding)
		return -ENOMEM;
	FINDING_SAY(finding->seen, "%s of %s: %s", end == chain->not_after ? "the certificate" :
		    "a certificate above that", chain->subject,
		    probe_words_left(end, item->now, room));
	FINDING_SAY(finding->published, PUBLISHED);
	FINDING_SAY(finding->remedy, "%s", faults[0].remedy);
	return 0;
}

int finding_chain(const struct probe_words_item *item, const struct probe_chain *chain,
		  struct findings *findings)
{
	int err = find_faults(item, chain, findings);

	if (!err && chain->match == PROBE_MATCH_NO)
		err = find_name(item, chain, findings);
	return err ?: find_soon(item, chain, findings);
}
