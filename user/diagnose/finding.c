// SPDX-License-Identifier: BSD-2-Clause
#include "diagnose/finding.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/escape.h"
#include "base/log.h"
#include "base/scoped.h"
#include "base/words.h"

struct finding *findings_add(struct findings *findings)
{
	const struct finding empty = { .row = "", .cause = "" };

	if (array_append(findings->at, findings->count, &empty)) {
		log_error(-ENOMEM, "out of memory for what was found");
		return NULL;
	}
	return &findings->at[findings->count - 1];
}

static bool is_worse(const struct finding *one, const struct finding *other)
{
	return one->grade != other->grade ? one->grade > other->grade : one->count > other->count;
}

/* By insertion: findings are few. */
void findings_sort(struct findings *findings)
{
	for (unsigned int i = 1; i < findings->count; i++) {
		struct finding moved = findings->at[i];
		unsigned int to = i;

		for (; to && is_worse(&moved, &findings->at[to - 1]); to--)
			findings->at[to] = findings->at[to - 1];
		findings->at[to] = moved;
	}
}

unsigned int findings_wrong(const struct findings *findings)
{
	unsigned int wrong = 0;

	for (unsigned int i = 0; i < findings->count; i++)
		wrong += findings->at[i].grade != FINDING_NOTE;
	return wrong;
}

void findings_drop_notes(struct findings *findings)
{
	unsigned int kept = 0;

	for (unsigned int i = 0; i < findings->count; i++) {
		if (findings->at[i].grade == FINDING_NOTE)
			json_decref(findings->at[i].details);
		else
			findings->at[kept++] = findings->at[i];
	}
	findings->count = kept;
}

void findings_free(struct findings *findings)
{
	for (unsigned int i = 0; i < findings->count; i++)
		json_decref(findings->at[i].details);
	free(findings->at);
	memset(findings, 0, sizeof(*findings));
}

const char *finding_grade_name(enum finding_grade grade)
{
	static const char *const names[] = {
		[FINDING_NOTE] = "note", [FINDING_SOME] = "some",
		[FINDING_MANY] = "many", [FINDING_ALL] = "all",
	};

	return words_name(names, sizeof(names) / sizeof(*names), grade);
}

void finding_value(struct finding *finding, const char *key, json_t *value)
{
	if (!finding->details)
		finding->details = json_object();
	json_object_set_new(finding->details, key, value);
}

void finding_number(struct finding *finding, const char *key, uint64_t number)
{
	finding_value(finding, key, json_integer(number));
}

void finding_word(struct finding *finding, const char *key, const char *word)
{
	scoped_free char *escaped = escape_is_utf8(word) ? NULL : escape_copy(word);

	finding_value(finding, key, json_string(escaped ?: word));
}
