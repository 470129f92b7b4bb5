// SPDX-License-Identifier: BSD-2-Clause
/*
 * diagnose_522.c - 522: answers of an origin are cut or malformed; 404 and other statuses: has the
 * origin sent them, or were they made on the way?
 *
 * Answers over plain HTTP are seen in packets; those over TLS nobody but the proxy has seen, who
 * counts them if it is told to. Statuses are counted since an origin got its row, and not by time.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "diagnose/diagnose_origins.h"
#include "diagnose/saying.h"
#include "diagnose/status_words.h"

#define WAYS_SHOWN 3

/* --- what the proxy says */

static const struct {
	unsigned int said;
	const char *words, *key;
} ways_said[] = {
	{ ECDN_XDP_ORIGIN_SAID_NO_CONNECT, "no connection", "no_connect" },
	{ ECDN_XDP_ORIGIN_SAID_NO_ANSWER, "no answer", "no_answer" },
	{ ECDN_XDP_ORIGIN_SAID_TIMED_OUT, "no answer in time", "timed_out" },
	{ ECDN_XDP_ORIGIN_SAID_MALFORMED, "a malformed answer", "malformed" },
	{ ECDN_XDP_ORIGIN_SAID_TRUNCATED, "a cut answer", "truncated" },
};

#define WAYS_SAID (sizeof(ways_said) / sizeof(*ways_said))

static bool has_said(const struct view_origin *origin)
{
	uint64_t all = 0;

	for (unsigned int i = 0; i < ECDN_XDP_ORIGIN_SAID_MAX; i++)
		all += origin->said.said[i];
	return all;
}

/* "; the proxy got 5 times no connection, 2 times a cut answer": of those from `first` on. */
static uint64_t say_proxy(struct finding *finding, const struct view_origin *origin, size_t first)
{
	uint64_t all = 0;

	for (size_t i = first; i < WAYS_SAID; i++) {
		uint64_t count = origin->said.said[ways_said[i].said];

		finding_number(finding, ways_said[i].key, count);
		if (!count)
			continue;
		FINDING_SAY(finding->seen, "%s %lu time%s %s", all ? "," : " The proxy got", count,
			    saying_s(count), ways_said[i].words);
		all += count;
	}
	return all;
}

static void say_since(struct finding *finding, const struct diagnose_facts *facts,
		      const struct view_origin *origin)
{
	char room[SAYING_SIZE];

	if (origin->stats.first_ns)
		FINDING_SAY(finding->seen, " since %s",
			    saying_when(&facts->moment, origin->stats.first_ns, room));
}

#define COUNT_HOW "nginx `ecdn_xdp_origins on;`, or any proxy's log through `ecdn-xdp origin " \
		  "count -`"
#define LOG_HOW "`--log FILE` reads it"

/* --- 522 */

static void say_cut(struct finding *finding, const struct ecdn_xdp_origin_failure *last)
{
	if (last->cause != ECDN_XDP_ORIGIN_CUT && last->cause != ECDN_XDP_ORIGIN_HTTP_STALLED)
		return;
	if (last->need != UINT64_MAX) {
		FINDING_SAY(finding->seen, " The last one ended after %lu of %lu bytes.",
			    (unsigned long)last->got, (unsigned long)last->need);
		finding_number(finding, "need", last->need);
	} else {
		FINDING_SAY(finding->seen, " The last one ended after %lu bytes, of how many was "
			    "not said.", (unsigned long)last->got);
	}
	finding_number(finding, "got", last->got);
}

static void say_522(struct finding *finding, const struct diagnose_facts *facts,
		    const struct diagnose_origins *origins, const struct diagnose_origin *origin)
{
	struct diagnose_way ways[WAYS_SHOWN];
	unsigned int count = diagnose_origins_ways(facts, origins, origin->at, 522, ways,
						   WAYS_SHOWN);
	uint64_t proxy;

	diagnose_origins_say_ways(finding, ways, count);
	FINDING_SAY(finding->seen, ".");
	if (count) {
		finding_word(finding, "failure", view_origins_cause(ways[0].last->cause));
		say_cut(finding, ways[0].last);
	}
	/* No connection is no answer's fault. */
	proxy = say_proxy(finding, origin->at, 1);
	if (proxy) {
		say_since(finding, facts, origin->at);
		FINDING_SAY(finding->seen, ".");
	}
}

