// SPDX-License-Identifier: BSD-2-Clause
#include "show/finding_fields.h"

#include "diagnose/finding.h"

static const struct finding *finding_of(const void *item)
{
	return item;
}

static const char *row(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return finding_of(item)->row;
}

static const char *grade(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return finding_grade_name(finding_of(item)->grade);
}

static const char *cause(const void *item, char room[FIELD_TEXT_SIZE])
{
	(void)room;
	return finding_of(item)->cause;
}

static json_t *details(const void *item)
{
	json_t *of = finding_of(item)->details;

	return of ? json_incref(of) : json_object();
}

#define WORDS(member) FIELD_TEXT, .key = #member, FIELD_AT(struct finding, member)

const struct field finding_fields[] = {
	{ FIELD_TEXT, .key = "row", .text = row },
	{ FIELD_TEXT, .key = "grade", .text = grade },
	{ FIELD_COUNT, .key = "count", FIELD_AT(struct finding, count) },
	{ FIELD_TEXT, .key = "cause", .text = cause },
	{ WORDS(object) },
	{ WORDS(seen) },
	{ WORDS(published) },
	{ WORDS(remedy) },
	{ WORDS(command) },
	{ WORDS(unknown) },
	{ FIELD_JSON, .key = "details", .json = details },
	{},
};
