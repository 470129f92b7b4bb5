// SPDX-License-Identifier: BSD-2-Clause
/*
 * Lines of an access log: what is read, what is refused and why, and what a header shows.
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

#include "xff/xff_class.h"
#include "xff/xff_counts.h"
#include "xff/xff_hops.h"

#define GOOD "remote_addr:198.51.100.1\tecdn_peer:node\tecdn_region:DE\tscheme:https\t" \
	     "http_x_forwarded_for:203.0.113.9, 192.0.2.1\tdirect:203.0.113.9"

static struct access_reader reader;
static struct access_fault fault;
static struct xff_record record;

static int read_line(const char *line)
{
	fault.why = NULL;
	return xff_record_read(&reader, (struct text){ line, line + strlen(line) }, &record, &fault);
}

static void is_refused(const char *line, const char *expected_why, const char *expected_piece)
{
	assert_true(read_line(line) < 0);
	assert_string_equal(fault.why, expected_why);
	assert_int_equal(text_length(fault.piece), strlen(expected_piece));
	assert_memory_equal(fault.piece.start, expected_piece, strlen(expected_piece));
}

static void is_value(enum xff_label label, const char *expected)
{
	assert_int_equal(text_length(record.value[label]), strlen(expected));
	assert_memory_equal(record.value[label].start, expected, strlen(expected));
}

static void tabs(void **state)
{
	(void)state;
	assert_int_equal(read_line(GOOD), 0);
	assert_int_equal(reader.format, ACCESS_FORMAT_TABS);
	assert_true(record.node && record.tls);
	assert_int_equal(record.direct.family, AF_INET);
	is_value(XFF_REGION, "DE");
	is_value(XFF_HEADER, "203.0.113.9, 192.0.2.1");
	is_value(XFF_ISP, "");
	/* Another order, labels of others, empty values, a line end of Windows. */
	assert_int_equal(read_line("time:12:00\tscheme:http\tdirect:-\tecdn_region:\t"
				   "ecdn_peer:client\tisp:AS64500\thttp_x_forwarded_for:-\t"
				   "remote_addr:2001:db8::1\r"), 0);
	assert_false(record.node || record.tls);
	assert_int_equal(record.direct.family, 0);
	assert_int_equal(record.remote.family, AF_INET6);
	is_value(XFF_HEADER, "");
	is_value(XFF_REGION, "");
	is_value(XFF_ISP, "AS64500");
	/* What a visitor has put into the cookie is no fault of the line. */
	assert_int_equal(read_line("remote_addr:192.0.2.1\tecdn_peer:node\tecdn_region:\xff\xfe\t"
				   "scheme:http\thttp_x_forwarded_for:-\tdirect:<script>"), 0);
	assert_int_equal(record.direct.family, 0);
}

static void tabs_refused(void **state)
{
	static const char nul[] = GOOD "\0";
	const char *quote = "66.249.1.1 - - [28/Nov/2026:13:00:00 +0000] \"GET / HTTP/1.1\" 200 1";

	(void)state;
	is_refused("", "no LABEL:VALUE: ", "");
	is_refused("no colon", "no LABEL:VALUE: ", "no colon");
	assert_true(read_line(quote) < 0);
	is_refused("remote_addr:192.0.2.1\tecdn_peer:node", "no label ", "ecdn_region");
	is_refused(GOOD "\tdirect:192.0.2.1", "a label that stands there twice: ", "direct");
	is_refused("remote_addr:unix:\tecdn_peer:node\tecdn_region:-\tscheme:http\t"
		   "http_x_forwarded_for:-", "remote_addr is no address: ", "unix:");
	is_refused("remote_addr:192.0.2.1\tecdn_peer:yes\tecdn_region:-\tscheme:http\t"
		   "http_x_forwarded_for:-", "ecdn_peer is neither node nor client: ", "yes");
	is_refused("remote_addr:192.0.2.1\tecdn_peer:node\tecdn_region:-\tscheme:ftp\t"
		   "http_x_forwarded_for:-", "scheme is neither http nor https: ", "ftp");
	assert_true(xff_record_read(&reader, (struct text){ nul, nul + sizeof(nul) - 1 }, &record,
				    &fault) < 0);
	assert_string_equal(fault.why, "a NUL byte: ");
}

#define JSON "{\"remote_addr\":\"198.51.100.1\",\"ecdn_peer\":\"node\",\"ecdn_region\":\"DE\"," \
	     "\"scheme\":\"http\",\"http_x_forwarded_for\":"

