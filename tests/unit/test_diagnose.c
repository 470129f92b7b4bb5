// SPDX-License-Identifier: BSD-2-Clause
/*
 * Rows of the platform's table on facts that are made up: what is told of origins and nodes, and
 * what is not.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diagnose/diagnose_rows.h"
#include "diagnose/saying.h"

#define ORIGINS 50
#define FAILURES 1024
#define NOW_NS (3600 * NS_PER_SECOND)
#define SINCE_NS (60 * NS_PER_SECOND)

static struct view_origin origins[ORIGINS + 1];
static struct ecdn_xdp_origin_failure failures[FAILURES];
static struct diagnose_facts facts;

/* Origins of rows 1 to count, with nothing counted of any; row 0 is there, too. */
static void begin(unsigned int count, bool named)
{
	memset(origins, 0, sizeof(origins));
	memset(failures, 0, sizeof(failures));
	facts = (struct diagnose_facts){
		.moment = { NOW_NS, 0 },
		.origins = { .loaded = true, .content = true, .at = origins, .count = count + 1 },
		.failure = failures,
	};
	for (unsigned int i = 0; i <= count; i++) {
		origins[i].row = i;
		origins[i].has_row = true;
		origins[i].named = i && named;
		origins[i].key.family = i ? 4 : 0;
		origins[i].key.port = 443;
		origins[i].key.addr[0] = 192;
		origins[i].key.addr[3] = i;
		origins[i].stats.tls = 1;
	}
}

/* Which of a span's numbers counts a cause. */
static __u32 *place_of(struct ecdn_xdp_origin_span *span, unsigned int cause)
{
	switch (view_origins_code(cause)) {
	case 564: return &span->abnormal;
	case 522: return &span->response;
	}
	return cause == ECDN_XDP_ORIGIN_ALERT_BY_ORIGIN || cause == ECDN_XDP_ORIGIN_NOT_TLS ?
	       &span->handshake : &span->network;
}

/* So many connections to an origin, of which some failed in a way, `ago` spans ago. */
static void end(unsigned int row, unsigned int ended, unsigned int failed, unsigned int cause,
		unsigned int alert, unsigned int ago)
{
	uint64_t number = (NOW_NS >> ECDN_XDP_ORIGIN_SPAN) - ago;
	struct view_origin *origin = &origins[row];
	struct ecdn_xdp_origin_span *span = &origin->spans.span[number % ECDN_XDP_ORIGIN_SPANS];

	span->number = number;
	span->ended += ended;
	origin->stats.cause[ECDN_XDP_ORIGIN_OK] += ended - failed;
	origin->stats.cause[cause] += failed;
	origin->stats.failure = failed ? cause : origin->stats.failure;
	if (failed && cause < ECDN_XDP_ORIGIN_FIRST_HERE)
		*place_of(span, cause) += failed;
	for (; failed && facts.failures < FAILURES; failed--, facts.failures++)
		failures[facts.failures] = (struct ecdn_xdp_origin_failure){
			.number = FAILURES - facts.failures, .origin = origin->key, .row = row,
			.time_ns = (number << ECDN_XDP_ORIGIN_SPAN) + 1, .cause = cause,
			.alert = alert, .phase = ECDN_XDP_ORIGIN_CLIENT_HELLO,
		};
}

/* What is found: "538 network many 192.0.0.1:443, ..."; the first finding stays in `first`. */
static struct finding first;

static const char *found(const char *code, const char *object)
{
	const struct diagnose_asked asked = {
		.row = code ? diagnose_rows_find(code) : NULL, .object = object,
		.since_ns = SINCE_NS, .status = code ? atoi(code) : 0,
	};
	struct findings findings = {};
	static char room[4096];

	room[0] = 0;
	assert_int_equal(diagnose_rows_run(&facts, &asked, &findings), 0);
	for (unsigned int i = 0; i < findings.count; i++) {
		const struct finding *at = &findings.at[i];

		FINDING_SAY(room, "%s%s %s %s%s%s", i ? ", " : "", at->row, at->cause,
			    finding_grade_name(at->grade), *at->object ? " " : "", at->object);
	}
	memset(&first, 0, sizeof(first));
	if (findings.count)
		first = findings.at[0];
	first.details = NULL;
	findings_free(&findings);
	return room;
}

#define ALL(row, ended, failed, cause) end(row, ended, failed, ECDN_XDP_ORIGIN_##cause, 255, 1)

