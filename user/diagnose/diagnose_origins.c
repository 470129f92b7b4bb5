// SPDX-License-Identifier: BSD-2-Clause
#include "diagnose/diagnose_origins.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/quantity.h"
#include "base/scoped.h"
#include "base/words.h"
#include "diagnose/saying.h"
#include "diagnose/origin_habit.h"

/* The inode of the root of a hierarchy of cgroups. */
#define ROOT_CGROUP 1

/* Of what is read or happens one after the other, a part may be more than all. */
static uint64_t less(uint64_t all, uint64_t part)
{
	return all > part ? all - part : 0;
}

/* --- which origins */

static void mark(const struct view_origin *origin, void *context)
{
	struct diagnose_origins *origins = context;

	for (unsigned int i = 0; i < origins->count; i++) {
		if (origins->at[i].at != origin)
			continue;
		origins->at[i].asked = true;
		origins->asked++;
	}
}

static int unknown(const struct diagnose_facts *facts, const char *word, bool named)
{
	struct words_guess guess = { .word = word };
	char text[WORDS_GUESS_SIZE];

	if (named)
		return log_error(WORDS_WRONG, "%s: this host has not connected to it since the "
				 "observer was loaded", word);
	for (unsigned int i = 0; i < facts->origins.count; i++)
		words_guess_add(&guess, facts->origins.at[i].name);
	words_guess_text(&guess, "", text);
	return log_error(WORDS_WRONG, "%s is no origin that this host has connected to; %s%s"
			 "`ecdn-xdp origin` lists them", word, text, *text ? " " : "");
}

static int choose(struct diagnose_origins *origins, const struct diagnose_facts *facts,
		  const char *word)
{
	int found = word ? view_origins_find(&facts->origins, word, mark, origins) : 0;

	for (unsigned int i = 0; i < origins->count && !word; i++)
		origins->at[i].asked = true;
	if (!word)
		origins->asked = origins->count;
	if (found < 0)
		return WORDS_WRONG;
	return word && !origins->asked ? unknown(facts, word, found) : 0;
}

static bool is_within(const struct diagnose_origins *origins, const struct view_origin *of,
		      const struct ecdn_xdp_origin_failure *failure)
{
	return failure->time_ns >= origins->before_ns &&
	       (!of || (failure->row == of->row &&
			!memcmp(&failure->origin, &of->key, sizeof(of->key))));
}

/* How many of the abnormal ends of a window are its origin's habit: as many as the last failures
 * tell, which may be of a part of the window; all, if they tell of none. */
static uint64_t habit_of(const struct diagnose_origins *origins, const struct diagnose_facts *facts,
			 const struct diagnose_origin *origin)
{
	uint64_t kept = 0, abrupt = 0;

	for (unsigned int i = 0; i < facts->failures; i++) {
		const struct ecdn_xdp_origin_failure *failure = &facts->failure[i];

		if (view_origins_code(failure->cause) != 564 ||
		    !is_within(origins, origin->at, failure))
			continue;
		kept++;
		abrupt += failure->cause == ECDN_XDP_ORIGIN_NO_CLOSE_NOTIFY;
	}
	return kept ? origin->window.abnormal * abrupt / kept : origin->window.abnormal;
}

int diagnose_origins_read(struct diagnose_origins *origins, const struct diagnose_facts *facts,
			  const struct diagnose_asked *asked)
{
	uint64_t now_ns = facts->moment.now_ns;

	memset(origins, 0, sizeof(*origins));
	/* As view_origins_window() does: from the first span on that began within the time. */
	origins->before_ns = less(now_ns, asked->since_ns) + (1ULL << ECDN_XDP_ORIGIN_SPAN) - 1;
	origins->before_ns &= ~((1ULL << ECDN_XDP_ORIGIN_SPAN) - 1);
	origins->at = calloc(facts->origins.count + 1, sizeof(*origins->at));
	if (!origins->at)
		return log_error(-ENOMEM, "out of memory for the origins");
	for (unsigned int i = 0; i < facts->origins.count; i++) {
		const struct view_origin *from = &facts->origins.at[i];
		struct diagnose_origin *to = &origins->at[origins->count];

		if (!from->has_row || !from->row)
			continue;
		to->at = from;
		view_origins_window(from, now_ns, asked->since_ns, &to->window);
		to->abrupt = origin_habit_is_abrupt(from);
		to->habit = to->abrupt ? habit_of(origins, facts, to) : 0;
		origins->count++;
	}
	return choose(origins, facts, asked->object);
}

