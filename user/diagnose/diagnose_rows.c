// SPDX-License-Identifier: BSD-2-Clause
#include "diagnose/diagnose_rows.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/quantity.h"
#include "diagnose/saying.h"

static bool has_guard(const struct diagnose_facts *facts)
{
	return facts->status.guard;
}

static bool has_ping(const struct diagnose_facts *facts)
{
	return facts->ping.loaded;
}

static bool has_observer(const struct diagnose_facts *facts)
{
	return facts->origins.loaded;
}

#define NO_GUARD "the guard is not loaded: `ecdn-xdp load IFACE`"
#define NO_PING "ping is not loaded: `ecdn-xdp load --ping --nodes FILE IFACE`"
#define NO_OBSERVER "no observer is loaded: `ecdn-xdp load --origin`"

const struct diagnose_row diagnose_rows[] = {
	{ "513", "ADDR|REGION", diagnose_513_find, true, has_guard, NO_GUARD },
	{ "529", NULL, diagnose_529_find, true, has_ping, NO_PING },
	{ "538", "ORIGIN", diagnose_538_find, true, has_observer, NO_OBSERVER },
	{ "564", "ORIGIN", diagnose_564_find, true, has_observer, NO_OBSERVER },
	{ "522", "ORIGIN", diagnose_522_find, true, has_observer, NO_OBSERVER },
	{ "404", "ORIGIN", diagnose_522_find_404, false, has_observer, NO_OBSERVER },
	{ "other", "ORIGIN", diagnose_522_find_other, false, has_observer, NO_OBSERVER },
	{},
};

#define OTHER (sizeof(diagnose_rows) / sizeof(*diagnose_rows) - 2)

const struct diagnose_row *diagnose_rows_find(const char *code)
{
	uint64_t status;

	for (const struct diagnose_row *row = diagnose_rows; row->code; row++)
		if (!strcmp(row->code, code))
			return row;
	if (quantity_parse_whole(code, 599, &status) ||
	    ecdn_xdp_origin_status(status) == ECDN_XDP_ORIGIN_STATUSES)
		return NULL;
	return &diagnose_rows[OTHER];
}

/* 529 tells that there is no ping by a finding, with what can be done. */
static bool fails_without(const struct diagnose_row *row)
{
	return row->can != has_ping;
}

int diagnose_rows_run(const struct diagnose_facts *facts, const struct diagnose_asked *asked,
		      struct findings *findings)
{
	int err = 0;

	if (asked->row && !asked->row->can(facts) && fails_without(asked->row))
		return log_error(-ENOENT, "%s: %s", asked->row->code, asked->row->without);
	if (asked->row)
		err = asked->row->find(facts, asked, findings);
	for (const struct diagnose_row *row = diagnose_rows; !asked->row && row->code; row++)
		if (row->now && row->can(facts))
			err = err ?: row->find(facts, asked, findings);
	if (!asked->row)
		findings_drop_notes(findings);
	findings_sort(findings);
	return err;
}

/* --- what was looked at */

__attribute__((format(printf, 2, 3)))
static void at(struct diagnose_looked *looked, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(looked->at[looked->count++], DIAGNOSE_ROWS_LOOKED_SIZE, format, args);
	va_end(args);
}

static void missed(struct diagnose_looked *looked, const char *what, const char *why)
{
	snprintf(looked->missed[looked->missed_count++], DIAGNOSE_ROWS_LOOKED_SIZE, "%s, as %s",
		 what, why);
}

/* That something failed, and nothing is found, is no contradiction; of a row, its own failures are
 * findings or notes. */
static const char *why_not_told(const struct diagnose_asked *asked, uint64_t failed)
{
	if (!failed)
		return "";
	return asked->row ? " by other codes: `ecdn-xdp origin --failing` lists them" :
			    ", too few of each origin for a finding: `ecdn-xdp origin --failing` "
			    "lists them";
}

static void look_at_origins(const struct diagnose_facts *facts, const struct diagnose_asked *asked,
			    struct diagnose_looked *looked)
{
	uint64_t ended = 0, failed = 0;
	unsigned int origins = 0;
	char since[QUANTITY_DURATION_SIZE];

	for (unsigned int i = 0; i < facts->origins.count; i++) {
		struct view_origin_window window;

		view_origins_window(&facts->origins.at[i], facts->moment.now_ns, asked->since_ns,
				    &window);
		ended += window.ended;
		failed += view_origins_failed(&window);
		origins += window.ended > 0;
	}
	at(looked, "%lu connection%s of the last %s to %u origin%s%s, %lu of which failed%s", ended,
	   saying_s(ended), quantity_about(asked->since_ns, since), origins, saying_s(origins),
	   facts->origins.content ? "" : " (by their sockets alone)", failed,
	   why_not_told(asked, failed));
}

void diagnose_rows_looked(const struct diagnose_facts *facts, const struct diagnose_asked *asked,
			  struct diagnose_looked *looked)
{
	const struct diagnose_row *row = asked->row;
	/* Region "--" is no region. */
	uint32_t regions = facts->regions.count ? facts->regions.count - 1 : 0;

	memset(looked, 0, sizeof(*looked));
	if (has_guard(facts) && (!row || row->can == has_guard))
		at(looked, "%u region%s", regions, saying_s(regions));
	else if (!row)
		missed(looked, "regions (513)", NO_GUARD);
	if (has_ping(facts) && (!row || row->can == has_ping))
		at(looked, "pings of %zu node%s", facts->nodes.count, saying_s(facts->nodes.count));
	else if (!row)
		missed(looked, "pings (529)", NO_PING);
	if (has_observer(facts) && (!row || row->can == has_observer))
		look_at_origins(facts, asked, looked);
	else if (!row)
		missed(looked, "origins (538, 564, 522)", NO_OBSERVER);
	if (has_observer(facts) && !row)
		missed(looked, "statuses of answers (404 and others)", "they are counted since the "
		       "load: `ecdn-xdp diagnose 404`");
}