static void test_well(void **state)
{
	(void)state;
	begin(0, false);
	assert_string_equal(found(NULL, NULL), "");
	begin(10, true);
	for (int i = 1; i <= 10; i++)
		ALL(i, 100, 0, OK);
	ALL(3, 100, 1, RESET);
	assert_string_equal(found(NULL, NULL), "");
	assert_string_equal(found("564", NULL), "564 too_few note 192.0.0.3:443");
	assert_string_equal(found("564", "192.0.0.4"), "564 nothing note 192.0.0.4:443");
	assert_string_equal(found("538", "192.0.0.3"), "538 nothing note 192.0.0.3:443");
}

static void test_one(void **state)
{
	(void)state;
	begin(10, true);
	for (int i = 1; i <= 10; i++)
		ALL(i, 100, i == 4 ? 30 : 0, RESET);
	assert_string_equal(found(NULL, NULL), "564 origin_egress some 192.0.0.4:443");
	assert_non_null(strstr(first.seen, "30 of 100 connections (30 %)"));
	assert_non_null(strstr(first.seen, "; 30 times the origin reset it"));
	assert_non_null(strstr(first.seen, "1 of 10 origins are touched"));
	assert_string_equal(first.unknown, "");
}

static void test_node(void **state)
{
	(void)state;
	begin(42, true);
	for (int i = 1; i <= 40; i++)
		ALL(i, 50, 15, NO_CLOSE_NOTIFY);
	for (int i = 41; i <= 42; i++)
		ALL(i, 10, 0, OK);
	/* What row 0 has is of many. */
	ALL(0, 1000, 0, OK);
	assert_string_equal(found(NULL, NULL), "564 node_egress all");
	assert_string_equal(first.published, "Many on the platform: the nodes' egress network.");
	assert_non_null(strstr(first.seen, "at 40 of 42 origins "));
	assert_non_null(strstr(first.seen, "600 of 2020 in the last 1m, usually 0.2 %"));
	assert_string_equal(first.unknown, "");
	assert_string_equal(found("564", "192.0.0.41"), "564 nothing note 192.0.0.41:443");
	assert_string_equal(found("564", "192.0.0.1"), "564 node_egress some 192.0.0.1:443");
}

/* A server that never says close_notify has cut nothing as far as is known. */
static void test_abrupt(void **state)
{
	(void)state;
	begin(10, true);
	for (int i = 1; i <= 10; i++)
		ALL(i, 50, i == 3 ? 48 : 0, NO_CLOSE_NOTIFY);
	assert_string_equal(found(NULL, NULL), "");
	assert_string_equal(found("564", NULL), "564 no_close_notify note 192.0.0.3:443");
	assert_non_null(strstr(first.unknown, "Whether any answer was cut"));
	/* A proxy has seen that answers were. */
	origins[3].said.said[ECDN_XDP_ORIGIN_SAID_TRUNCATED] = 30;
	assert_string_equal(found(NULL, NULL), "564 origin_egress many 192.0.0.3:443");
	/* It is reset, too. */
	origins[3].said.said[ECDN_XDP_ORIGIN_SAID_TRUNCATED] = 0;
	ALL(3, 20, 20, RESET);
	assert_string_equal(found(NULL, NULL), "564 origin_egress many 192.0.0.3:443");
	/* Others do say it, so that those who do not are cut. */
	begin(10, true);
	for (int i = 1; i <= 10; i++)
		ALL(i, 50, i == 3 ? 20 : 0, NO_CLOSE_NOTIFY);
	assert_string_equal(found(NULL, NULL), "564 origin_egress some 192.0.0.3:443");
}

/* What any user of the host can do is told with that, and is never the worst there is. */
static void test_unsure(void **state)
{
	(void)state;
	begin(42, false);
	for (int i = 1; i <= 42; i++)
		ALL(i, 50, 15, RESET);
	assert_string_equal(found(NULL, NULL), "564 node_egress some");
	assert_non_null(strstr(first.unknown, "0 of 42 origins are named, and any user"));
	/* The observer watches the proxy's cgroup alone. */
	facts.observer.cgroup = 4711;
	assert_string_equal(found(NULL, NULL), "564 node_egress all");
	assert_string_equal(first.unknown, "");
	/* The root of all cgroups is everybody's. */
	facts.observer.cgroup = 1;
	assert_string_equal(found(NULL, NULL), "564 node_egress some");
	/* Those that are named are well. */
	for (int i = 1; i <= 5; i++) {
		origins[i].named = true;
		memset(&origins[i].spans, 0, sizeof(origins[i].spans));
		ALL(i, 50, 0, OK);
	}
	assert_null(strstr(found(NULL, NULL), "node_egress"));
	assert_non_null(strstr(found(NULL, NULL), "564 origin_egress some 192.0.0.6:443"));
	assert_non_null(strstr(first.unknown, "It is not named, and any user"));
}

