// SPDX-License-Identifier: BSD-2-Clause
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diagnose/finding.h"
#include "show/finding_fields.h"
#include "show/finding_text.h"

static struct finding *add(struct findings *findings, const char *object,
			   enum finding_grade grade, uint64_t count)
{
	struct finding *finding = findings_add(findings);

	finding->row = "538";
	finding->grade = grade;
	finding->count = count;
	FINDING_SAY(finding->object, "%s", object);
	return finding;
}

/* The objects of all, in their order. */
static const char *order(const struct findings *findings, char room[64])
{
	room[0] = 0;
	for (unsigned int i = 0; i < findings->count; i++)
		strcat(room, findings->at[i].object);
	return room;
}

static void test_sorted(void **state)
{
	struct findings findings = {};
	char room[64];

	(void)state;
	add(&findings, "a", FINDING_SOME, 5);
	add(&findings, "b", FINDING_NOTE, 900);
	add(&findings, "c", FINDING_ALL, 1);
	add(&findings, "d", FINDING_SOME, 7);
	add(&findings, "e", FINDING_SOME, 7);
	add(&findings, "f", FINDING_MANY, 0);
	findings_sort(&findings);
	assert_string_equal(order(&findings, room), "cfdeab");
	assert_int_equal(findings_wrong(&findings), 5);
	findings_drop_notes(&findings);
	assert_string_equal(order(&findings, room), "cfdea");
	findings_free(&findings);
	assert_int_equal(findings.count, 0);
}

static void test_many(void **state)
{
	struct findings findings = {};

	(void)state;
	for (unsigned int i = 0; i < 1000; i++)
		finding_number(add(&findings, "x", i % 2 ? FINDING_NOTE : FINDING_SOME, i), "n", i);
	findings_drop_notes(&findings);
	for (unsigned int i = 0; i < 1000; i++)
		add(&findings, "y", FINDING_MANY, i);
	findings_sort(&findings);
	assert_int_equal(findings.count, 1500);
	assert_int_equal(findings.at[0].count, 999);
	assert_string_equal(findings.at[1000].object, "x");
	assert_int_equal(findings.at[1000].count, 998);
	assert_int_equal(json_integer_value(json_object_get(findings.at[1000].details, "n")), 998);
	findings_free(&findings);
}

/* What has no room is cut, and ends. */
static void test_cut(void **state)
{
	struct finding finding = { .row = "538" };

	(void)state;
	for (int i = 0; i < 100; i++)
		FINDING_SAY(finding.published, "%s", "0123456789");
	assert_int_equal(strlen(finding.published), sizeof(finding.published) - 1);
}

static char *text_of(const struct finding *finding, unsigned int width)
{
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	finding_text_write(finding, to, width);
	fclose(to);
	return text;
}

static void check(const struct finding *finding, unsigned int width, const char *expected)
{
	char *text = text_of(finding, width);

	assert_string_equal(text, expected);
	free(text);
}

static void test_text(void **state)
{
	struct finding finding = {
		.row = "538", .object = "203.0.113.7:443",
		.seen = "130 of 131 connections failed in the last minute",
		.remedy = "Enable TLS 1.2 on the origin, or have this node offer less",
	};

	(void)state;
	check(&finding, 0,
	      "538 203.0.113.7:443: 130 of 131 connections failed in the last minute\n"
	      "    remedy   Enable TLS 1.2 on the origin, or have this node offer less\n");
	check(&finding, 50,
	      "538 203.0.113.7:443: 130 of 131 connections failed\n"
	      "    in the last minute\n"
	      "    remedy   Enable TLS 1.2 on the origin, or have\n"
	      "             this node offer less\n");
	/* A word that is longer than the line stands alone. */
	strcpy(finding.seen, "a /0123456789012345678901234567890123456789/path b");
	finding.remedy[0] = 0;
	check(&finding, 1,
	      "538 203.0.113.7:443: a\n"
	      "    /0123456789012345678901234567890123456789/path\n"
	      "    b\n");
}

/* What others wrote, as a host name of the wire, commands no terminal. */
static void test_escaped(void **state)
{
	struct finding finding = { .row = "538", .object = "a\033[31m", .seen = "x\xff" };
	const struct fields fields = { finding_fields, 0, NULL };
	json_t *object;

	(void)state;
	check(&finding, 0, "538 a\\x1b[31m: x\\xff\n");
	finding_word(&finding, "sni", "\xff");
	finding.cause = "alert";
	object = fields_object(&fields, &finding);
	assert_string_equal(json_string_value(json_object_get(object, "seen")), "x\\xff");
	assert_string_equal(json_string_value(json_object_get(
		json_object_get(object, "details"), "sni")), "\\xff");
	assert_true(json_is_null(json_object_get(object, "command")));
	json_decref(object);
	json_decref(finding.details);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sorted),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_escaped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
