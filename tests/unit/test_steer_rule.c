// SPDX-License-Identifier: BSD-2-Clause
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <netinet/in.h>

#include "steer/steer_rule.h"

static void ports(void **state)
{
	static const struct {
		const char *text;
		unsigned int port, protocol; /* 0: refused */
	} cases[] = {
		{ "80", 80, IPPROTO_TCP }, { "443/tcp", 443, IPPROTO_TCP },
		{ "443/udp", 443, IPPROTO_UDP }, { "1", 1, IPPROTO_TCP },
		{ "65535/udp", 65535, IPPROTO_UDP }, { "0", 0, 0 }, { "65536", 0, 0 },
		{ "4294967376", 0, 0 }, { "", 0, 0 }, { "/udp", 0, 0 }, { "80/", 0, 0 },
		{ "80/sctp", 0, 0 }, { "80/udp/udp", 0, 0 }, { " 80", 0, 0 }, { "80 ", 0, 0 },
		{ "+80", 0, 0 }, { "-80", 0, 0 }, { "80-90", 0, 0 }, { "80,81", 0, 0 },
		{ "http", 0, 0 }, { "000000000000080", 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct steer_rule rule = { .port = 7, .protocol = 7 };
		int err = steer_rule_parse_port(cases[i].text, &rule);

		if (err != (cases[i].port ? 0 : -EINVAL) ||
		    rule.port != (cases[i].port ?: 7) || rule.protocol != (cases[i].protocol ?: 7))
			fail_msg("'%s': error %d, port %u, protocol %u", cases[i].text, err,
				 rule.port, rule.protocol);
	}
}

static void listeners(void **state)
{
	static const struct {
		const char *text, *shown; /* 0: refused */
	} cases[] = {
		{ "127.0.0.1:8513", "127.0.0.1:8513" }, { "0.0.0.0:1", "0.0.0.0:1" },
		{ "[::1]:8513", "[::1]:8513" }, { "[::]:65535", "[::]:65535" },
		{ "[2001:db8:0:0::1]:80", "[2001:db8::1]:80" },
		{ "[::ffff:192.0.2.1]:80", "192.0.2.1:80" },
		{ "[::192.0.2.1]:80", "[::192.0.2.1]:80" },
		{ "8513", NULL }, { ":8513", NULL }, { "127.0.0.1", NULL }, { "127.0.0.1:", NULL },
		{ "127.0.0.1:0", NULL }, { "127.0.0.1:65536", NULL }, { "127.0.0.1:80x", NULL },
		{ "127.0.0:80", NULL }, { "localhost:80", NULL }, { "[127.0.0.1]:80", NULL },
		{ "::1:8513", NULL }, { "[::1]", NULL }, { "[::1]8513", NULL },
		{ "[::1:8513", NULL }, { "::1]:8513", NULL }, { "[]:80", NULL }, { "[:80", NULL },
		{ "[[::1]]:80", NULL }, { "[fe80::1%lo]:80", NULL }, { "", NULL },
		{ "[1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc]:80", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct steer_rule rule = { .listener_port = 7 };
		int err = steer_rule_parse_listener(cases[i].text, &rule);
		char text[LISTENER_TEXT_SIZE];

		if (err != (cases[i].shown ? 0 : -EINVAL))
			fail_msg("'%s': error %d", cases[i].text, err);
		if (err)
			assert_int_equal(rule.listener_port, 7);
		else
			assert_string_equal(listener_format(&rule.listener, rule.listener_port,
							    text), cases[i].shown);
	}
}

static struct steer_rule rule_of(const char *port, const char *listener)
{
	struct steer_rule rule;

	assert_int_equal(steer_rule_parse_port(port, &rule), 0);
	assert_int_equal(steer_rule_parse_listener(listener, &rule), 0);
	return rule;
}

static bool is_own(const char *port, const char *listener)
{
	struct steer_rule rule = rule_of(port, listener);

	return steer_rule_is_own(&rule);
}

static void own(void **state)
{
	(void)state;
	assert_true(is_own("80", "192.0.2.1:80"));
	assert_true(is_own("80", "0.0.0.0:80"));
	assert_true(is_own("443/udp", "[::]:443"));
	assert_true(is_own("80", "128.0.0.1:80"));
	assert_false(is_own("80", "192.0.2.1:8513"));
	assert_false(is_own("80", "127.0.0.1:80"));
	assert_false(is_own("80", "127.255.255.254:80"));
	assert_false(is_own("443/udp", "[::1]:443"));
}

static int add(struct steer_rules *rules, const char *port, const char *listener)
{
	struct steer_rule rule = rule_of(port, listener);

	return steer_rules_add(rules, &rule);
}

static void rules(void **state)
{
	struct steer_rules all = {};

	(void)state;
	assert_int_equal(add(&all, "80", "127.0.0.1:8513"), 0);
	assert_int_equal(add(&all, "80", "[::1]:8513"), 0);
	assert_int_equal(add(&all, "80/udp", "127.0.0.1:8513"), 0);
	assert_int_equal(add(&all, "80/tcp", "127.0.0.2:8514"), -EEXIST);
	assert_int_equal(add(&all, "80", "[::2]:8513"), -EEXIST);
	assert_int_equal(all.count, 3);
	for (unsigned int port = 1000; all.count < ECDN_XDP_STEER_MAX; port++) {
		char text[STEER_PORT_TEXT_SIZE];

		assert_int_equal(add(&all, steer_rule_format_port(port, IPPROTO_TCP, text),
				     "127.0.0.1:8513"), 0);
	}
	assert_int_equal(add(&all, "9", "127.0.0.1:8513"), -ENOSPC);
	steer_rules_free(&all);
}

/* What the maps hold says the same as what was written. */
static void maps(void **state)
{
	static const char *const texts[] = { "192.0.2.1:8513", "[2001:db8::1]:1", "0.0.0.0:65535" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct steer_rule rule = rule_of("443/udp", texts[i]), back;
		struct ecdn_xdp_steer_key key = steer_rule_key(&rule);
		struct ecdn_xdp_steer value;
		char text[LISTENER_TEXT_SIZE], port[STEER_PORT_TEXT_SIZE];

		steer_rule_value(&rule, &value);
		steer_rule_from(&back, &key, &value, 7);
		assert_string_equal(listener_format(&back.listener, back.listener_port, text),
				    texts[i]);
		assert_string_equal(steer_rule_format_port(back.port, back.protocol, port), "443/udp");
	}
}

struct find_case {
	const char *wanted;
	unsigned int count;
	uint64_t first;         /* its cookie */
};

static struct listener waits_on(uint64_t cookie, const char *text, bool v6only, uint32_t ifindex)
{
	struct steer_rule rule = rule_of("1", text);
	bool ipv4 = rule.listener.family == AF_INET;

	return (struct listener){
		.cookie = cookie, .ifindex = ifindex, .protocol = IPPROTO_TCP,
		.serves_v4 = ipv4 || !v6only, .serves_v6 = !ipv4,
		.port = rule.listener_port, .address = rule.listener,
	};
}

static void found(void **state)
{
	struct listener all[] = {
		waits_on(1, "127.0.0.1:10", false, 0), waits_on(2, "0.0.0.0:10", false, 0),
		waits_on(3, "[::]:10", false, 0), waits_on(4, "0.0.0.0:11", false, 0),
		waits_on(5, "[::]:11", false, 0), waits_on(6, "[::]:12", false, 0),
		waits_on(7, "[::]:13", true, 0), waits_on(8, "[::1]:14", true, 0),
		waits_on(9, "127.0.0.1:15", false, 0), waits_on(10, "127.0.0.1:15", false, 0),
		waits_on(11, "127.0.0.1:16", false, 2), waits_on(12, "127.0.0.1:16", false, 0),
		waits_on(13, "127.0.0.1:17", false, 2),
	};
	const struct listeners listeners_all = { all, sizeof(all) / sizeof(*all) };
	static const struct find_case cases[] = {
		{ "127.0.0.1:10", 1, 1 }, { "127.0.0.2:10", 1, 2 }, { "[::1]:10", 1, 3 },
		{ "0.0.0.0:10", 1, 2 }, { "127.0.0.1:11", 1, 4 }, { "[::]:11", 1, 5 },
		{ "127.0.0.1:12", 1, 6 }, { "0.0.0.0:12", 1, 6 }, { "[::1]:12", 1, 6 },
		{ "127.0.0.1:13", 0, 0 }, { "[::1]:13", 1, 7 }, { "[::1]:14", 1, 8 },
		{ "[::2]:14", 0, 0 }, { "127.0.0.1:14", 0, 0 }, { "127.0.0.1:15", 2, 9 },
		{ "0.0.0.0:15", 0, 0 }, { "127.0.0.1:16", 1, 12 }, { "127.0.0.1:17", 1, 13 },
		{ "127.0.0.1:18", 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct steer_rule rule = rule_of("1", cases[i].wanted);
		const struct listener *sockets[4];
		unsigned int count = steer_rule_find(&rule, &listeners_all, NULL, sockets, 4);

		if (count != cases[i].count || (count && sockets[0]->cookie != cases[i].first))
			fail_msg("'%s': %u sockets, the first is %llu", cases[i].wanted, count,
				 count ? (unsigned long long)sockets[0]->cookie : 0);
	}
}

/* A wildcard socket is no listener for its own port. */
static void found_own(void **state)
{
	struct listener all[] = { waits_on(1, "0.0.0.0:80", false, 0) };
	const struct listeners one = { all, 1 };
	struct steer_rule same = rule_of("80", "127.0.0.1:80"), other = rule_of("81", "127.0.0.1:80");
	const struct listener *socket;

	(void)state;
	assert_int_equal(steer_rule_find(&same, &one, NULL, &socket, 1), 0);
	assert_int_equal(steer_rule_find(&other, &one, NULL, &socket, 1), 1);
	all[0] = waits_on(1, "127.0.0.1:80", false, 0);
	assert_int_equal(steer_rule_find(&same, &one, NULL, &socket, 1), 1);
}

static bool is_later(const struct listener *listener, const void *context)
{
	return listener->cookie > *(const uint64_t *)context;
}

/* A socket that does not count keeps none out, however closely it is bound. */
static void found_of_some(void **state)
{
	struct listener all[] = {
		waits_on(1, "127.0.0.1:10", false, 0), waits_on(2, "0.0.0.0:10", false, 0),
		waits_on(3, "[::]:10", false, 0),
	};
	const struct listeners three = { all, 3 };
	struct steer_rule rule = rule_of("1", "127.0.0.1:10");
	const struct listener *socket;

	(void)state;
	for (uint64_t hidden = 0; hidden <= 3; hidden++) {
		const struct listener_filter filter = { is_later, &hidden };
		unsigned int count = steer_rule_find(&rule, &three, &filter, &socket, 1);

		assert_int_equal(count, hidden < 3);
		if (count)
			assert_int_equal(socket->cookie, hidden + 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ports), cmocka_unit_test(listeners), cmocka_unit_test(own),
		cmocka_unit_test(rules), cmocka_unit_test(maps), cmocka_unit_test(found),
		cmocka_unit_test(found_own), cmocka_unit_test(found_of_some),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
