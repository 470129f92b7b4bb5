// SPDX-License-Identifier: BSD-2-Clause
#include "diagnose/probe_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/x509.h>

#include "base/escape.h"
#include "base/words.h"
#include "diagnose/finding.h"
#include "view/view_origins.h"

#define HOUR 3600
#define DAY (24 * HOUR)

static const struct {
	enum probe_wrong wrong;
	const char *word, *words;
} wrongs[] = {
	{ PROBE_WRONG_EXPIRED, "expired", "it has expired" },
	{ PROBE_WRONG_EARLY, "not_yet_valid", "it is not valid yet" },
	{ PROBE_WRONG_SELF_SIGNED, "self_signed", "it is signed by itself" },
	{ PROBE_WRONG_ISSUER, "unknown_issuer", "none of this host's CAs has signed "
	  "what was sent" },
	{ PROBE_WRONG_ROOT, "unknown_root", "it ends in a root that is none of this host's CAs" },
	{ PROBE_WRONG_ABOVE, "expired_above", "a certificate above it is out of its time" },
	{ PROBE_WRONG_WEAK, "weak", "a key or signature is weaker than OpenSSL's security level" },
};

#define WRONGS (sizeof(wrongs) / sizeof(*wrongs))

const char *probe_words_origin(const struct probe_target *target, char room[PROBE_WORDS_SIZE])
{
	char address[ADDRESS_TEXT_SIZE];

	snprintf(room, PROBE_WORDS_SIZE, target->address.family == AF_INET6 ? "[%s]:%u" : "%s:%u",
		 address_format(&target->address, address), target->port);
	return room;
}

const char *probe_words_version(uint16_t version)
{
	static const char *const words[] = { "1.0", "1.1", "1.2", "1.3" };

	return version >= 0x0301 && version <= 0x0304 ? words[version - 0x0301] : "?";
}

static void append_alert(char room[PROBE_WORDS_SIZE], unsigned int alert, const char *who)
{
	const char *name = view_origins_alert(alert);

	if (name)
		words_append(room, PROBE_WORDS_SIZE, "alert %s by %s", name, who);
	else
		words_append(room, PROBE_WORDS_SIZE, "alert %u by %s", alert, who);
}

static void append_rejected(char room[PROBE_WORDS_SIZE], const struct probe_step *step)
{
	if (step->own_alert != PROBE_ALERT_NONE)
		append_alert(room, step->own_alert, "this node");
	else
		words_append(room, PROBE_WORDS_SIZE, "not accepted here");
	if (*step->reason)
		words_append(room, PROBE_WORDS_SIZE, ": %s", step->reason);
}

const char *probe_words_step(const struct probe_step *step, char room[PROBE_WORDS_SIZE])
{
	static const char *const words[PROBE_OUTCOMES] = {
		[PROBE_TAKEN] = "taken",
		[PROBE_CERTIFICATE_WANTED] = "ended for want of a client's certificate",
		[PROBE_CLOSED] = "closed by the origin",
		[PROBE_RESET] = "reset",
		[PROBE_NOT_TLS] = "the answer is no TLS",
		[PROBE_SILENT] = "connected, and no answer to the ClientHello",
		[PROBE_REFUSED] = "connection refused",
		[PROBE_NO_ANSWER] = "no answer to the SYN",
	};

	room[0] = 0;
	if (step->outcome == PROBE_ALERT)
		append_alert(room, step->alert, "the origin");
	else if (step->outcome == PROBE_REJECTED)
		append_rejected(room, step);
	else if (step->outcome == PROBE_UNREACHABLE)
		words_append(room, PROBE_WORDS_SIZE, "unreachable: %s", strerror(step->error));
	else
		words_append(room, PROBE_WORDS_SIZE, "%s", words[step->outcome]);
	return room;
}

const char *probe_words_chosen(const struct probe_step *step, char room[PROBE_WORDS_SIZE])
{
	const char *suite = step->suite ? probe_offer_suite_name(step->suite) : NULL;

	snprintf(room, PROBE_WORDS_SIZE, "TLS %s", probe_words_version(step->version));
	if (suite)
		words_append(room, PROBE_WORDS_SIZE, ", %s", suite);
	if (step->group_row)
		words_append(room, PROBE_WORDS_SIZE, ", %s", probe_rows_family(step->group_row));
	return room;
}

const char *probe_words_row(const struct probe_words_row *row, char room[PROBE_WORDS_SIZE])
{
	const struct probe_result *result = row->of->result;
	const struct probe_row *at = &result->rows.row[row->ask];
	const struct probe_step *step = &result->step[at->step];

	if (at->state == PROBE_UNASKED)
		return "not asked";
	if (at->state == PROBE_YES)
		return probe_words_chosen(step, room);
	if (!probe_rows_agreed(step))
		return probe_words_step(step, room);
	snprintf(room, PROBE_WORDS_SIZE, "it chose %s instead", probe_words_version(step->version));
	return room;
}

const char *probe_words_wrong(uint32_t wrong, uint32_t error, char room[PROBE_WORDS_SIZE])
{
	room[0] = 0;
	for (unsigned int i = 0; i < WRONGS; i++)
		if (wrong & wrongs[i].wrong)
			words_append(room, PROBE_WORDS_SIZE, "%s%s", *room ? ", " : "",
				     wrongs[i].words);
	if (wrong & PROBE_WRONG_OTHER)
		words_append(room, PROBE_WORDS_SIZE, "%s%s", *room ? ", " : "",
			     X509_verify_cert_error_string(error));
	return *room ? room : NULL;
}

const char *probe_words_wrong_next(uint32_t wrong, uint32_t error, unsigned int *from)
{
	for (; *from < WRONGS; ++*from)
		if (wrong & wrongs[*from].wrong)
			return wrongs[(*from)++].word;
	if (!(wrong & PROBE_WRONG_OTHER) || *from > WRONGS)
		return NULL;
	++*from;
	return X509_verify_cert_error_string(error);
}

const char *probe_words_first(const struct probe_step *step, char room[PROBE_WORDS_SIZE])
{
	char text[PROBE_FIRST_SIZE + 1] = "";

	if (!step->first_size)
		return NULL;
	/* A NUL would end the text. */
	for (unsigned int i = 0; i < step->first_size; i++)
		text[i] = step->first[i] ? (char)step->first[i] : '\x01';
	return escape_text(text, room, PROBE_WORDS_SIZE);
}

const char *probe_words_names(const struct probe_chain *chain, char room[PROBE_WORDS_SIZE])
{
	unsigned int shown = 0;

	room[0] = 0;
	for (; shown < chain->names && shown < PROBE_NAMES; shown++)
		words_append(room, PROBE_WORDS_SIZE, "%s%s", shown ? ", " : "",
			     chain->name[shown]);
	if (chain->names > shown)
		words_append(room, PROBE_WORDS_SIZE, " and %u more", chain->names - shown);
	return *room ? room : NULL;
}

const char *probe_words_left(int64_t until, int64_t now, char room[PROBE_WORDS_SIZE])
{
	int64_t away = llabs(until - now), unit = away < 2 * DAY ? HOUR : DAY;
	int64_t count = away / unit;

	snprintf(room, PROBE_WORDS_SIZE, "%s%ld %s%s%s", until < now ? "expired " : "", count,
		 unit == DAY ? "day" : "hour", count == 1 ? "" : "s",
		 until < now ? " ago" : " left");
	return room;
}
