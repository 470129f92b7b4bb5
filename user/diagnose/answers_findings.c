// SPDX-License-Identifier: BSD-2-Clause
#include "diagnose/answers_findings.h"

#include <errno.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/when.h"
#include "diagnose/path_words.h"
#include "diagnose/saying.h"
#include "diagnose/status_words.h"
#include "origin/origin_address.h"

#define LOG_WIDTH 64

static const struct {
	const char *key, *words;
} hows[ANSWERS_HOWS] = {
	[ANSWERS_CHANGED] = { "changed", "another status of the origin was changed" },
	[ECDN_XDP_ORIGIN_SAID_NO_CONNECT] = { "no_connect", "no connection" },
	[ECDN_XDP_ORIGIN_SAID_NO_ANSWER] = { "no_answer", "no answer" },
	[ECDN_XDP_ORIGIN_SAID_MALFORMED] = { "malformed", "a malformed answer" },
	[ECDN_XDP_ORIGIN_SAID_TRUNCATED] = { "truncated", "a cut answer" },
	[ECDN_XDP_ORIGIN_SAID_TIMED_OUT] = { "timed_out", "no answer in time" },
	[ANSWERS_LEFT] = { "client_left", "the client left" },
	[ANSWERS_CACHED] = { "cached", "an answer of the proxy's cache" },
	[ANSWERS_ITSELF] = { "itself", "the proxy's own answer" },
	[ANSWERS_NO_PEER] = { "no_peer", "no server of an upstream was alive, or a Unix socket" },
};

/* A finding while it is made. */
struct telling {
	const struct answers_counts *counts;
	const struct answers_findings_asked *asked;
	struct findings *findings;
	unsigned int status;
};

static const char *status_of(const struct telling *telling, char room[24])
{
	snprintf(room, 24, telling->status ? "the status %u" : "a status of no success",
		 telling->status);
	return room;
}

/* --- sentences */

static const char *log_of(const struct telling *telling, char room[LOG_WIDTH + 1])
{
	return path_words_end(telling->asked->log, LOG_WIDTH, room, LOG_WIDTH + 1);
}

static void say_times(struct finding *finding, const struct answers_part *part)
{
	char first[WHEN_SIZE], last[WHEN_SIZE];

	if (part->count > 1)
		FINDING_SAY(finding->seen, ", first %s, last %s", when_text(part->first_ns, first),
			    when_text(part->last_ns, last));
	else
		FINDING_SAY(finding->seen, ", %s", when_text(part->first_ns, first));
	finding_number(finding, "first_at", part->first_ns / NS_PER_SECOND);
	finding_number(finding, "last_at", part->last_ns / NS_PER_SECOND);
}

static void say_hows(struct finding *finding, const struct answers_part *part)
{
	const char *before = " (";

	for (unsigned int i = 0; i < ANSWERS_HOWS; i++) {
		if (!part->how[i])
			continue;
		FINDING_SAY(finding->seen, "%s%lu time%s %s", before, part->how[i],
			    saying_s(part->how[i]), hows[i].words);
		finding_number(finding, hows[i].key, part->how[i]);
		before = ", ";
	}
	FINDING_SAY(finding->seen, ")");
}

static void say_cut(struct finding *finding, const struct answers_part *part)
{
	if (!part->need)
		return;
	FINDING_SAY(finding->seen, " The last cut one ended after %lu of %lu bytes.", part->got,
		    part->need);
	finding_number(finding, "got", part->got);
	finding_number(finding, "need", part->need);
	FINDING_SAY(finding->unknown, "Whether the origin or a client ended the cut ones: the log "
		    "does not say. nginx `ecdn_xdp_origins on;` does, and it sees cut answers of "
		    "unknown length, too.");
}

static void say_unknown(struct finding *finding, const struct telling *telling,
			const struct answers_part *part)
{
	const char *blank = *finding->unknown ? " " : "";

	if (!part->paths && telling->counts->no_table)
		FINDING_SAY(finding->unknown, "%sWhich paths: too many origins are in the log; ask "
			    "about this one alone.", blank);
	else if (part->paths && part->paths->count == ANSWERS_PATHS_MAX)
		FINDING_SAY(finding->unknown, "%sRare paths: there are more than %u, and what is "
			    "counted of each may be up to %lu too low.", blank,
			    ANSWERS_PATHS_MAX - 1, part->count / ANSWERS_PATHS_MAX);
}