static void json(void **state)
{
	(void)state;
	assert_int_equal(read_line(JSON "\"203.0.113.9\",\"status\":200,\"cached\":null}"), 0);
	assert_int_equal(reader.format, ACCESS_FORMAT_JSON);
	is_value(XFF_HEADER, "203.0.113.9");
	assert_int_equal(read_line(" " JSON "\"\"}"), -EINVAL); /* a blank is no JSON of nginx's */
	assert_int_equal(read_line(JSON "\"a\\u002c\\t\\\"\\\\\\/b\\u00e9\" , \"x\" : \"\\\"\" } "), 0);
	is_value(XFF_HEADER, "a,\t\"\\/b\xc3\xa9");
	is_refused(JSON "\"\\u12x4\"}", "a wrong escape: ", "\\u12x4");
	is_refused(JSON "\"\\u0000\"}", "a wrong escape: ", "\\u0000");
	is_refused(JSON "7}", "no string: ", "7");
	assert_true(read_line(JSON "{}}") < 0);
	assert_true(read_line(JSON "[]}") < 0);
	assert_true(read_line(JSON "\"a\"") < 0);
	assert_true(read_line(JSON "\"a\"}}") < 0);
	assert_true(read_line(JSON "\"a") < 0);
	assert_true(read_line(JSON "\"a\\") < 0);
	assert_true(read_line(JSON "\"a\",}") < 0);
	assert_true(read_line(JSON "\"a\tb\"}") < 0);
	assert_true(read_line("{}") < 0);
	assert_true(read_line("{") < 0);
	is_refused(JSON "\"a\",\"scheme\":\"https\"}", "a label that stands there twice: ", "scheme");
}

/* An escaped value that has no room is cut, and nothing is written behind the room. */
static void json_long(void **state)
{
	char line[8192];
	size_t used = snprintf(line, sizeof(line), "%s\"", JSON);

	(void)state;
	for (int i = 0; i < 1000; i++)
		used += snprintf(line + used, sizeof(line) - used, "\\u00e9");
	snprintf(line + used, sizeof(line) - used, "\"}");
	assert_int_equal(read_line(line), 0);
	assert_int_equal(text_length(record.value[XFF_HEADER]),
			 sizeof(reader.room[XFF_HEADER]));
}

/* The hops of a header as text, "?" for what is no address, each followed by a blank. */
static void is_hops(const char *header, const char *expected)
{
	char text[4096] = "", address_text[ADDRESS_TEXT_SIZE];
	struct address address;
	struct xff_hops hops;

	xff_hops_start(&hops, (struct text){ header, header + strlen(header) });
	while (xff_hops_next(&hops, &address)) {
		strcat(text, address.family ? address_format(&address, address_text) : "?");
		strcat(text, " ");
	}
	assert_string_equal(text, expected);
}

static void hops(void **state)
{
	char many[4096] = "";
	struct address last;

	(void)state;
	is_hops("", "");
	is_hops("192.0.2.1", "192.0.2.1 ");
	is_hops("192.0.2.1,2001:db8::1 ,\t::ffff:192.0.2.7", "192.0.2.1 2001:db8::1 192.0.2.7 ");
	is_hops("192.0.2.1:8080, [2001:db8::1]:443, [2001:db8::2]", "192.0.2.1 2001:db8::1 2001:db8::2 ");
	is_hops("unknown, _hidden, -, , 1.2.3, 300.1.1.1, 1.2.3.4.5", "? ? ? ? ? ? ? ");
	is_hops("192.0.2.1:99999, 192.0.2.1:, [2001:db8::1, [::1]x, []", "? ? ? ? ? ");
	is_hops("fe80::1%eth0, \\x22192.0.2.1\\x22, 192.0.2.1 192.0.2.2", "? ? ? ");
	for (int i = 0; i < 400; i++)
		strcat(many, "1.1.1.1,");
	strcat(many, " 192.0.2.9:80");
	xff_hops_last((struct text){ many, many + strlen(many) }, &last);
	assert_int_equal(last.family, AF_INET);
	assert_true(last.bits >> 96 == 0xc0000209);
	assert_int_equal(strlen(many), 400 * 8 + 13);
}

static bool near(const char *one, const char *other)
{
	struct address a, b;

	assert_int_equal(address_parse(one, &a), 0);
	assert_int_equal(address_parse(other, &b), 0);
	return xff_hops_near(&a, &b);
}

static bool inner(const char *text)
{
	struct address address;

	assert_int_equal(address_parse(text, &address), 0);
	return xff_hops_inner(&address);
}

static void ranges(void **state)
{
	(void)state;
	assert_true(near("192.0.2.1", "192.0.2.255"));
	assert_false(near("192.0.2.1", "192.0.3.1"));
	assert_true(near("2001:db8:1:200::1", "2001:db8:1:2ff::2"));
	assert_false(near("2001:db8:1:200::1", "2001:db8:1:300::1"));
	assert_false(near("192.0.2.1", "c000:201::"));
	assert_true(inner("10.1.2.3") && inner("172.31.255.255") && inner("192.168.0.1"));
	assert_true(inner("100.64.0.1") && inner("127.0.0.1") && inner("169.254.1.1"));
	assert_true(inner("fd00::1") && inner("fe80::1") && inner("::1"));
	assert_false(inner("172.32.0.1") || inner("100.128.0.1") || inner("192.169.0.1"));
	assert_false(inner("2001:db8::1") || inner("a00::1") || inner("8.8.8.8"));
}

/* What a record shows: of a node's connection, or a balancer's inside, with node 192.0.2.77 on the
 * list. */
