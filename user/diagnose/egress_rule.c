// SPDX-License-Identifier: BSD-2-Clause
#include "diagnose/egress_rule.h"

#include "base/words.h"

#define USUAL_LEAST 0.002
#define USUAL_MOST 0.05
#define USUAL_CONNECTIONS 500   /* counted before: less says nothing of a rate of some per mille */

#define CONNECTIONS_LEAST 5
#define FAILURES_LEAST 3
#define FAILING_SHARE 0.1
#define FAILING_CHANCE 1e-4
#define FALSE_ALARMS 0.01       /* a window, of all origins that are asked about */
#define TOUCHED_SHARE 0.05
#define TOUCHED_USUALS 3
#define TOUCHED_CHANCE 0.2
#define FAILING_LEAST 2
#define ASKED_LEAST 4

/* Of fewer origins, half may be touched by luck where a third of them fail. */
#define ASKED_FEW 16
#define WELL_CHANCE 1e-6

/* Terms that are smaller than the largest by this are left out. */
#define TERM_LEAST 1e-30

double egress_rule_usual(uint64_t failures, uint64_t connections)
{
	double rate = connections < USUAL_CONNECTIONS ? 0 : (double)failures / connections;

	return rate < USUAL_LEAST ? USUAL_LEAST : rate > USUAL_MOST ? USUAL_MOST : rate;
}

/*
 * Sums up terms that are told by the largest one, which stands for 1, as the terms themselves are
 * too small for a double: each follows from its neighbour by P(i + 1) / P(i) = (n - i) / (i + 1) *
 * p / (1 - p). It takes some multiples of the square root of n * p steps.
 */
double egress_rule_chance(uint64_t n, uint64_t k, double p)
{
	double odds = p / (1 - p), all = 0, tail = 0, term = 1;
	uint64_t mode = (n + 1) * p;

	if (!k || k > n || p <= 0 || p >= 1)
		return !k || (p >= 1 && k <= n);
	if (mode > n)
		mode = n;
	for (uint64_t i = mode; i <= n && term > TERM_LEAST; i++) {
		all += term;
		tail += i >= k ? term : 0;
		term *= (double)(n - i) / (i + 1) * odds;
	}
	term = 1;
	for (uint64_t i = mode; i > 0 && term > TERM_LEAST; i--) {
		term *= i / ((n - i + 1) * odds);
		all += term;
		tail += i - 1 >= k ? term : 0;
	}
	return tail / all;
}

static bool is_failing(const struct egress_rule_origin *of, double usual, double least)
{
	return of->asked && of->failures >= FAILURES_LEAST &&
	       of->failures >= of->connections * FAILING_SHARE &&
	       egress_rule_chance(of->connections, of->failures, usual) < least;
}

static bool is_touched(uint64_t connections, uint64_t failures, double usual)
{
	return failures && failures >= connections * TOUCHED_SHARE &&
	       failures >= connections * TOUCHED_USUALS * usual &&
	       egress_rule_chance(connections, failures, usual) < TOUCHED_CHANCE;
}

static void ask(struct egress_rule *rule, struct egress_rule_origin *at, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		at[i].asked = at[i].connections >= CONNECTIONS_LEAST;
		rule->named += at[i].asked && at[i].sure;
	}
	rule->sure = rule->named >= ASKED_LEAST;
}

static bool takes(const struct egress_rule *rule, const struct egress_rule_origin *of)
{
	return of->sure || !rule->sure;
}

/* Where many are asked about, what is rare for each of them is not rare for one of them. */
static double failing_chance(const struct egress_rule *rule)
{
	return rule->asked * FAILING_CHANCE > FALSE_ALARMS ? FALSE_ALARMS / rule->asked :
							     FAILING_CHANCE;
}

static void judge_each(const struct egress_rule *rule, struct egress_rule_origin *at,
		       unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		struct egress_rule_origin *of = &at[i];

		of->fails = is_failing(of, rule->usual, failing_chance(rule));
		of->touched = of->asked && (of->fails || is_touched(of->connections, of->failures,
								    rule->usual));
	}
}