static void set_object(struct finding *finding, const struct telling *telling,
		       const struct ecdn_xdp_origin_key *key)
{
	const struct answers_findings_asked *asked = telling->asked;
	const char *name = asked->name ? asked->name(asked->context, key) : NULL;
	char text[ORIGIN_ADDRESS_TEXT_SIZE];

	if (!key->family) {
		FINDING_SAY(finding->object, "(others)");
		return;
	}
	origin_address_format(key, text);
	FINDING_SAY(finding->object, "%s", text);
	if (name && *name)
		FINDING_SAY(finding->object, " (%s)", name);
	finding_word(finding, "origin", text);
	finding_word(finding, "name", name ?: "");
}

/* A new finding; NULL: no memory, logged. key: NULL: of no origin. */
static struct finding *start(const struct telling *telling, const struct ecdn_xdp_origin_key *key,
			     const char *cause)
{
	struct finding *finding = findings_add(telling->findings);
	char room[24];

	if (!finding)
		return NULL;
	finding->row = telling->asked->row;
	finding->cause = cause;
	if (key)
		set_object(finding, telling, key);
	finding_word(finding, "log", telling->asked->log);
	finding_word(finding, "source", "log");
	if (telling->status)
		snprintf(room, sizeof(room), "%u", telling->status);
	finding_word(finding, "status", telling->status ? room : "no success");
	FINDING_SAY(finding->published, "%s", telling->counts->options.broken ?
		    STATUS_WORDS_BROKEN : status_words_published(telling->status));
	return finding;
}

static void weigh(struct finding *finding, uint64_t part, uint64_t whole)
{
	finding->grade = 2 * part >= whole ? FINDING_MANY : FINDING_SOME;
	finding->count = part;
}

/* --- findings */

static int add_sent(const struct telling *telling, const struct answers_origin *origin)
{
	struct finding *finding = start(telling, &origin->key, "by_origin");
	char share[SAYING_SIZE], status[24], log[LOG_WIDTH + 1];

	if (!finding)
		return -ENOMEM;
	weigh(finding, origin->sent.count, origin->answers);
	FINDING_SAY(finding->seen, "In %s, %lu of %lu answer%s of the origin (%s) had %s",
		    log_of(telling, log), origin->sent.count, origin->answers,
		    saying_s(origin->answers),
		    saying_share(origin->sent.count, origin->answers, share),
		    status_of(telling, status));
	finding_number(finding, "answers", origin->answers);
	finding_number(finding, "sent", origin->sent.count);
	say_times(finding, &origin->sent);
	path_words_say(finding, &origin->sent);
	FINDING_SAY(finding->seen, ".");
	say_unknown(finding, telling, &origin->sent);
	FINDING_SAY(finding->remedy, "%s", status_words_sent(telling->status));
	return 0;
}

static void conclude_made(struct finding *finding, const struct telling *telling,
			  const struct answers_origin *origin)
{
	const struct answers_part *part = &origin->made;
	char text[ORIGIN_ADDRESS_TEXT_SIZE];

	say_cut(finding, part);
	say_unknown(finding, telling, part);
	FINDING_SAY(finding->remedy, "%s", telling->counts->options.broken ? STATUS_WORDS_MEND :
		    status_words_made(telling->status));
	if (!origin->key.family)
		return;
	origin_address_format(&origin->key, text);
	if (telling->counts->options.broken)
		FINDING_SAY(finding->command, "`ecdn-xdp origin failures %s` lists the last ones, "
			    "if the observer is loaded", text);
	else if (part->how[ECDN_XDP_ORIGIN_SAID_NO_CONNECT])
		FINDING_SAY(finding->command, "`ecdn-xdp diagnose 538 %s` tells why there was no "
			    "connection", text);
	else if (part->how[ECDN_XDP_ORIGIN_SAID_NO_ANSWER] +
		 part->how[ECDN_XDP_ORIGIN_SAID_TIMED_OUT] +
		 part->how[ECDN_XDP_ORIGIN_SAID_MALFORMED])
		FINDING_SAY(finding->command, "`ecdn-xdp diagnose 522 %s` tells of answers that "
			    "do not come", text);
}