static void conclude_522(struct finding *finding, const struct diagnose_asked *asked,
			 const struct diagnose_origin *origin)
{
	uint64_t sent = origin->at->stats.status[ECDN_XDP_ORIGIN_522] +
			origin->at->said.status[ECDN_XDP_ORIGIN_522];

	finding->grade = 2 * origin->window.response >= origin->window.ended ? FINDING_MANY :
									       FINDING_SOME;
	finding->cause = "incomplete";
	FINDING_SAY(finding->published, STATUS_WORDS_BROKEN);
	FINDING_SAY(finding->remedy, STATUS_WORDS_MEND);
	FINDING_SAY(finding->command, "`ecdn-xdp origin failures %s` lists the last ones",
		    json_string_value(json_object_get(finding->details, "origin")) ?: "ORIGIN");
	if (!asked->log)
		FINDING_SAY(finding->unknown, "Which paths: the proxy's log has them: " LOG_HOW
			    ".");
	if (sent)
		FINDING_SAY(finding->seen, " The origin has sent the status 522 itself, too, %lu "
			    "times.", (unsigned long)sent);
}

static int add_522(const struct diagnose_facts *facts, const struct diagnose_asked *asked,
		   const struct diagnose_origins *origins, const struct diagnose_origin *origin,
		   struct findings *findings)
{
	struct finding *finding = diagnose_origins_add(findings, "522", origin,
						       origin->window.response);
	bool tls = origin->at->stats.tls == 1;

	if (!finding)
		return -ENOMEM;
	diagnose_origins_say_share(finding, origin->window.response, origin->window.ended,
				   "had a bad answer", asked->since_ns);
	say_522(finding, facts, origins, origin);
	if (origin->window.response) {
		conclude_522(finding, asked, origin);
		return 0;
	}
	finding->cause = "nothing";
	if (tls && !has_said(origin->at))
		FINDING_SAY(finding->unknown, "What its answers are like: it speaks TLS, which the "
			    "proxy alone can see into, and none has counted: " COUNT_HOW ".");
	else if (tls)
		FINDING_SAY(finding->unknown, "When that was: what the proxy says is not counted "
			    "by time.");
	return 0;
}

int diagnose_522_find(const struct diagnose_facts *facts, const struct diagnose_asked *asked,
		      struct findings *findings)
{
	struct diagnose_origins origins;
	struct egress_rule rule;
	int err = diagnose_origins_read(&origins, facts, asked);

	err = err ?: diagnose_origins_judge(&origins, facts, DIAGNOSE_ORIGINS_RESPONSE, &rule);
	for (unsigned int i = 0; i < origins.count && !err; i++) {
		const struct diagnose_origin *origin = &origins.at[i];

		if (origin->asked && (asked->object || origin->judged.fails ||
				      (asked->row && origin->window.response)))
			err = add_522(facts, asked, &origins, origin, findings);
	}
	diagnose_origins_free(&origins);
	return err;
}

/* --- statuses */

/* What was counted of an origin's answers, by packets or by its proxy. */
struct answers {
	const __u64 *status;    /* by enum ecdn_xdp_origin_status */
	uint64_t all;
	bool by_proxy;
};

static uint64_t sum_of(const __u64 *status)
{
	uint64_t all = 0;

	for (unsigned int i = ECDN_XDP_ORIGIN_1XX; i <= ECDN_XDP_ORIGIN_STRANGE; i++)
		all += status[i];
	return all;
}

static struct answers answers_of(const struct view_origin *origin)
{
	bool by_proxy = view_origins_by_proxy(origin);
	const __u64 *status = by_proxy ? origin->said.status : origin->stats.status;

	return (struct answers){ status, sum_of(status), by_proxy };
}

/* Where a status is counted: by itself, or with its class. */
static unsigned int place_of(unsigned int status)
{
	unsigned int place = ecdn_xdp_origin_status(status);

	return place < ECDN_XDP_ORIGIN_STATUSES ? place : ecdn_xdp_origin_class(status);
}

static uint64_t count_of(const struct answers *answers, unsigned int status)
{
	if (status)
		return answers->status[place_of(status)];
	return answers->status[ECDN_XDP_ORIGIN_4XX] + answers->status[ECDN_XDP_ORIGIN_5XX] +
	       answers->status[ECDN_XDP_ORIGIN_STRANGE];
}

/* "404", or "4xx" of one that is counted with its class; in room or a literal. */
static const char *word_of(unsigned int status, char room[16])
{
	if (!status)
		return "no success";
	if (ecdn_xdp_origin_status(status) < ECDN_XDP_ORIGIN_STATUSES || status >= 600)
		snprintf(room, 16, "%u", status);
	else
		snprintf(room, 16, "%uxx", status / 100);
	return room;
}