static void sum_up(struct egress_rule *rule, const struct egress_rule_origin *at,
		   unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		if (!takes(rule, &at[i]))
			continue;
		rule->connections += at[i].connections;
		rule->failures += at[i].failures;
		rule->origins += at[i].connections > 0;
		rule->asked += at[i].asked;
	}
}

static void count_verdicts(struct egress_rule *rule, const struct egress_rule_origin *at,
			   unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		if (!takes(rule, &at[i]))
			continue;
		rule->touched += at[i].touched;
		rule->fails += at[i].fails;
	}
}

struct tally {
	uint64_t connections, failures;
};

static void tally(struct tally *to, const struct egress_rule_origin *of)
{
	to->connections += of->connections;
	to->failures += of->failures;
}

/* Whether so few connections of the first would hardly fail if as many did as of the other. */
static bool is_better(const struct tally *well, const struct tally *ill)
{
	/* So few failures are so many successes, whose tail is the upper one. */
	return well->connections && ill->connections &&
	       egress_rule_chance(well->connections, well->connections - well->failures,
				  1 - (double)ill->failures / ill->connections) < WELL_CHANCE;
}

static bool some_are_well(const struct egress_rule *rule, const struct egress_rule_origin *at,
			  unsigned int count)
{
	struct tally well = {}, ill = {};

	for (unsigned int i = 0; i < count; i++)
		if (takes(rule, &at[i]) && at[i].asked)
			tally(at[i].touched ? &ill : &well, &at[i]);
	return is_better(&well, &ill);
}

/* The network of all that fail; 0: they have none in common, or too little is known of others. */
static uint32_t common_network(const struct egress_rule *rule, const struct egress_rule_origin *at,
			       unsigned int count)
{
	unsigned int inside = 0, touched = 0, outside = 0;
	struct tally well = {}, ill = {};
	uint32_t network = 0;

	for (unsigned int i = 0; i < count; i++) {
		if (!takes(rule, &at[i]) || !at[i].fails)
			continue;
		if (!at[i].network || (network && at[i].network != network))
			return 0;
		network = at[i].network;
	}
	for (unsigned int i = 0; i < count; i++) {
		bool in = at[i].network == network;

		if (!takes(rule, &at[i]) || !at[i].asked)
			continue;
		inside += in;
		touched += in && at[i].touched;
		outside += !in;
		tally(in ? &ill : &well, &at[i]);
	}
	return outside >= FAILING_LEAST && 2 * touched >= inside && is_better(&well, &ill) ?
	       network : 0;
}

void egress_rule_judge(struct egress_rule *rule, struct egress_rule_origin *at,
		       unsigned int count)
{
	ask(rule, at, count);
	sum_up(rule, at, count);
	judge_each(rule, at, count);
	count_verdicts(rule, at, count);
	rule->verdict = rule->fails ? EGRESS_RULE_ORIGINS : EGRESS_RULE_NOTHING;
	if (rule->fails < FAILING_LEAST)
		return;
	rule->network = common_network(rule, at, count);
	if (rule->network)
		rule->verdict = EGRESS_RULE_NETWORK;
	else if (rule->asked >= ASKED_LEAST && 2 * rule->touched >= rule->asked)
		rule->verdict = rule->asked < ASKED_FEW && some_are_well(rule, at, count) ?
				EGRESS_RULE_UNCLEAR : EGRESS_RULE_NODE;
}

const char *egress_rule_name(enum egress_rule_verdict verdict)
{
	static const char *const names[] = {
		[EGRESS_RULE_NOTHING] = "nothing", [EGRESS_RULE_NODE] = "node",
		[EGRESS_RULE_ORIGINS] = "origins", [EGRESS_RULE_NETWORK] = "network",
		[EGRESS_RULE_UNCLEAR] = "unclear",
	};

	return words_name(names, sizeof(names) / sizeof(*names), verdict);
}
