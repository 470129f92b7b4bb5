// SPDX-License-Identifier: BSD-2-Clause
/*
 * What a proxy's access log tells of its origins: attempts, records, counts and paths.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answers/answers_counts.h"
#include "origin/origin_address.h"

#define HEAD(time, method, uri, status, sent) \
	time "\trequest_method:" method "\thost:www.example.com\trequest_uri:" uri "\tstatus:" \
	status "\tbody_bytes_sent:" sent "\t"
#define TAIL(addr, status, connect, header, length, received, need) \
	"upstream_addr:" addr "\tupstream_status:" status "\tupstream_connect_time:" connect \
	"\tupstream_header_time:" header "\tupstream_response_length:" length \
	"\tupstream_bytes_received:" received "\tupstream_http_content_length:" need
#define AT "msec:1764342191.123"
#define GET(uri, status, sent) HEAD(AT, "GET", uri, status, sent)
#define GOOD GET("/a?b", "404", "9") TAIL("203.0.113.7:443", "404", "0.1", "0.2", "9", "99", "9")

static struct access_reader reader;
static struct access_fault fault;
static struct answers_record record;

static int read_line(const char *line)
{
	fault.why = NULL;
	return answers_record_read(&reader, (struct text){ line, line + strlen(line) }, &record,
				   &fault);
}

static void is_refused(const char *line, const char *why)
{
	assert_int_equal(read_line(line), -EINVAL);
	if (!strstr(fault.why, why))
		fail_msg("\"%s\" instead of \"%s\"", fault.why, why);
}

static void is_text(struct text text, const char *expected)
{
	assert_int_equal(text_length(text), strlen(expected));
	assert_memory_equal(text.start, expected, strlen(expected));
}

static void is_origin(unsigned int index, const char *expected)
{
	char text[ORIGIN_ADDRESS_TEXT_SIZE] = "";

	if (record.attempts.at[index].origin.family)
		origin_address_format(&record.attempts.at[index].origin, text);
	assert_string_equal(text, expected);
}

static void one_attempt(void **state)
{
	(void)state;
	assert_int_equal(read_line(GOOD), 0);
	assert_int_equal(record.at_ns, 1764342191123000000ULL);
	assert_int_equal(record.status, 404);
	is_text(record.path, "/a");
	is_text(record.host, "www.example.com");
	assert_int_equal(record.attempts.count, 1);
	is_origin(0, "203.0.113.7:443");
	assert_true(record.attempts.at[0].answered && record.attempts.at[0].connected);
	assert_int_equal(answers_record_result(&record, 0), ECDN_XDP_ORIGIN_SAID_ANSWERED);
	/* Nobody was asked. */
	assert_int_equal(read_line(GET("/", "404", "9") TAIL("-", "-", "-", "-", "-", "-", "-")
				   "\tupstream_cache_status:HIT"), 0);
	assert_int_equal(record.attempts.count, 0);
	assert_true(record.cached);
	assert_int_equal(read_line(HEAD("time_iso8601:2026-11-28T14:00:00+02:00", "GET", "/", "200",
					"0")
				   TAIL("-", "-", "-", "-", "-", "-", "-")), 0);
	assert_int_equal(record.at_ns, 1795867200000000000ULL);
	assert_false(record.cached);
}

static void many_attempts(void **state)
{
	(void)state;
	assert_int_equal(read_line(GET("/", "200", "9")
		TAIL("203.0.113.7:443, [2001:db8::7]:80, unix:/a : dead, 203.0.113.8:80, "
		     "203.0.113.8:80", "502, 504, 502 : -, 502, 200", "-, 0.1, 0.0 : -, 0.1, 0.1",
		     "-, -, - : -, -, 0.3", "0, 0, 0 : 0, 0, 9", "0, 0, 7 : 0, 0, 99", "9")), 0);
	assert_int_equal(record.attempts.count, 6);
	is_origin(0, "203.0.113.7:443");
	is_origin(1, "[2001:db8::7]:80");
	is_origin(2, "");
	is_origin(3, "");
	is_origin(4, "203.0.113.8:80");
	assert_int_equal(answers_record_result(&record, 0), ECDN_XDP_ORIGIN_SAID_NO_CONNECT);
	assert_int_equal(answers_record_result(&record, 1), ECDN_XDP_ORIGIN_SAID_TIMED_OUT);
	assert_int_equal(answers_record_result(&record, 2), ECDN_XDP_ORIGIN_SAID_MALFORMED);
	assert_int_equal(answers_record_result(&record, 3), ECDN_XDP_ORIGIN_SAID_MAX);
	assert_int_equal(answers_record_result(&record, 4), ECDN_XDP_ORIGIN_SAID_NO_ANSWER);
	assert_int_equal(answers_record_result(&record, 5), ECDN_XDP_ORIGIN_SAID_ANSWERED);
	assert_true(record.attempts.at[4].again);
	assert_false(record.attempts.at[0].again || record.attempts.at[5].again);
}

