// SPDX-License-Identifier: BSD-2-Clause
#include "show/limit_text.h"

#include <stdio.h>
#include <string.h>

#include "base/quantity.h"
#include "base/when.h"
#include "guard/limits_apply.h"
#include "show/columns.h"

/* A value of limits, and how it is written. */
struct value {
	const char *name;
	unsigned int what;
	size_t offset;
	bool duration;
};

#define VALUE(member, bit) { #member, bit, offsetof(struct ecdn_xdp_limits, member), false }

static const struct value values[] = {
	VALUE(pps, LIMITS_PPS),
	VALUE(bps, LIMITS_BPS),
	VALUE(cps, LIMITS_CPS),
	VALUE(prefix_pps, LIMITS_PREFIX_PPS),
	{ "aggregate_pps", LIMITS_AGGREGATE_PPS,
	  offsetof(struct ecdn_xdp_limits, aggregate_pps[0]), false },
	{ "and of /32", LIMITS_AGGREGATE_PPS,
	  offsetof(struct ecdn_xdp_limits, aggregate_pps[1]), false },
	VALUE(answer_cps, LIMITS_ANSWER_CPS),
	VALUE(shield_cps, LIMITS_SHIELD_CPS),
	{ "grace", LIMITS_GRACE, offsetof(struct ecdn_xdp_limits, grace_ns), true },
	{ "hold", LIMITS_HOLD, offsetof(struct ecdn_xdp_limits, hold_ns), true },
};

static void print_value(FILE *to, const struct value *value, const struct ecdn_xdp_limits *limits)
{
	uint64_t number = *(const __u64 *)((const char *)limits + value->offset);
	char room[COLUMNS_RATE_SIZE];

	if (value->duration)
		fprintf(to, "%gs", number / 1e9);
	else
		fputs(number ? columns_rate_text(number, room) : "no limit", to);
}

static bool is_same(const struct value *value, const struct ecdn_xdp_limits *one,
		    const struct ecdn_xdp_limits *other)
{
	return *(const __u64 *)((const char *)one + value->offset) ==
	       *(const __u64 *)((const char *)other + value->offset);
}

/* Returns what goes before more. */
static const char *print_auto(FILE *to, const struct limits_change *change)
{
	bool was = change->told.before.own & ECDN_XDP_OWN_AUTO;

	if (!(change->what & LIMITS_AUTO))
		return "";
	fprintf(to, change->learns ? "limits are learned%s" : "limits are not learned%s",
		was == change->learns ? "" : change->learns ? " from now on" : " any more");
	return ", ";
}

/* Rates as they were set, and not the learned ones that are in force. */
static struct ecdn_xdp_limits as_set(const struct ecdn_xdp_limits *limits,
				     const struct limits_learned *learned)
{
	struct ecdn_xdp_limits set = *limits;

	if (learned->has)
		limits_learned_to_own(&set, &learned->row);
	return set;
}

static void print_values(FILE *to, const struct limits_change *change)
{
	const struct ecdn_xdp_limits before = as_set(&change->told.before,
						     &change->told.learned_before);
	const struct ecdn_xdp_limits after = as_set(&change->told.after,
						    &change->told.learned_after);
	const char *between = print_auto(to, change);

	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		const struct value *value = &values[i];

		if (!(change->what & value->what))
			continue;
		fprintf(to, "%s%s ", between, value->name);
		print_value(to, value, &after);
		if (!is_same(value, &before, &after)) {
			fputs(" (was ", to);
			print_value(to, value, &before);
			fputs(")", to);
		} else if (!(before.own & value->what)) {
			fputs(" (as before, but now set here)", to);
		}
		between = ", ";
	}
}

static void print_clear(FILE *to, const struct limits_change *change)
{
	fputs(limits_is_default(change) ? "no limits are set any more" :
	      "has no limits of its own any more, and follows the default", to);
}

/* "until 2026-11-28 14:00 (2h)" */
static void print_end(FILE *to, const struct limits_change *change, uint64_t end_ns)
{
	const struct clock_moment now = clock_now();
	char at[WHEN_SIZE], span[QUANTITY_DURATION_SIZE];

	if (end_ns == LAYERS_FOREVER)
		fputs("until `ecdn-xdp release`", to);
	else
		fprintf(to, "until %s (%s)", when_text(now.epoch_ns + end_ns, at),
			quantity_about(end_ns - change->told.now_ns, span));
}

static uint64_t block_end(const struct ecdn_xdp_limits *limits)
{
	return limits->blocked_until_ns ?: LAYERS_FOREVER;
}

static bool stands(const struct limits_change *change, const struct ecdn_xdp_limits *limits,
		   enum ecdn_xdp_note_kind kind)
{
	return layers_stands(limits, kind, change->told.now_ns);
}

static void print_exemption(FILE *to, const struct limits_change *change)
{
	const struct ecdn_xdp_limits *after = &change->told.after;

	fputs("exempt ", to);
	print_end(to, change, after->exempt_until_ns);
	if (!stands(change, after, ECDN_XDP_NOTE_BLOCK))
		return;
	if (after->exempt_until_ns == LAYERS_FOREVER)
		fputs("; that goes before its block", to);
	else if (block_end(after) > after->exempt_until_ns)
		fputs("; its block holds again then", to);
	else
		fputs("; its block ends before that", to);
}

static void print_block(FILE *to, const struct limits_change *change)
{
	const struct ecdn_xdp_limits *after = &change->told.after;

	fputs("blocked ", to);
	print_end(to, change, block_end(after));
	if (!stands(change, after, ECDN_XDP_NOTE_EXEMPT))
		return;
	fputs("; it is exempt ", to);
	print_end(to, change, after->exempt_until_ns);
	fputs(", which goes before", to);
}

static void print_release(FILE *to, const struct limits_change *change)
{
	const struct ecdn_xdp_limits *before = &change->told.before;
	bool exempt = stands(change, before, ECDN_XDP_NOTE_EXEMPT);
	bool blocked = stands(change, before, ECDN_XDP_NOTE_BLOCK);

	if (exempt)
		fputs("no longer exempt", to);
	if (blocked)
		fprintf(to, "%sno longer blocked", exempt ? ", " : "");
	if (!exempt && !blocked)
		fputs(change->told.state == ECDN_XDP_STATE_NORMAL ?
		      "normal, so there was nothing to release" : "its surge is over", to);
}

static void print_same(FILE *to, const struct limits_change *change)
{
	fputs("nothing changed, it was so already: ", to);
	if (change->what & LIMITS_CLEAR)
		fputs("no limits are set", to);
	if (change->what & LIMITS_EXEMPT)
		print_exemption(to, change);
	if (change->what & LIMITS_BLOCK)
		print_block(to, change);
	print_values(to, change);
}

static void print(FILE *to, const struct limits_change *change)
{
	fprintf(to, "%s: ", change->region);
	if (change->what & LIMITS_RELEASE)
		print_release(to, change);
	else if (!limits_apply_changed(change))
		print_same(to, change);
	else if (change->what & LIMITS_CLEAR)
		print_clear(to, change);
	else if (change->what & LIMITS_EXEMPT)
		print_exemption(to, change);
	else if (change->what & LIMITS_BLOCK)
		print_block(to, change);
	else
		print_values(to, change);
}

char *limit_text(const struct limits_change *change)
{
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	if (!to)
		return NULL;
	print(to, change);
	return fclose(to) ? NULL : text;
}
