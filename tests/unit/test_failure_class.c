// SPDX-License-Identifier: BSD-2-Clause
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "diagnose/failure_class.h"

#define NONE 255

static const char *class_of(unsigned int cause, unsigned int alert, unsigned int phase,
			    unsigned int version)
{
	const struct ecdn_xdp_origin_failure failure = {
		.cause = cause, .alert = alert, .phase = phase, .version = version,
	};

	return failure_class_row(failure_class_of(&failure))->name;
}

#define BY_ORIGIN(alert) class_of(ECDN_XDP_ORIGIN_ALERT_BY_ORIGIN, alert, \
				  ECDN_XDP_ORIGIN_CLIENT_HELLO, 0)
#define BY_NODE(alert) class_of(ECDN_XDP_ORIGIN_ALERT_BY_NODE, alert, \
				ECDN_XDP_ORIGIN_SERVER_HELLO, 0x0303)
#define WITHOUT(cause) class_of(ECDN_XDP_ORIGIN_##cause, NONE, ECDN_XDP_ORIGIN_CLIENT_HELLO, 0)

static void test_alerts(void **state)
{
	(void)state;
	assert_string_equal(BY_ORIGIN(70), "protocol");
	assert_string_equal(BY_ORIGIN(40), "algorithm");
	assert_string_equal(BY_ORIGIN(71), "algorithm");
	assert_string_equal(BY_ORIGIN(112), "host_name");
	assert_string_equal(BY_ORIGIN(116), "client_certificate");
	assert_string_equal(BY_ORIGIN(120), "alpn");
	assert_string_equal(BY_ORIGIN(80), "other_alert");
	assert_string_equal(BY_ORIGIN(NONE), "other_alert");
	/* It complains of the node's. */
	assert_string_equal(BY_ORIGIN(48), "client_certificate");
	assert_string_equal(BY_NODE(48), "certificate");
	assert_string_equal(BY_NODE(42), "certificate");
	assert_string_equal(BY_NODE(45), "certificate");
	assert_string_equal(BY_NODE(70), "protocol");
	assert_string_equal(BY_NODE(47), "other_alert");
	assert_string_equal(BY_NODE(80), "other_alert");
}

/* An origin that has asked for a certificate, before TLS 1.3; a node that does not like TLS 1.0. */
static void test_alerts_in_time(void **state)
{
	(void)state;
	assert_string_equal(class_of(ECDN_XDP_ORIGIN_ALERT_BY_ORIGIN, 40,
				     ECDN_XDP_ORIGIN_SERVER_HELLO, 0x0303), "client_certificate");
	assert_string_equal(class_of(ECDN_XDP_ORIGIN_ALERT_BY_NODE, 80,
				     ECDN_XDP_ORIGIN_SERVER_HELLO, 0x0301), "protocol");
	assert_string_equal(class_of(ECDN_XDP_ORIGIN_ALERT_BY_NODE, 45,
				     ECDN_XDP_ORIGIN_SERVER_HELLO, 0x0301), "certificate");
}

static void test_others(void **state)
{
	(void)state;
	assert_string_equal(WITHOUT(REFUSED), "network");
	assert_string_equal(WITHOUT(NO_ANSWER_TO_SYN), "network");
	assert_string_equal(WITHOUT(CONNECT_TIMEOUT), "network");
	assert_string_equal(WITHOUT(UNREACHABLE), "network");
	assert_string_equal(WITHOUT(HANDSHAKE_RESET), "network");
	assert_string_equal(WITHOUT(HANDSHAKE_CLOSED), "network");
	assert_string_equal(WITHOUT(HANDSHAKE_SILENCE), "network");
	assert_string_equal(WITHOUT(HANDSHAKE_TIMEOUT), "network");
	assert_string_equal(WITHOUT(HUNG_UP_BY_NODE), "certificate");
	assert_string_equal(WITHOUT(REFUSED_AFTER_FINISHED), "client_certificate");
	assert_string_equal(WITHOUT(NOT_TLS), "not_tls");
	assert_string_equal(WITHOUT(REJECTED_HERE), "this_host");
}

static void test_rows(void **state)
{
	(void)state;
	for (int class = 0; class < FAILURE_CLASSES; class++) {
		const struct failure_class_row *row = failure_class_row(class);

		assert_non_null(row->name);
		assert_true(strlen(row->published) < 256);
		assert_true(*row->remedy && strlen(row->remedy) < 512);
		/* That of the network names the origin: diagnose_538.c has it. */
		assert_true(!*row->command == (class == FAILURE_CLASS_NETWORK));
		assert_true(strlen(row->command) < 512);
		assert_non_null(row->unknown);
	}
}

/* Each cause that is a failure has words of its own. */
static void test_said(void **state)
{
	struct ecdn_xdp_origin_failure failure = { .alert = 70 };
	char room[256];

	(void)state;
	for (unsigned int cause = ECDN_XDP_ORIGIN_FIRST_538;
	     cause < ECDN_XDP_ORIGIN_FIRST_OTHER; cause++) {
		room[0] = 0;
		failure.cause = cause;
		failure.phase = ECDN_XDP_ORIGIN_CLIENT_HELLO;
		failure_class_say(&failure, room, sizeof(room));
		assert_non_null(strchr(room, ' '));
	}
	room[0] = 0;
	failure.cause = ECDN_XDP_ORIGIN_ALERT_BY_ORIGIN;
	failure_class_say(&failure, room, sizeof(room));
	assert_string_equal(room, "the origin sent the alert protocol_version after the "
			    "ClientHello");
	room[0] = 0;
	failure.cause = 200;
	failure.phase = 200;
	failure_class_say(&failure, room, sizeof(room));
	assert_string_equal(room, "?");
}

static void test_alike(void **state)
{
	struct ecdn_xdp_origin_failure one = { .cause = ECDN_XDP_ORIGIN_REFUSED, .ms = 3,
					       .alert = NONE };
	struct ecdn_xdp_origin_failure other = one;

	(void)state;
	other.ms = 70;
	other.phase = ECDN_XDP_ORIGIN_SYN_ACK;
	assert_true(failure_class_alike(&one, &other));
	one.cause = other.cause = ECDN_XDP_ORIGIN_HANDSHAKE_RESET;
	assert_false(failure_class_alike(&one, &other));
	one = other;
	one.alert = 40;
	assert_true(failure_class_alike(&one, &other));
	one.cause = other.cause = ECDN_XDP_ORIGIN_ALERT_BY_NODE;
	assert_false(failure_class_alike(&one, &other));
}

static void offers(unsigned int bits, const char *expected)
{
	char room[64] = "";

	failure_class_say_offered(bits, room, sizeof(room));
	assert_string_equal(room, expected);
}

static void test_offered(void **state)
{
	(void)state;
	offers(0, "");
	offers(ECDN_XDP_ORIGIN_OFFERED(0x0303), "TLS 1.2");
	offers(ECDN_XDP_ORIGIN_OFFERED(0x0303) | ECDN_XDP_ORIGIN_OFFERED(0x0304),
	       "TLS 1.2 and 1.3");
	offers(ECDN_XDP_ORIGIN_OFFERED(0x0301) | ECDN_XDP_ORIGIN_OFFERED(0x0302) |
	       ECDN_XDP_ORIGIN_OFFERED(0x0303), "TLS 1.0, 1.1 and 1.2");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alerts),
		cmocka_unit_test(test_alerts_in_time),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_said),
		cmocka_unit_test(test_alike),
		cmocka_unit_test(test_offered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
