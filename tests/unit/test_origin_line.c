// SPDX-License-Identifier: BSD-2-Clause
/*
 * test_origin_line.c - what a proxy's log line says of an origin, or why it can be none.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "origin/origin_address.h"
#include "origin/origin_line.h"

static const char *parse(const char *text, struct origin_line *line)
{
	return origin_line_parse((struct text){ text, text + strlen(text) }, line);
}

static void right(const char *text, const char *origin, int what, int status)
{
	char found[ORIGIN_ADDRESS_TEXT_SIZE];
	struct origin_line line;
	const char *wrong = parse(text, &line);

	if (wrong)
		fail_msg("%s: %s", text, wrong);
	assert_true(line.said);
	assert_string_equal(origin_address_format(&line.origin, found), origin);
	assert_int_equal(line.what, what);
	assert_int_equal(line.status, status);
}

static void nothing(const char *text)
{
	struct origin_line line;
	const char *wrong = parse(text, &line);

	if (wrong || line.said)
		fail_msg("%s: %s", text, wrong ? wrong : "something is said");
}

static void wrong(const char *text, const char *why)
{
	struct origin_line line;
	const char *found = parse(text, &line);

	if (!found || !strstr(found, why))
		fail_msg("%s: \"%s\" instead of \"%s\"", text, found ? found : "right", why);
}

static void test_words(void **state)
{
	(void)state;
	right("10.77.0.2:443 answered 404", "10.77.0.2:443", ECDN_XDP_ORIGIN_SAID_ANSWERED, 404);
	right("10.77.0.2:443 no_connect 502", "10.77.0.2:443", ECDN_XDP_ORIGIN_SAID_NO_CONNECT,
	      502);
	right("10.77.0.2:443 no_answer -", "10.77.0.2:443", ECDN_XDP_ORIGIN_SAID_NO_ANSWER, -1);
	right("10.77.0.2:443 malformed 0", "10.77.0.2:443", ECDN_XDP_ORIGIN_SAID_MALFORMED, -1);
	right("10.77.0.2:443 truncated 200", "10.77.0.2:443", ECDN_XDP_ORIGIN_SAID_TRUNCATED, 200);
	right("10.77.0.2:443 timed_out 504", "10.77.0.2:443", ECDN_XDP_ORIGIN_SAID_TIMED_OUT, 504);
	right("  10.77.0.2:443\tanswered  200 \r", "10.77.0.2:443", ECDN_XDP_ORIGIN_SAID_ANSWERED,
	      200);
}

static void test_addresses(void **state)
{
	(void)state;
	right("[fd77::2]:443 answered 200", "[fd77::2]:443", ECDN_XDP_ORIGIN_SAID_ANSWERED, 200);
	right("[10.77.0.2]:80 answered 200", "10.77.0.2:80", ECDN_XDP_ORIGIN_SAID_ANSWERED, 200);
	right("[::ffff:10.77.0.2]:80 answered 200", "10.77.0.2:80",
	      ECDN_XDP_ORIGIN_SAID_ANSWERED, 200);
	nothing("- answered 200");
	nothing("-:- -- 200");
	nothing("[-]:- SC 503");
	wrong("10.77.0.2 answered 200", "no address and port");
	wrong("fd77::2 answered 200", "no address and port");
	wrong("10.77.0.2:0 answered 200", "no address and port");
	wrong("10.77.0.2:65536 answered 200", "no address and port");
	wrong("10.77.0.2/32:80 answered 200", "no address and port");
	wrong("[10.77.0.2:80 answered 200", "no address and port");
	wrong("[10.77.0.2]80 answered 200", "no address and port");
	wrong("[]:80 answered 200", "no address and port");
	wrong("unix:/run/x.sock answered 200", "no address and port");
	wrong("www.example:443 answered 200", "no address and port");
}

/* Each state that HAProxy's manual names. */
static void test_states(void **state)
{
	static const struct {
		const char *state;
		int what;
	} of[] = {
		{ "--", ECDN_XDP_ORIGIN_SAID_ANSWERED },
		{ "CD", ECDN_XDP_ORIGIN_SAID_ANSWERED },
		{ "cD", ECDN_XDP_ORIGIN_SAID_ANSWERED },
		{ "CL", ECDN_XDP_ORIGIN_SAID_ANSWERED },
		{ "cL", ECDN_XDP_ORIGIN_SAID_ANSWERED },
		{ "SL", ECDN_XDP_ORIGIN_SAID_ANSWERED },
		{ "SC", ECDN_XDP_ORIGIN_SAID_NO_CONNECT },
		{ "sC", ECDN_XDP_ORIGIN_SAID_TIMED_OUT },
		{ "SH", ECDN_XDP_ORIGIN_SAID_NO_ANSWER },
		{ "sH", ECDN_XDP_ORIGIN_SAID_TIMED_OUT },
		{ "SD", ECDN_XDP_ORIGIN_SAID_TRUNCATED },
		{ "sD", ECDN_XDP_ORIGIN_SAID_TRUNCATED },
		{ "PH", ECDN_XDP_ORIGIN_SAID_MALFORMED },
		{ "PD", ECDN_XDP_ORIGIN_SAID_MALFORMED },
		{ "--NI", ECDN_XDP_ORIGIN_SAID_ANSWERED },
		{ "SCVN", ECDN_XDP_ORIGIN_SAID_NO_CONNECT },
		{ "sH--", ECDN_XDP_ORIGIN_SAID_TIMED_OUT },
		{ "SDDU", ECDN_XDP_ORIGIN_SAID_TRUNCATED },
	};
	static const char *const none[] = {
		"CC", "cC", "CH", "cH", "CQ", "cQ", "CR", "cR", "LR", "LC", "LH", "LD", "PR", "PC",
		"PT", "RC", "RH", "IH", "sQ", "SQ", "DC", "DD", "UD", "KD", "PRNN", "LR--",
	};
	char text[64];

	(void)state;
	for (size_t i = 0; i < sizeof(of) / sizeof(*of); i++) {
		snprintf(text, sizeof(text), "[10.77.0.2]:80 %s 200", of[i].state);
		right(text, "10.77.0.2:80", of[i].what, 200);
	}
	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++) {
		snprintf(text, sizeof(text), "[10.77.0.2]:80 %s -1", none[i]);
		nothing(text);
	}
}