static void test_network_of_538(void **state)
{
	(void)state;
	begin(10, true);
	for (int i = 1; i <= 10; i++)
		ALL(i, 50, 20, NO_ANSWER_TO_SYN);
	assert_string_equal(found(NULL, NULL), "538 node_egress all");
	assert_string_equal(found("538", "192.0.0.3"), "538 node_egress some 192.0.0.3:443");
	begin(10, true);
	for (int i = 1; i <= 10; i++)
		ALL(i, 50, i == 2 ? 50 : 0, REFUSED);
	assert_string_equal(found(NULL, NULL), "538 network many 192.0.0.2:443");
	assert_non_null(strstr(first.seen, "; 50 times the origin refused the connection."));
	/* The protocol is each origin's own, of however many. */
	begin(10, true);
	for (int i = 1; i <= 3; i++)
		end(i, 50, 50, ECDN_XDP_ORIGIN_ALERT_BY_ORIGIN, 70, 1);
	assert_string_equal(found(NULL, NULL), "538 protocol many 192.0.0.1:443, 538 protocol many "
			    "192.0.0.2:443, 538 protocol many 192.0.0.3:443");
}

/* Few connections: what the network does is no cause yet; what the origin says is. */
static void test_few(void **state)
{
	(void)state;
	begin(2, true);
	ALL(1, 1, 1, REFUSED);
	end(2, 1, 1, ECDN_XDP_ORIGIN_ALERT_BY_ORIGIN, 112, 1);
	assert_string_equal(found(NULL, NULL), "");
	assert_string_equal(found("538", NULL), "538 host_name many 192.0.0.2:443, "
			    "538 too_few note 192.0.0.1:443");
	ALL(1, 3, 3, REFUSED);
	end(2, 2, 2, ECDN_XDP_ORIGIN_ALERT_BY_ORIGIN, 112, 1);
	assert_string_equal(found(NULL, NULL), "538 host_name many 192.0.0.2:443");
	ALL(1, 1, 0, OK);
	assert_string_equal(found("538", "192.0.0.1"), "538 network many 192.0.0.1:443");
}

/* What was long ago is no failure of now, and the ring may have lost those of now. */
static void test_time(void **state)
{
	(void)state;
	begin(2, true);
	end(1, 50, 50, ECDN_XDP_ORIGIN_REFUSED, 255, 9);
	assert_string_equal(found(NULL, NULL), "");
	end(1, 50, 50, ECDN_XDP_ORIGIN_REFUSED, 255, 6);
	assert_string_equal(found(NULL, NULL), "538 network many 192.0.0.1:443");
	assert_non_null(strstr(first.seen, "50 of 50 connections (100 %)"));
	/* Of a span that began before, no failure counts, whether in numbers or in words. */
	assert_non_null(strstr(first.seen, "; 50 times the origin refused the connection."));
	end(1, 50, 50, ECDN_XDP_ORIGIN_REFUSED, 255, 7);
	assert_string_equal(found(NULL, NULL), "538 network many 192.0.0.1:443");
	assert_non_null(strstr(first.seen, "50 of 50 connections (100 %)"));
	assert_non_null(strstr(first.seen, "; 50 times the origin refused the connection."));
	facts.failures = 0;
	end(2, 50, 50, ECDN_XDP_ORIGIN_NOT_TLS, 255, 0);
	facts.failures = 0;
	assert_string_equal(found("538", "192.0.0.2"), "538 not_tls many 192.0.0.2:443");
}

/* On a host that has just booted there is no minute to look back. */
static void test_booted(void **state)
{
	(void)state;
	begin(1, true);
	facts.moment.now_ns = 30 * NS_PER_SECOND;
	origins[1].spans.span[3].number = 3;
	origins[1].spans.span[3].ended = origins[1].spans.span[3].network = 9;
	failures[facts.failures++] = (struct ecdn_xdp_origin_failure){
		.number = 1, .origin = origins[1].key, .row = 1, .time_ns = 29 * NS_PER_SECOND,
		.cause = ECDN_XDP_ORIGIN_REFUSED, .alert = 255,
	};
	assert_string_equal(found(NULL, NULL), "538 network many 192.0.0.1:443");
	assert_non_null(strstr(first.seen, "; 1 time the origin refused the connection."));
}