void diagnose_origins_free(struct diagnose_origins *origins)
{
	free(origins->at);
	memset(origins, 0, sizeof(*origins));
}

/* --- whose network */

uint64_t diagnose_origins_failed(const struct diagnose_origin *origin,
				 enum diagnose_origins_kind kind)
{
	const struct view_origin_window *window = &origin->window;

	switch (kind) {
	case DIAGNOSE_ORIGINS_NETWORK: return window->network;
	case DIAGNOSE_ORIGINS_HANDSHAKE: return window->network + window->handshake;
	case DIAGNOSE_ORIGINS_ABNORMAL: return window->abnormal - origin->habit;
	default: return window->response;
	}
}

/* The same of all that was counted since the origin got its row. */
static uint64_t ever_failed(const struct diagnose_origin *origin, enum diagnose_origins_kind kind)
{
	const struct ecdn_xdp_origin_stats *stats = &origin->at->stats;
	uint64_t habit = origin->abrupt ? stats->cause[ECDN_XDP_ORIGIN_NO_CLOSE_NOTIFY] : 0;
	uint64_t failed = 0;

	switch (kind) {
	case DIAGNOSE_ORIGINS_HANDSHAKE: return view_origins_sum(stats, 538);
	case DIAGNOSE_ORIGINS_ABNORMAL: return view_origins_sum(stats, 564) - habit;
	case DIAGNOSE_ORIGINS_RESPONSE: return view_origins_sum(stats, 522);
	case DIAGNOSE_ORIGINS_NETWORK: break;
	}
	for (unsigned int cause = ECDN_XDP_ORIGIN_FIRST_538; cause < ECDN_XDP_ORIGIN_FIRST_564;
	     cause++) {
		const struct ecdn_xdp_origin_failure one = { .cause = cause, .alert = 255 };

		if (failure_class_of(&one) == FAILURE_CLASS_NETWORK)
			failed += stats->cause[cause];
	}
	return failed;
}

static uint64_t ever_ended(const struct ecdn_xdp_origin_stats *stats)
{
	uint64_t ended = 0;

	for (unsigned int cause = 0; cause < ECDN_XDP_ORIGIN_CAUSES; cause++)
		ended += stats->cause[cause];
	return ended;
}

static double usual(const struct diagnose_origins *origins, enum diagnose_origins_kind kind)
{
	uint64_t failed = 0, ended = 0;

	for (unsigned int i = 0; i < origins->count; i++) {
		const struct diagnose_origin *origin = &origins->at[i];

		failed += less(ever_failed(origin, kind),
			       diagnose_origins_failed(origin, kind));
		ended += less(ever_ended(&origin->at->stats), origin->window.ended);
	}
	return egress_rule_usual(failed, ended);
}

static uint32_t network_of(const struct diagnose_facts *facts,
			   const struct ecdn_xdp_origin_key *key)
{
	struct address address;

	if (!facts->table.lines)
		return 0;
	address_from_bytes(&address, address_family(key->family), key->addr);
	return view_table_find(&facts->table, &address).id;
}

int diagnose_origins_judge(struct diagnose_origins *origins, const struct diagnose_facts *facts,
			   enum diagnose_origins_kind kind, struct egress_rule *rule)
{
	scoped_free struct egress_rule_origin *at = calloc(origins->count + 1, sizeof(*at));

	*rule = (struct egress_rule){ .usual = usual(origins, kind) };
	if (!at)
		return log_error(-ENOMEM, "out of memory for the origins");
	for (unsigned int i = 0; i < origins->count; i++) {
		const struct diagnose_origin *origin = &origins->at[i];

		at[i] = (struct egress_rule_origin){
			.connections = origin->window.ended,
			.failures = diagnose_origins_failed(origin, kind),
			.network = network_of(facts, &origin->at->key),
			.sure = origin->at->named || facts->observer.cgroup > ROOT_CGROUP,
		};
	}
	egress_rule_judge(rule, at, origins->count);
	for (unsigned int i = 0; i < origins->count; i++)
		origins->at[i].judged = at[i];
	return 0;
}