static void results(void **state)
{
	static const struct {
		const char *line;
		unsigned int result;
	} rows[] = {
		{ GET("/", "200", "5") TAIL("192.0.2.1:80", "200", "0", "0", "5", "60", "500"),
		  ECDN_XDP_ORIGIN_SAID_TRUNCATED },
		/* Over HTTP/2, with the heads of its frames. */
		{ GET("/", "200", "100212") TAIL("192.0.2.1:80", "200", "0", "0", "100000", "1",
						 "200000"), ECDN_XDP_ORIGIN_SAID_TRUNCATED },
		/* The proxy has sent a page of its own. */
		{ GET("/", "404", "157") TAIL("192.0.2.1:80", "404", "0", "0", "0", "60", "500"),
		  ECDN_XDP_ORIGIN_SAID_ANSWERED },
		{ HEAD(AT, "HEAD", "/", "200", "0") TAIL("192.0.2.1:80", "200", "0", "0", "0", "60",
							 "500"), ECDN_XDP_ORIGIN_SAID_ANSWERED },
		{ GET("/", "304", "0") TAIL("192.0.2.1:80", "304", "0", "0", "0", "60", "500"),
		  ECDN_XDP_ORIGIN_SAID_ANSWERED },
		{ GET("/", "200", "5") TAIL("192.0.2.1:80", "200", "0", "0", "5", "60", "-"),
		  ECDN_XDP_ORIGIN_SAID_ANSWERED },
		{ GET("/", "200", "5") TAIL("192.0.2.1:80", "200", "0", "0", "5", "60", "5, 5"),
		  ECDN_XDP_ORIGIN_SAID_ANSWERED },
		{ GET("/", "009", "5") TAIL("192.0.2.1:80", "200", "0", "0", "5", "60", "-"),
		  ECDN_XDP_ORIGIN_SAID_MALFORMED },
		/* HAProxy's. */
		{ GET("/", "503", "0") TAIL("192.0.2.1:80", "503", "-1", "-1", "-", "-", "-"),
		  ECDN_XDP_ORIGIN_SAID_NO_CONNECT },
		{ GET("/", "502", "0") TAIL("192.0.2.1:80", "502", "0", "-1", "-", "-", "-"),
		  ECDN_XDP_ORIGIN_SAID_NO_ANSWER },
		{ GET("/", "-1", "0") TAIL("192.0.2.1:80", "-1", "0", "-1", "-", "-", "-"),
		  ECDN_XDP_ORIGIN_SAID_MAX },
		{ GET("/", "499", "0") TAIL("192.0.2.1:80", "-", "0", "-", "0", "0", "-"),
		  ECDN_XDP_ORIGIN_SAID_MAX },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_int_equal(read_line(rows[i].line), 0);
		if (answers_record_result(&record, 0) != rows[i].result)
			fail_msg("%s: %u", rows[i].line, answers_record_result(&record, 0));
	}
}