static int add_made(const struct telling *telling, const struct answers_origin *origin)
{
	bool broken = telling->counts->options.broken;
	struct finding *finding = start(telling, &origin->key, broken ? "incomplete" : "by_proxy");
	char share[SAYING_SIZE], status[24], log[LOG_WIDTH + 1];

	if (!finding)
		return -ENOMEM;
	weigh(finding, origin->made.count, origin->asked);
	FINDING_SAY(finding->seen, "In %s, %lu of %lu request%s to the origin (%s) ",
		    log_of(telling, log), origin->made.count, origin->asked,
		    saying_s(origin->asked),
		    saying_share(origin->made.count, origin->asked, share));
	if (broken)
		FINDING_SAY(finding->seen, "had a bad answer");
	else
		FINDING_SAY(finding->seen, "got %s, which it had not sent",
			    status_of(telling, status));
	finding_number(finding, "asked", origin->asked);
	finding_number(finding, "made", origin->made.count);
	say_hows(finding, &origin->made);
	say_times(finding, &origin->made);
	path_words_say(finding, &origin->made);
	FINDING_SAY(finding->seen, ".");
	conclude_made(finding, telling, origin);
	return 0;
}

static int add_unasked(const struct telling *telling)
{
	const struct answers_part *part = &telling->counts->unasked;
	struct finding *finding = start(telling, NULL, "by_proxy");
	char status[24], log[LOG_WIDTH + 1];

	if (!finding)
		return -ENOMEM;
	weigh(finding, part->count, telling->counts->records);
	FINDING_SAY(finding->seen, "In %s, %lu of %lu requests got %s, and no origin was asked",
		    log_of(telling, log), part->count,
		    telling->counts->records, status_of(telling, status));
	finding_number(finding, "asked", 0);
	finding_number(finding, "made", part->count);
	say_hows(finding, part);
	say_times(finding, part);
	path_words_say(finding, part);
	FINDING_SAY(finding->seen, ".");
	say_unknown(finding, telling, part);
	FINDING_SAY(finding->remedy, "%s", part->how[ANSWERS_CACHED] == part->count ?
		    "What the origin has sent once is in the cache: it goes when it has expired or "
		    "is purged." : status_words_made(telling->status));
	return 0;
}

/* An origin that was asked about, and of whose answers nothing is wrong. */
static int add_nothing(const struct telling *telling, const struct answers_origin *origin)
{
	const struct answers_counts *counts = telling->counts;
	struct finding *finding = start(telling, &origin->key,
					counts->options.broken ? "nothing" : "not_by_origin");
	char status[24], log[LOG_WIDTH + 1];

	if (!finding)
		return -ENOMEM;
	FINDING_SAY(finding->seen, "In %s, none of %lu answers of the origin ",
		    log_of(telling, log), origin->answers);
	if (counts->options.broken)
		FINDING_SAY(finding->seen, "was bad.");
	else
		FINDING_SAY(finding->seen, "had %s.", status_of(telling, status));
	finding_number(finding, "answers", origin->answers);
	finding_number(finding, "sent", 0);
	if (counts->unasked.count)
		FINDING_SAY(finding->seen, " %lu request%s got it, and no origin was asked: "
			    "without ORIGIN, they are told.", counts->unasked.count,
			    saying_s(counts->unasked.count));
	return 0;
}

static int add_origin(const struct telling *telling, const struct answers_origin *origin)
{
	int err = 0;

	if (origin->sent.count)
		err = add_sent(telling, origin);
	if (origin->made.count && !err)
		err = add_made(telling, origin);
	if (telling->asked->origin && origin->asked && !origin->sent.count && !origin->made.count)
		err = add_nothing(telling, origin);
	return err;
}

int answers_findings_add(struct findings *findings, const struct answers_counts *counts,
			 const struct answers_findings_asked *asked)
{
	struct telling telling = { counts, asked, findings, counts->options.status };
	int err = 0;

	for (unsigned int i = 0; i < counts->count && !err; i++)
		err = add_origin(&telling, &counts->at[i]);
	if (!err && counts->unasked.count && !asked->origin)
		err = add_unasked(&telling);
	return err;
}

void answers_findings_looked(const struct answers_counts *counts, const char *log, char *text,
			     size_t size)
{
	const struct telling telling = { .status = counts->options.status };
	char first[WHEN_SIZE], last[WHEN_SIZE], status[24], name[LOG_WIDTH + 1];

	snprintf(text, size, "%s: %lu request%s from %s to %s, %lu of which got %s",
		 path_words_end(log, LOG_WIDTH, name, sizeof(name)), counts->records,
		 saying_s(counts->records), when_text(counts->first_ns, first),
		 when_text(counts->last_ns, last), counts->had, status_of(&telling, status));
}