static void test_wrong(void **state)
{
	(void)state;
	wrong("", "is not ADDR:PORT");
	wrong("10.77.0.2:80", "is not ADDR:PORT");
	wrong("10.77.0.2:80 answered", "is not ADDR:PORT");
	wrong("10.77.0.2:80 answered 200 more", "is not ADDR:PORT");
	wrong("10.77.0.2:80 Answered 200", "known word");
	wrong("10.77.0.2:80 ok 200", "known word");
	wrong("10.77.0.2:80 XX 200", "known word");
	wrong("10.77.0.2:80 SX 200", "known word");
	wrong("10.77.0.2:80 SH? 200", "known word");
	wrong("10.77.0.2:80 SHxy 200", "known word");
	wrong("10.77.0.2:80 - 200", "known word");
	wrong("10.77.0.2:80 no_connect x", "HTTP status");
	wrong("10.77.0.2:80 no_connect 5020", "HTTP status");
	wrong("10.77.0.2:80 no_connect -2", "HTTP status");
	wrong("10.77.0.2:80 answered -", "without a status");
	wrong("10.77.0.2:80 -- -1", "without a status");
	wrong("10.77.0.2:80 truncated 99", "without a status");
}

/* A NUL is no end of the line, nor are words that are too long read in part. */
static void test_bytes(void **state)
{
	const char nul[] = "10.77.0.2:80 answered\0x 200";
	struct origin_line line;
	char text[300];

	(void)state;
	assert_non_null(origin_line_parse((struct text){ nul, nul + sizeof(nul) - 1 }, &line));
	memset(text, '1', sizeof(text));
	strcpy(text + sizeof(text) - 14, " answered 200");
	wrong(text, "is not ADDR:PORT");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_states),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
