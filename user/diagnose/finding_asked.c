// SPDX-License-Identifier: BSD-2-Clause
#include "diagnose/finding_asked.h"

#include "diagnose/probe_words.h"

struct finding *finding_asked(const struct probe_words_item *item, struct findings *findings,
			      enum finding_grade grade, const char *cause)
{
	struct finding *finding = findings_add(findings);
	char room[PROBE_WORDS_SIZE];

	if (!finding)
		return NULL;
	finding->row = "538";
	finding->grade = grade;
	finding->count = item->result->rows.connections;
	finding->cause = cause;
	FINDING_SAY(finding->object, "%s", probe_words_origin(item->target, room));
	if (*item->name)
		FINDING_SAY(finding->object, " (%s)", item->name);
	finding_word(finding, "by", "probe");
	return finding;
}