static void refused(void **state)
{
	char many[8192];
	size_t used;

	(void)state;
	is_refused("", "no LABEL:VALUE");
	is_refused("127.0.0.1 - - [28/Nov/2026:14:00:00 +0000] \"GET / HTTP/1.1\" 200 1", "");
	is_refused(HEAD("x:1", "GET", "/", "200", "1") TAIL("-", "-", "-", "-", "-", "-", "-"),
		   "neither msec nor");
	is_refused(HEAD("msec:1.1", "GET", "/", "200", "1") TAIL("-", "-", "-", "-", "-", "-", "-"),
		   "msec is no time");
	is_refused(HEAD("time_iso8601:14:00", "GET", "/", "200", "1")
		   TAIL("-", "-", "-", "-", "-", "-", "-"), "time_iso8601 is no time");
	is_refused(GET("/", "2000", "1") TAIL("-", "-", "-", "-", "-", "-", "-"),
		   "status is no status");
	is_refused(GET("/", "200", "-1") TAIL("-", "-", "-", "-", "-", "-", "-"),
		   "body_bytes_sent is no number");
	is_refused(GET("/", "200", "1") TAIL("a:1, b:1", "200", "-", "-", "-", "-", "-"),
		   "upstream_status has not as many");
	is_refused(GET("/", "200", "1") TAIL("a:1", "200", "-", "-, -", "-", "-", "-"),
		   "upstream_header_time has not as many");
	is_refused(GET("/", "200", "1") TAIL("a:1", "1000", "-", "-", "-", "-", "-"),
		   "upstream_status is no status");
	is_refused(GET("/", "200", "1") TAIL("a:1", "200", "-", "-", "x", "-", "-"),
		   "no number in");
	is_refused(GOOD "\tstatus:200", "twice");
	used = snprintf(many, sizeof(many), "%s\tupstream_addr:", AT
			"\trequest_method:GET\thost:-\trequest_uri:/\tstatus:200\t"
			"body_bytes_sent:0\t"
			"upstream_status:-\tupstream_connect_time:-\tupstream_header_time:-\t"
			"upstream_response_length:-\tupstream_bytes_received:-\t"
			"upstream_http_content_length:-");
	for (int i = 0; i <= ANSWERS_ATTEMPTS_MAX; i++)
		used += snprintf(many + used, sizeof(many) - used, "%sa", i ? ", " : "");
	is_refused(many, "more than 64");
}

/* --- counts */

static struct answers_counts *counts;

static void start(unsigned int status, bool broken)
{
	const struct answers_options options = { .status = status, .broken = broken, .seed = 42 };

	answers_counts_free(counts);
	counts = answers_counts_new(&options);
	assert_non_null(counts);
}

static void add(const char *line)
{
	assert_int_equal(read_line(line), 0);
	assert_int_equal(answers_counts_add(counts, &record), 0);
}

#define SENT TAIL("203.0.113.7:443", "404", "0.1", "0.2", "9", "99", "9")
#define MADE TAIL("203.0.113.7:443", "502", "-", "-", "0", "0", "-")

static void counted(void **state)
{
	const struct answers_origin *origin;

	(void)state;
	start(404, false);
	add(GET("/x", "404", "9") SENT);
	add(HEAD("msec:1764342100.000", "GET", "/x?1", "404", "9") SENT);
	/* The client got something else, and yet the origin sent it. */
	add(HEAD("msec:1764342200.000", "GET", "/y", "200", "9") SENT);
	add(GET("/z", "404", "9") TAIL("203.0.113.7:443", "400", "0.1", "0.2", "9", "99", "9"));
	add(GET("/z", "404", "9") MADE);
	add(GET("/z", "502", "9") MADE);
	add(GET("/f", "404", "9") TAIL("-", "-", "-", "-", "-", "-", "-"));
	add(GET("/f", "404", "9") TAIL("dead", "502", "-", "-", "0", "0", "-"));
	assert_int_equal(counts->count, 2);
	origin = &counts->at[1];
	assert_int_equal(origin->asked, 6);
	assert_int_equal(origin->answers, 4);
	assert_int_equal(origin->sent.count, 3);
	assert_int_equal(origin->sent.first_ns, 1764342100000000000ULL);
	assert_int_equal(origin->sent.last_ns, 1764342200000000000ULL);
	assert_int_equal(origin->made.count, 2);
	assert_int_equal(origin->made.how[ANSWERS_CHANGED], 1);
	assert_int_equal(origin->made.how[ECDN_XDP_ORIGIN_SAID_NO_CONNECT], 1);
	assert_int_equal(counts->unasked.how[ANSWERS_ITSELF], 1);
	assert_int_equal(counts->unasked.how[ANSWERS_NO_PEER], 1);
	assert_int_equal(counts->had, 6);
	/* What is broken is that only where there was a connection. */
	start(522, true);
	add(GET("/z", "502", "9") MADE);
	add(GET("/z", "502", "9") TAIL("203.0.113.7:443", "502", "0", "-", "0", "0", "-"));
	add(GET("/z", "200", "5") TAIL("203.0.113.7:443", "200", "0", "0", "5", "0", "500"));
	assert_int_equal(counts->at[1].made.count, 2);
	assert_int_equal(counts->at[1].made.got, 5);
	assert_int_equal(counts->at[1].made.need, 500);
}

