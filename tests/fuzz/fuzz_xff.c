// SPDX-License-Identifier: BSD-2-Clause
/*
 * fuzz_xff.c - a log of any bytes, packed or not: what is read of it, and what is concluded.
 */
#include "fuzz.h"

#include <string.h>

#include "base/log.h"
#include "diagnose/xff_findings.h"
#include "xff/xff_read.h"

static void check_counts(const struct xff_counts *counts)
{
	uint64_t records = 0;

	for (uint32_t i = 0; i < counts->cell_count; i++) {
		const struct xff_cell *cell = &counts->cell[i];

		check(cell->users.count <= XFF_USERS_MAX);
		for (int scheme = 0; scheme < XFF_SCHEMES; scheme++)
			for (int class = 0; class < XFF_CLASSES; class++)
				records += cell->records[scheme][class];
	}
	check(records == counts->records);
	check(counts->bad + counts->records + counts->visits + counts->passed_over ==
	      counts->lines);
}

static void conclude(const struct xff_counts *counts)
{
	const struct xff_calls calls = {};
	struct findings findings = {};
	struct xff_verdict verdict;
	char unknown[512];

	check(!xff_verdict_find(&verdict, counts));
	check(!xff_findings_add(&findings, counts, &verdict, &calls));
	xff_findings_unknown(counts, &verdict, unknown, sizeof(unknown));
	for (unsigned int i = 0; i < verdict.count; i++)
		check(verdict.at[i].chance <= -4);
	findings_free(&findings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct xff_options options = { .seed = size, .at_node = size & 1 };
	struct xff_counts *counts = xff_counts_new(&options);
	char path[FUZZ_PATH_SIZE];
	int fd = fuzz_file(data, size, path);

	check(counts != NULL);
	log_set_level(LOG_ERROR);
	if (!xff_read_log(counts, path, NULL)) {
		check_counts(counts);
		conclude(counts);
	}
	xff_counts_free(counts);
	close(fd);
	return 0;
}