/* Trouble that has lasted does not become usual, but what always fails a little is. */
static void test_usual(void **state)
{
	(void)state;
	begin(10, true);
	for (int i = 1; i <= 10; i++) {
		origins[i].stats.cause[ECDN_XDP_ORIGIN_OK] = 1000;
		origins[i].stats.cause[ECDN_XDP_ORIGIN_RESET] = 600;
		ALL(i, 50, 20, RESET);
	}
	assert_string_equal(found(NULL, NULL), "564 node_egress all");
	begin(10, true);
	for (int i = 1; i <= 10; i++) {
		origins[i].stats.cause[ECDN_XDP_ORIGIN_OK] = 960;
		origins[i].stats.cause[ECDN_XDP_ORIGIN_RESET] = 40;
		ALL(i, 30, 3, RESET);
	}
	assert_string_equal(found(NULL, NULL), "");
	assert_non_null(strstr(found("564", NULL), "564 too_few note"));
	assert_non_null(strstr(first.unknown, "more than usual (4 %)"));
}

static void test_rejected_here(void **state)
{
	(void)state;
	begin(2, true);
	ALL(1, 1, 1, REJECTED_HERE);
	assert_string_equal(found(NULL, NULL), "");
	assert_string_equal(found("538", NULL), "538 this_host all 192.0.0.1:443");
	assert_non_null(strstr(first.command, "nft list ruleset"));
	ALL(1, 2, 2, REJECTED_HERE);
	assert_string_equal(found(NULL, NULL), "538 this_host all 192.0.0.1:443");
	assert_non_null(strstr(first.seen, "3 of 3 connections"));
	origins[1].named = false;
	assert_string_equal(found(NULL, NULL), "538 this_host some 192.0.0.1:443");
	/* Of a row that another origin has taken since. */
	origins[1].key.addr[3] = 77;
	assert_string_equal(found(NULL, NULL), "");
}

static void test_522(void **state)
{
	(void)state;
	begin(2, true);
	ALL(1, 10, 8, CUT);
	origins[1].stats.tls = 2;
	failures[0].need = 540;
	failures[0].got = 45;
	assert_string_equal(found(NULL, NULL), "522 incomplete many 192.0.0.1:443");
	assert_non_null(strstr(first.seen, "The last one ended after 45 of 540 bytes."));
	failures[0].need = ~0ULL;
	found("522", NULL);
	assert_non_null(strstr(first.seen, "after 45 bytes, of how many was not said"));
	origins[2].said.said[ECDN_XDP_ORIGIN_SAID_TRUNCATED] = 7;
	assert_string_equal(found("522", "192.0.0.2"), "522 nothing note 192.0.0.2:443");
	assert_non_null(strstr(first.seen, "The proxy got 7 times a cut answer"));
}

static void test_statuses(void **state)
{
	(void)state;
	begin(3, true);
	assert_string_equal(found("404", "192.0.0.1"), "404 not_counted note 192.0.0.1:443");
	origins[1].said.status[ECDN_XDP_ORIGIN_2XX] = 90;
	origins[1].said.status[ECDN_XDP_ORIGIN_4XX] = 10;
	origins[1].said.status[ECDN_XDP_ORIGIN_404] = 8;
	origins[1].said.said[ECDN_XDP_ORIGIN_SAID_NO_CONNECT] = 5;
	assert_string_equal(found("404", NULL), "404 by_origin some 192.0.0.1:443");
	assert_non_null(strstr(first.seen, "8 of 100 answers of the origin (8.0 %) had the status "
			       "404, by what the proxy says."));
	assert_non_null(strstr(first.seen, "The proxy got 5 times no connection, and made those "
			       "statuses itself."));
	assert_string_equal(found("502", "192.0.0.1"), "other not_by_origin note 192.0.0.1:443");
	assert_string_equal(found("other", NULL), "other by_origin some 192.0.0.1:443");
	assert_non_null(strstr(first.seen, "10 of 100 answers"));
	assert_non_null(strstr(first.seen, ": 8 of 404"));
	/* None of this is of now. */
	assert_string_equal(found(NULL, NULL), "");
}

/* --- pings */

