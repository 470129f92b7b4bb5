// SPDX-License-Identifier: BSD-2-Clause
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/when.h"

/* 2026-11-28 12:30:00 UTC, a winter's day. */
#define NOW 1795869000ULL

/* As POSIX writes it, so that no database of zones is needed. */
#define BERLIN "CET-1CEST,M3.5.0,M10.5.0/3"

static void zone(const char *name)
{
	setenv("TZ", name, 1);
	tzset();
}

static void check(const char *text, uint64_t expected)
{
	uint64_t at_ns = 0;

	if (when_parse(text, NOW * NS_PER_SECOND, &at_ns) || at_ns != expected * NS_PER_SECOND)
		fail_msg("\"%s\" is %llu instead of %llu", text,
			 (unsigned long long)(at_ns / NS_PER_SECOND), (unsigned long long)expected);
}

static void reads(void **state)
{
	(void)state;
	zone("UTC");
	check("12:31", NOW + 60);
	check("23:59", NOW + 41340);
	/* What has passed today is meant for tomorrow, the very minute too. */
	check("12:30", NOW + 86400);
	check("00:00", NOW + 41400);
	check("2026-11-28 12:30", NOW);
	check("2026-11-28 12:30:07", NOW + 7);
	check("2026-11-28T12:30:00Z", NOW);
	check("2026-11-28t12:30:00z", NOW);
	check("2026-11-28T12:30:00.999Z", NOW);
	check("2026-11-28T14:30:00+02:00", NOW);
	check("2026-11-28T07:00:00-05:30", NOW);
	check("2028-02-29 00:00", 1835395200);
	zone(BERLIN);
	check("2026-11-28 13:30", NOW);
	check("2026-07-01 12:00", 1782900000);
	check("2026-11-28T12:30:00Z", NOW);
	check("13:31", NOW + 60);
	check("13:30", NOW + 86400);
}

static void refuses(void **state)
{
	static const char *const bad[] = {
		"", "now", "1:00", "24:00", "12:60", "12-30", "12:3x", "+1:00", "2h", "12:30:00",
		"2026-11-28", "2026-11-28 12", "2026-11-28 12:30:60", "2026-11-28 12:30:0",
		"2026-11-28 12:30 ", "2026-02-29 12:00", "2026-13-01 12:00", "2026-00-01 12:00",
		"2026-04-31 00:00", "2026-11-00 12:00", "26-11-28 12:30", "2026-11-28  12:30",
		"2026-11-28T12:30Z", "2026-11-28T12:30:00", "2026-11-28T12:30:00.Z",
		"2026-11-28T12:30:00+2:00", "2026-11-28T12:30:00+02:00x", "2026-11-28T12:30:00+24:00",
		"2026-11-28 12:30:00Z", "1969-01-01 00:00", "1970-01-01T00:00:00Z",
		"9999-12-31 23:59",
	};
	uint64_t at_ns = 7;

	(void)state;
	zone("UTC");
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (when_parse(bad[i], NOW * NS_PER_SECOND, &at_ns) != -EINVAL || at_ns != 7)
			fail_msg("\"%s\" is taken", bad[i]);
	/* Half an hour that Berlin skips in spring. */
	zone(BERLIN);
	assert_int_equal(when_parse("2026-03-29 02:30", NOW, &at_ns), -EINVAL);
}

/* The day whose clocks go back is no reason to land on another one. */
static void tomorrow(void **state)
{
	const uint64_t before = 1792854000; /* 2026-10-24, 17:00 in Berlin */
	uint64_t at_ns;

	(void)state;
	zone(BERLIN);
	assert_int_equal(when_parse("16:00", before * NS_PER_SECOND, &at_ns), 0);
	assert_int_equal(at_ns / NS_PER_SECOND, before + 24 * 3600);
}

static void writes(void **state)
{
	char room[WHEN_SIZE];

	(void)state;
	zone(BERLIN);
	assert_string_equal(when_text(NOW * NS_PER_SECOND, room), "2026-11-28 13:30");
	assert_string_equal(when_text((NOW + 5) * NS_PER_SECOND, room), "2026-11-28 13:30:05");
	assert_string_equal(when_text(NOW * NS_PER_SECOND - 70, room), "2026-11-28 13:30");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads),
		cmocka_unit_test(refuses),
		cmocka_unit_test(tomorrow),
		cmocka_unit_test(writes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