static struct xff_shown shown;

static enum xff_class class_of(const char *peer, const char *remote, const char *header,
			       const char *direct, bool at_node)
{
	struct xff_options options = { .seed = 1, .at_node = at_node };
	struct cidr *node = calloc(1, sizeof(*node));
	struct xff_counts *counts;
	char line[512];

	assert_int_equal(cidr_parse("192.0.2.77", node), 0);
	xff_nodes_take(&options.nodes, node, 1);
	counts = xff_counts_new(&options);
	snprintf(line, sizeof(line), "remote_addr:%s\tecdn_peer:%s\tecdn_region:DE\tscheme:http\t"
		 "http_x_forwarded_for:%s\tdirect:%s", remote, peer, header, direct);
	assert_int_equal(read_line(line), 0);
	xff_class_of(counts, &record, 1, &shown);
	xff_counts_free(counts);
	xff_nodes_free(&options.nodes);
	return shown.visit ? XFF_CLASSES : shown.class;
}

static void classes(void **state)
{
	const char *node = "198.51.100.1", *user = "203.0.113.9";

	(void)state;
	assert_int_equal(class_of("node", node, user, user, false), XFF_CLASS_RIGHT);
	assert_int_equal(class_of("node", node, "203.0.113.10:81, 1.1.1.1", user, false),
			 XFF_CLASS_RIGHT);
	assert_int_equal(class_of("node", node, "10.0.0.5, 203.0.113.9", user, false),
			 XFF_CLASS_PROXY);
	assert_int_equal(class_of("node", node, "unknown, 203.0.113.9", user, false),
			 XFF_CLASS_PROXY);
	assert_int_equal(class_of("node", node, "1.2.3.4", user, false), XFF_CLASS_STRANGE);
	assert_int_equal(class_of("node", node, "10.0.0.5", user, false), XFF_CLASS_STRANGE);
	assert_int_equal(class_of("node", node, node, user, false), XFF_CLASS_NODE);
	assert_int_equal(class_of("node", node, "192.0.2.77", user, false), XFF_CLASS_NODE);
	assert_int_equal(class_of("node", node, "-", user, false), XFF_CLASS_NODE);
	assert_int_equal(class_of("client", "10.0.0.1", "192.0.2.77", user, false), XFF_CLASS_NODE);
	assert_int_equal(class_of("client", "10.0.0.1", "192.0.2.77", "-", false),
			 XFF_CLASS_NODE_ALONE);
	assert_int_equal(class_of("node", node, "1.2.3.4", "-", false), XFF_CLASS_UNTOLD);
	assert_int_equal(class_of("node", node, "2001:db8::1", user, false), XFF_CLASS_UNTOLD);
	/* Of a visit that came by a node, or from inside, nothing can be told. */
	assert_int_equal(class_of("node", node, "1.2.3.4", "192.0.2.77", false), XFF_CLASS_UNTOLD);
	assert_int_equal(class_of("node", node, "1.2.3.4", "10.1.1.1", false), XFF_CLASS_UNTOLD);
	assert_int_equal(class_of("client", user, "-", user, false), XFF_CLASSES);
	/* A node sends on the address of the connection, whatever the client's header says. */
	assert_int_equal(class_of("client", user, "-", user, true), XFF_CLASS_RIGHT);
	assert_int_equal(class_of("client", user, "1.2.3.4", user, true), XFF_CLASS_RIGHT);
	assert_int_equal(class_of("client", "1.2.3.4", "-", user, true), XFF_CLASS_STRANGE);
	assert_int_equal(class_of("client", "1.2.3.4", user, user, true), XFF_CLASS_PROXY);
}

static void is_peer(const char *remote, const char *header, const char *expected)
{
	char text[ADDRESS_TEXT_SIZE];

	class_of("client", remote, header, "203.0.113.9", false);
	assert_string_equal(address_format(&shown.peer, text), expected);
}

/* Behind a balancer inside, the last hop is the node, unless it is all that is left. */
static void peers(void **state)
{
	(void)state;
	is_peer("10.0.0.1", "203.0.113.9, 192.0.2.77", "192.0.2.77");
	is_peer("10.0.0.1", "1.2.3.4, 192.0.2.77", "192.0.2.77");
	is_peer("10.0.0.1", "192.0.2.77, 192.0.2.77", "192.0.2.77");
	is_peer("10.0.0.1", "192.0.2.77", "10.0.0.1");
	is_peer("10.0.0.1", "-", "10.0.0.1");
	is_peer("10.0.0.1", "203.0.113.9, 192.0.2.78", "10.0.0.1");
	/* Anybody outside can write the address of a node. */
	is_peer("8.8.8.8", "203.0.113.9, 192.0.2.77", "8.8.8.8");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tabs),
		cmocka_unit_test(tabs_refused),
		cmocka_unit_test(json),
		cmocka_unit_test(json_long),
		cmocka_unit_test(hops),
		cmocka_unit_test(ranges),
		cmocka_unit_test(classes),
		cmocka_unit_test(peers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
