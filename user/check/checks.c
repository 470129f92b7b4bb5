// SPDX-License-Identifier: BSD-2-Clause
#include "check/checks.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/array.h"
#include "base/log.h"

#define NAMES_SHOWN 5

/* Waits, and reads the events again. */
static int watch(struct checks_facts *facts)
{
	const struct timespec pause = {
		facts->options.watch_ns / NS_PER_SECOND, facts->options.watch_ns % NS_PER_SECOND,
	};
	const __u64 *before = (const void *)&facts->status.events, *now;
	__u64 *grown = (void *)&facts->grown;
	struct view_status later;
	int err;

	if (!facts->options.watch_ns)
		return 0;
	nanosleep(&pause, NULL);
	err = view_status_read(&later, facts->pin_dir);
	if (err)
		return err;
	now = (const void *)&later.events;
	for (size_t i = 0; i < sizeof(facts->grown) / sizeof(*grown); i++)
		grown[i] = now[i] - before[i];
	view_status_free(&later);
	return 0;
}

int checks_read(struct checks_facts *facts, const char *pin_dir,
		const struct checks_options *options)
{
	int err;

	memset(facts, 0, sizeof(*facts));
	facts->pin_dir = pin_dir;
	facts->options = *options;
	facts->moment = clock_now();
	err = view_status_read(&facts->status, pin_dir);
	err = err ?: view_ping_read(&facts->ping, pin_dir);
	err = err ?: view_nodes_read(&facts->nodes, pin_dir);
	if (err || !facts->status.guard)
		return err;
	err = view_regions_read(&facts->regions, pin_dir);
	err = err ?: view_steer_read(&facts->steer, pin_dir);
	err = err ?: view_rates_allowed(&facts->allowed, pin_dir);
	return err ?: watch(facts);
}

void checks_free(struct checks_facts *facts)
{
	view_status_free(&facts->status);
	view_ping_free(&facts->ping);
	view_nodes_free(&facts->nodes);
	view_regions_free(&facts->regions);
	view_steer_free(&facts->steer);
	view_rates_free_allowed(&facts->allowed);
}

void checks_run_rows(const struct checks_row *rows, const struct checks_facts *facts,
		     struct checks_report *report)
{
	for (; rows->name; rows++) {
		report->check = rows->name;
		rows->run(facts, report);
	}
}

void checks_add(struct checks_report *report, const char *remedy, const char *format, ...)
{
	struct checks_fault fault = { .check = report->check };
	va_list args;

	va_start(args, format);
	vsnprintf(fault.what, sizeof(fault.what), format, args);
	va_end(args);
	snprintf(fault.remedy, sizeof(fault.remedy), "%s", remedy);
	report->failed |= array_append(report->at, report->count, &fault) != 0;
}

void checks_name(struct checks_names *names, const char *name)
{
	size_t used = strlen(names->text);

	names->count++;
	if (names->count <= NAMES_SHOWN)
		snprintf(names->text + used, sizeof(names->text) - used, "%s%s", used ? ", " : "",
			 name);
	else if (names->count == NAMES_SHOWN + 1)
		snprintf(names->text + used, sizeof(names->text) - used, ", ...");
}