/* --- how they failed */

uint64_t diagnose_origins_rejected(const struct diagnose_facts *facts,
				   const struct diagnose_origins *origins,
				   const struct view_origin *of)
{
	uint64_t rejected = 0;

	for (unsigned int i = 0; i < facts->failures; i++)
		rejected += facts->failure[i].cause == ECDN_XDP_ORIGIN_REJECTED_HERE &&
			    is_within(origins, of, &facts->failure[i]);
	return rejected;
}

static void count_way(struct diagnose_way *ways, unsigned int *count, unsigned int room,
		      const struct ecdn_xdp_origin_failure *failure)
{
	for (unsigned int i = 0; i < *count; i++) {
		if (!failure_class_alike(ways[i].last, failure))
			continue;
		ways[i].count++;
		return;
	}
	if (*count < room)
		ways[(*count)++] = (struct diagnose_way){ failure, 1 };
}

static int by_count(const void *one, const void *other)
{
	unsigned int a = ((const struct diagnose_way *)one)->count;
	unsigned int b = ((const struct diagnose_way *)other)->count;

	return a > b ? -1 : a < b;
}

unsigned int diagnose_origins_ways(const struct diagnose_facts *facts,
				   const struct diagnose_origins *origins,
				   const struct view_origin *of, unsigned int code,
				   struct diagnose_way *ways, unsigned int most)
{
	struct diagnose_way all[32];
	unsigned int count = 0;

	for (unsigned int i = 0; i < facts->failures; i++)
		if (view_origins_code(facts->failure[i].cause) == code &&
		    is_within(origins, of, &facts->failure[i]))
			count_way(all, &count, sizeof(all) / sizeof(*all), &facts->failure[i]);
	if (count)
		qsort(all, count, sizeof(*all), by_count);
	if (count > most)
		count = most;
	memcpy(ways, all, count * sizeof(*ways));
	return count;
}

void diagnose_origins_say_ways(struct finding *finding, const struct diagnose_way *ways,
			       unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		FINDING_SAY(finding->seen, "%s %u time%s ", i ? "," : ";", ways[i].count,
			    saying_s(ways[i].count));
		failure_class_say(ways[i].last, finding->seen, sizeof(finding->seen));
	}
}

/* --- findings */

struct finding *diagnose_origins_add(struct findings *findings, const char *row,
				     const struct diagnose_origin *origin, uint64_t failed)
{
	struct finding *finding = findings_add(findings);
	char text[VIEW_ORIGINS_TEXT_SIZE];

	if (!finding)
		return NULL;
	finding->row = row;
	finding->count = failed;
	view_origins_format(&origin->at->key, text);
	FINDING_SAY(finding->object, "%s", text);
	if (*origin->at->name)
		FINDING_SAY(finding->object, " (%s)", origin->at->name);
	finding_word(finding, "origin", text);
	finding_word(finding, "name", origin->at->name);
	finding_number(finding, "failed", failed);
	finding_number(finding, "connections", origin->window.ended);
	return finding;
}

void diagnose_origins_say_share(struct finding *finding, uint64_t failed, uint64_t ended,
				const char *verb, uint64_t since_ns)
{
	char share[SAYING_SIZE], since[QUANTITY_DURATION_SIZE];

	FINDING_SAY(finding->seen, "%lu of %lu connection%s (%s) %s in the last %s", failed, ended,
		    saying_s(ended), saying_share(failed, ended, share), verb,
		    quantity_about(since_ns, since));
}

void diagnose_origins_say_unsure(struct finding *finding, const struct diagnose_origin *origin)
{
	if (!origin->judged.sure)
		FINDING_SAY(finding->unknown, "%sIt is not named, and any user of this host can "
			    "have made connections to it fail: " DIAGNOSE_ORIGINS_SURE_BY,
			    *finding->unknown ? " " : "");
}