static bool seven(void *context, const struct ecdn_xdp_origin_key *key)
{
	(void)context;
	return key->addr[3] == 7;
}

/* The client got what came of another origin, which is not wanted. */
static void wanted(void **state)
{
	(void)state;
	start(502, false);
	counts->options.wanted = seven;
	add(GET("/z", "502", "9") TAIL("203.0.113.7:443, 203.0.113.8:443", "502, 502", "-, -",
				       "-, -", "0, 0", "0, 0", "-"));
	assert_int_equal(counts->count, 2);
	assert_int_equal(counts->at[1].asked, 1);
	assert_int_equal(counts->at[1].made.count, 0);
	assert_int_equal(counts->unasked.count, 0);
	assert_int_equal(counts->others, 1);
}

/* A log that has more of everything than there is room for. */
static void bounded(void **state)
{
	char line[1024];
	uint64_t sent = 0;

	(void)state;
	start(404, false);
	for (unsigned int i = 0; i < 5000; i++) {
		snprintf(line, sizeof(line), GET("/%u", "404", "9")
			 TAIL("10.%u.%u.1:80", "404", "0", "0", "9", "9", "9"), i,
			 i / 256, i % 256);
		add(line);
	}
	assert_int_equal(counts->count, ANSWERS_COUNTS_ORIGINS + 1);
	assert_int_equal(counts->tables, ANSWERS_COUNTS_TABLES);
	assert_true(counts->no_table);
	for (unsigned int i = 0; i < counts->count; i++)
		sent += counts->at[i].sent.count;
	assert_int_equal(sent, 5000);
	assert_int_equal(counts->at[0].sent.count, 5000 - ANSWERS_COUNTS_ORIGINS);
}

/* --- paths */

static void count_path(struct answers_paths *paths, const char *path)
{
	const char *host = "h";

	answers_paths_count(paths, (struct text){ host, host + 1 },
			    (struct text){ path, path + strlen(path) }, 42);
}

/* Those that are frequent are found among any number that are not, and never overrated. */
static void heavy(void **state)
{
	struct answers_paths *paths = calloc(1, sizeof(*paths));
	unsigned int index[4], count;
	char path[64];

	(void)state;
	assert_non_null(paths);
	for (int i = 0; i < 100000; i++) {
		snprintf(path, sizeof(path), "/rare/%d", i);
		count_path(paths, i % 10 == 0 ? "/first" : i % 20 == 1 ? "/second" : path);
	}
	assert_int_equal(paths->count, ANSWERS_PATHS_MAX);
	count = answers_paths_top(paths, index, 4);
	assert_int_equal(count, 4);
	assert_string_equal(paths->at[index[0]].path, "/first");
	assert_string_equal(paths->at[index[1]].path, "/second");
	assert_in_range(answers_paths_sure(paths, index[0]), 10000 - 100000 / 256, 10000);
	assert_in_range(answers_paths_sure(paths, index[1]), 5000 - 100000 / 256, 5000);
	assert_true(answers_paths_sure(paths, index[2]) <= 1);
	free(paths);
}

/* Paths that are alike as far as they are kept are not one. */
static void long_paths(void **state)
{
	struct answers_paths *paths = calloc(1, sizeof(*paths));
	char path[2048];

	(void)state;
	assert_non_null(paths);
	memset(path, 'a', sizeof(path));
	path[sizeof(path) - 1] = 0;
	count_path(paths, path);
	path[sizeof(path) - 2] = 'b';
	count_path(paths, path);
	path[ANSWERS_PATHS_PATH - 1] = 0;
	count_path(paths, path);
	assert_int_equal(paths->count, 3);
	assert_int_equal(strlen(paths->at[0].path), ANSWERS_PATHS_PATH - 1);
	assert_string_equal(paths->at[0].path + ANSWERS_PATHS_PATH - 5, "a...");
	assert_string_equal(paths->at[2].path, path);
	free(paths);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_attempt),
		cmocka_unit_test(many_attempts),
		cmocka_unit_test(results),
		cmocka_unit_test(refused),
		cmocka_unit_test(counted),
		cmocka_unit_test(wanted),
		cmocka_unit_test(bounded),
		cmocka_unit_test(heavy),
		cmocka_unit_test(long_paths),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	answers_counts_free(counts);
	return failed;
}
