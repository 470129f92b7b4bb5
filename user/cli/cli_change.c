// SPDX-License-Identifier: BSD-2-Clause
#include "cli/cli_change.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/log.h"
#include "regions/largest.h"

int cli_change_take(const struct cli_change *words, const struct cli *cli,
		    struct guard_request *request)
{
	bool given = words->keep || words->rest || words->shrink ||
		     cli->given & CLI_CHANGE_KEEP_LARGEST;
	struct region_sources *sources = &request->sources;

	if (given && !sources->count && !request->reload)
		return log_error(CLI_USAGE, "--shrink, --keep-largest, --keep and --rest go with "
				 "region files: name them");
	if (cli->given & CLI_CHANGE_KEEP_LARGEST) {
		if (!words->keep_largest)
			return log_error(CLI_USAGE, "--keep-largest 0: must be at least 1");
		sources->keep_largest = words->keep_largest;
	}
	sources->keep = words->keep ?: sources->keep;
	sources->rest = words->rest ?: sources->rest;
	request->shrink |= words->shrink;
	return largest_check(sources) ? CLI_USAGE : 0;
}

static void print_lost(const struct region_change *change)
{
	unsigned int named = change->lost < REGION_CHANGE_LOST ? change->lost : REGION_CHANGE_LOST;

	for (unsigned int i = 0; i < named; i++)
		printf("%s%s", i ? ", " : "; without ranges now: ", change->lost_name[i]);
	if (change->lost > named)
		printf(" and %u more", change->lost - named);
}

static void print_ranges(const struct region_change *change)
{
	const uint64_t *after = change->after.ranges, *before = change->before.ranges;

	if (change->first || change->same)
		printf("%" PRIu64 " IPv4 and %" PRIu64 " IPv6 ranges", after[COVERAGE_V4],
		       after[COVERAGE_V6]);
	else
		printf("IPv4 %" PRIu64 " -> %" PRIu64 " ranges, IPv6 %" PRIu64 " -> %" PRIu64
		       " ranges", before[COVERAGE_V4], after[COVERAGE_V4], before[COVERAGE_V6],
		       after[COVERAGE_V6]);
}

void cli_change_print(const struct cli *cli, const struct region_change *change, bool would)
{
	if (!change->generation || cli->quiet)
		return;
	printf("region table: %sgeneration %" PRIu64 ", ", would ? "would be " : "",
	       change->generation);
	print_ranges(change);
	print_lost(change);
	puts(change->first ? "; there were none before to compare with" :
	     change->same ? "; the same as before" : "");
}
