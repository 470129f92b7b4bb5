/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * checks.h - is everything as configured? Facts are read once, and each row of a family of checks
 * looks at them and reports what is not as it should be, with what to do.
 */
#ifndef CHECK_CHECKS_H
#define CHECK_CHECKS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "view/view_nodes.h"
#include "view/view_ping.h"
#include "view/view_rates.h"
#include "view/view_regions.h"
#include "view/view_status.h"
#include "view/view_steer.h"

#define CHECKS_TABLE_AGE_NS (45 * 86400 * 1000000000ULL)
#define CHECKS_MONITOR_NS (2 * 86400 * 1000000000ULL)

/* What the caller asks for. */
struct checks_options {
	uint64_t table_age_ns;  /* a region table that is older is a fault */
	uint64_t monitor_ns;    /* monitor mode that lasts longer is one */
	uint64_t watch_ns;      /* how long counters are watched for whether they grow */
};

struct checks_facts {
	const char *pin_dir;
	struct checks_options options;
	struct clock_moment moment;
	struct view_status status;
	struct view_ping ping;
	struct view_nodes nodes;
	/* What follows is empty unless the guard is loaded. */
	struct view_regions regions;
	struct view_steer steer;
	struct view_allowance allowed;
	struct ecdn_xdp_events grown; /* what was counted while counters were watched */
};

struct checks_fault {
	const char *check;      /* the name of the row */
	char what[256];
	char remedy[160];
};

struct checks_report {
	const char *check;      /* the row that runs */
	struct checks_fault *at;
	unsigned int count;
	bool failed;            /* memory did not suffice for all */
};

/* A check. Families end with a NULL name. */
struct checks_row {
	const char *name;
	void (*run)(const struct checks_facts *facts, struct checks_report *report);
};

/* Reads all facts. 0 or a negative errno, logged. To be freed with checks_free(), after an error
 * too. */
int checks_read(struct checks_facts *facts, const char *pin_dir,
		const struct checks_options *options);
void checks_free(struct checks_facts *facts);

/* Runs the checks of a family. The owner frees report->at, which is NULL before the first one. */
void checks_run_rows(const struct checks_row *rows, const struct checks_facts *facts,
		     struct checks_report *report);

/* Adds a fault of the row that runs, with its remedy. */
void checks_add(struct checks_report *report, const char *remedy, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* A list of names, of which some are shown. Starts as zeros. */
struct checks_names {
	char text[160];
	unsigned int count;
};

void checks_name(struct checks_names *names, const char *name);

#endif
