// SPDX-License-Identifier: BSD-2-Clause
/*
 * fuzz_answers.c - a proxy's log of any bytes: what is counted of it, and what is said.
 */
#include "fuzz.h"

#include "access/access_log.h"
#include "base/log.h"
#include "diagnose/answers_findings.h"

static uint64_t check_part(const struct answers_part *part)
{
	uint64_t of_paths = 0, of_hows = 0;

	for (unsigned int i = 0; i < ANSWERS_HOWS; i++)
		of_hows += part->how[i];
	check(of_hows == part->count);
	for (unsigned int i = 0; part->paths && i < part->paths->count; i++) {
		check(part->paths->over[i] <= part->paths->times[i]);
		of_paths += part->paths->times[i];
	}
	check(!part->paths || of_paths == part->count);
	check(part->first_ns <= part->last_ns);
	return part->count;
}

static void check_counts(const struct answers_counts *counts)
{
	for (unsigned int i = 0; i < counts->count; i++) {
		const struct answers_origin *origin = &counts->at[i];

		check(check_part(&origin->sent) + check_part(&origin->made) <= origin->asked);
		check(origin->answers <= origin->asked);
	}
	check(check_part(&counts->unasked) <= counts->had);
	check(counts->records + counts->bad == counts->lines);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned int statuses[] = { 404, 522, 0, 502 };
	const struct answers_options options = {
		.status = statuses[size % 4], .broken = size % 4 == 1, .seed = size
	};
	const struct answers_findings_asked asked = {
		.row = "404", .log = "a log", .origin = size & 8
	};
	struct answers_counts *counts = answers_counts_new(&options);
	struct findings findings = {};
	char path[FUZZ_PATH_SIZE], text[224];
	int fd = fuzz_file(data, size, path);

	check(counts != NULL);
	log_set_level(LOG_ERROR);
	if (!answers_counts_log(counts, path, NULL)) {
		check_counts(counts);
		check(!answers_findings_add(&findings, counts, &asked));
		answers_findings_looked(counts, asked.log, text, sizeof(text));
		findings_free(&findings);
	}
	answers_counts_free(counts);
	close(fd);
	return 0;
}