static void say_each(struct finding *finding, const struct answers *answers)
{
	static const unsigned int each[] = { 400, 401, 403, 404, 429, 500, 502, 503, 504, 513, 522,
					     529, 538, 564 };
	const char *before = ": ";

	for (size_t i = 0; i < sizeof(each) / sizeof(*each); i++) {
		uint64_t count = answers->status[ecdn_xdp_origin_status(each[i])];

		if (!count)
			continue;
		FINDING_SAY(finding->seen, "%s%lu of %u", before, count, each[i]);
		before = ", ";
	}
}

static void say_sent(struct finding *finding, const struct diagnose_facts *facts,
		     const struct view_origin *origin, const struct answers *answers,
		     unsigned int status)
{
	uint64_t count = count_of(answers, status);
	char share[SAYING_SIZE], word[16];

	finding_number(finding, "answers", answers->all);
	finding_number(finding, "sent", count);
	finding_word(finding, "source", answers->by_proxy ? "proxy" : "packets");
	finding_word(finding, "status", word_of(status, word));
	FINDING_SAY(finding->seen, "%lu of %lu answer%s of the origin (%s) %s%s", count,
		    answers->all, saying_s(answers->all), saying_share(count, answers->all, share),
		    status ? "had the status " : "were ", word_of(status, word));
	say_since(finding, facts, origin);
	FINDING_SAY(finding->seen, ", by %s",
		    answers->by_proxy ? "what the proxy says" : "packets");
	if (!status)
		say_each(finding, answers);
	FINDING_SAY(finding->seen, ".");
}

static void conclude_status(struct finding *finding, const struct diagnose_asked *asked,
			    const struct answers *answers, unsigned int status)
{
	uint64_t count = count_of(answers, status);

	FINDING_SAY(finding->published, "%s", status_words_published(status));
	if (count) {
		finding->grade = 2 * count >= answers->all ? FINDING_MANY : FINDING_SOME;
		finding->count = count;
		finding->cause = "by_origin";
		FINDING_SAY(finding->remedy, "%s", status_words_sent(status));
		if (!asked->log)
			FINDING_SAY(finding->unknown, "When the first and the last one were, and "
				    "which paths: the proxy's log has that: " LOG_HOW ".");
	} else {
		finding->cause = "not_by_origin";
		FINDING_SAY(finding->remedy, "%s", status_words_made(status));
	}
}

static void not_counted(struct finding *finding, const struct view_origin *origin)
{
	finding->cause = "not_counted";
	FINDING_SAY(finding->seen, "No answer of the origin has been seen.");
	if (origin->stats.tls == 1)
		FINDING_SAY(finding->unknown, "What it answers: it speaks TLS, which the proxy "
			    "alone can see into, and none has counted: " COUNT_HOW ".");
	else
		FINDING_SAY(finding->unknown, "What it answers: it has answered nothing over plain "
			    "HTTP, or the observer reads no content: `ecdn-xdp load --origin`.");
}

static int add_status(const char *row, const struct diagnose_facts *facts,
		      const struct diagnose_asked *asked, const struct diagnose_origin *origin,
		      unsigned int status, struct findings *findings)
{
	struct finding *finding = diagnose_origins_add(findings, row, origin, 0);
	struct answers answers = answers_of(origin->at);

	if (!finding)
		return -ENOMEM;
	if (!answers.all && !has_said(origin->at)) {
		not_counted(finding, origin->at);
		return 0;
	}
	say_sent(finding, facts, origin->at, &answers, status);
	if (say_proxy(finding, origin->at, 0))
		FINDING_SAY(finding->seen, ", and made those statuses itself.");
	conclude_status(finding, asked, &answers, status);
	return 0;
}

static int find_status(const struct diagnose_facts *facts, const struct diagnose_asked *asked,
		       const char *row, unsigned int status, struct findings *findings)
{
	struct diagnose_origins origins;
	int err = diagnose_origins_read(&origins, facts, asked);

	for (unsigned int i = 0; i < origins.count && !err; i++) {
		const struct diagnose_origin *origin = &origins.at[i];
		struct answers answers = answers_of(origin->at);

		if (origin->asked && (asked->object || count_of(&answers, status)))
			err = add_status(row, facts, asked, origin, status, findings);
	}
	diagnose_origins_free(&origins);
	return err;
}

int diagnose_522_find_404(const struct diagnose_facts *facts, const struct diagnose_asked *asked,
			  struct findings *findings)
{
	return find_status(facts, asked, "404", 404, findings);
}

int diagnose_522_find_other(const struct diagnose_facts *facts, const struct diagnose_asked *asked,
			    struct findings *findings)
{
	return find_status(facts, asked, "other", asked->status, findings);
}