static void test_nodes(void **state)
{
	struct view_node nodes[3] = {
		{ .name = "one", .stats = { .requests = 100, .last_seen_ns = NOW_NS - 1 } },
		{ .name = "two" }, { .name = "three" },
	};

	(void)state;
	facts = (struct diagnose_facts){
		.moment = { NOW_NS, 0 },
		.ping = { .loaded = true, .attached = true, .attachment_count = 1,
			  .attachments = &(struct tc_link){ .iface = "eth0" },
			  .config.rate = 100 },
		.nodes = { .at = nodes, .count = 3 },
	};
	assert_string_equal(found(NULL, NULL), "529 silent_nodes some");
	assert_non_null(strstr(first.seen, "2 of 3 nodes never pinged this host: two, three."));
	nodes[1].added_at = nodes[2].added_at = NOW_NS / NS_PER_SECOND - 100;
	assert_string_equal(found(NULL, NULL), "");
	nodes[0].stats.over_rate = 1;
	assert_string_equal(found(NULL, NULL), "529 over_rate some");
	nodes[0].stats.requests = 1000;
	assert_string_equal(found(NULL, NULL), "");
	nodes[0].stats.over_rate = 900;
	nodes[0].stats.last_seen_ns = NOW_NS - 700 * NS_PER_SECOND;
	assert_string_equal(found(NULL, NULL), "");
	nodes[0].stats = (struct ecdn_xdp_node_stats){};
	nodes[1].added_at = nodes[2].added_at = 0;
	assert_string_equal(found(NULL, NULL), "529 silent_nodes many");
	facts.ping.attachments[0].state = TC_GONE;
	facts.ping.gone = true;
	facts.ping.attached = false;
	assert_string_equal(found("529", NULL), "529 ping_not_attached all, 529 silent_nodes many");
	assert_string_equal(first.command, "`ecdn-xdp load --ping eth0`");
}

/* A host that answers no ping is told where ping leaves them to it. */
static void test_deaf(void **state)
{
	(void)state;
	facts = (struct diagnose_facts){ .moment = { NOW_NS, 0 } };
	assert_string_equal(found("529", NULL), "529 ping_not_loaded some");
	assert_null(strstr(first.seen, "kernel"));
	facts.deaf = true;
	found("529", NULL);
	assert_non_null(strstr(first.seen, "The kernel answers no ping of IPv4: "
			       "net.ipv4.icmp_echo_ignore_all is set."));
	facts.ping.loaded = facts.ping.attached = true;
	facts.ping.attachment_count = 1;
	facts.ping.attachments = &(struct tc_link){ .iface = "eth0" };
	facts.nodes.count = 1;
	facts.nodes.at = &(struct view_node){ .name = "one", .passed = 5,
					      .stats.last_seen_ns = NOW_NS };
	assert_string_equal(found(NULL, NULL), "");
	facts.nodes.passes = true;
	assert_string_equal(found(NULL, NULL), "529 passed_on many");
	facts.deaf = false;
	assert_string_equal(found(NULL, NULL), "");
}

/* --- words */

static void test_codes(void **state)
{
	(void)state;
	assert_string_equal(diagnose_rows_find("538")->code, "538");
	assert_string_equal(diagnose_rows_find("502")->code, "other");
	assert_string_equal(diagnose_rows_find("404")->code, "404");
	assert_null(diagnose_rows_find("514"));
	assert_null(diagnose_rows_find("200"));
	assert_null(diagnose_rows_find("99999"));
	assert_null(diagnose_rows_find(""));
}

static void says_limit(uint64_t rate, const char *expected)
{
	char room[SAYING_SIZE];

	assert_string_equal(saying_limit(rate, room), expected);
}

static void test_saying(void **state)
{
	char room[SAYING_SIZE];

	(void)state;
	says_limit(0, "0");
	says_limit(7, "7");
	says_limit(99, "99");
	says_limit(101, "110");
	says_limit(996, "1k");
	says_limit(9101, "9.2k");
	says_limit(9900, "9.9k");
	says_limit(34000, "34k");
	says_limit(123456, "130k");
	says_limit(1500000, "1.5M");
	says_limit(2000000000000, "2000G");
	assert_string_equal(saying_share(0, 0, room), "0 %");
	assert_string_equal(saying_share(1, 1000, room), "0.1 %");
	assert_string_equal(saying_share(996, 10000, room), "10 %");
	assert_string_equal(saying_share(3, 3, room), "100 %");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_well),
		cmocka_unit_test(test_one),
		cmocka_unit_test(test_node),
		cmocka_unit_test(test_abrupt),
		cmocka_unit_test(test_unsure),
		cmocka_unit_test(test_network_of_538),
		cmocka_unit_test(test_few),
		cmocka_unit_test(test_time),
		cmocka_unit_test(test_booted),
		cmocka_unit_test(test_usual),
		cmocka_unit_test(test_rejected_here),
		cmocka_unit_test(test_522),
		cmocka_unit_test(test_statuses),
		cmocka_unit_test(test_nodes),
		cmocka_unit_test(test_deaf),
		cmocka_unit_test(test_codes),
		cmocka_unit_test(test_saying),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
