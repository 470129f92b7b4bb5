// SPDX-License-Identifier: BSD-2-Clause
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "origin/origin_address.h"
#include "origin/origin_naming.h"

static void addresses(void **state)
{
	static const struct {
		const char *text, *shown; /* 0: refused */
		unsigned int port;
	} cases[] = {
		{ "203.0.113.7", "203.0.113.7", 0 }, { "203.0.113.7:443", "203.0.113.7:443", 443 },
		{ "203.0.113.7:65535", "203.0.113.7:65535", 65535 },
		{ "2001:db8::7", "2001:db8::7", 0 }, { "[2001:db8::7]", "2001:db8::7", 0 },
		{ "[2001:db8::7]:443", "[2001:db8::7]:443", 443 }, { "::1", "::1", 0 },
		{ "::ffff:192.0.2.1", "192.0.2.1", 0 },
		{ "[::ffff:192.0.2.1]:80", "192.0.2.1:80", 80 },
		{ "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8", 0 },
		{ "", NULL, 0 }, { ":", NULL, 0 }, { ":443", NULL, 0 }, { "443", NULL, 0 },
		{ "203.0.113.7:", NULL, 0 }, { "203.0.113.7:0", NULL, 0 },
		{ "203.0.113.7:65536", NULL, 0 }, { "203.0.113.7:x", NULL, 0 },
		{ "203.0.113.7:443/tcp", NULL, 0 }, { "203.0.113.07", NULL, 0 },
		{ "203.0.113.0/24", NULL, 0 }, { "[203.0.113.7]:443", NULL, 0 },
		{ "[203.0.113.7]", NULL, 0 }, { "[", NULL, 0 }, { "[]", NULL, 0 },
		{ "[]:443", NULL, 0 }, { "[::1", NULL, 0 }, { "::1]", NULL, 0 },
		{ "[::1]443", NULL, 0 }, { "[::1]:", NULL, 0 }, { "[[::1]]:443", NULL, 0 },
		{ "[::1]]:443", NULL, 0 }, { "fe80::1%lo", NULL, 0 }, { "shop", NULL, 0 },
		{ "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc", NULL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct ecdn_xdp_origin_key key = { .port = 7 };
		char text[ORIGIN_ADDRESS_TEXT_SIZE] = "";
		int err = origin_address_parse(cases[i].text, &key);

		if (!err)
			origin_address_format(&key, text);
		if (err != (cases[i].shown ? 0 : -EINVAL) || strcmp(text, cases[i].shown ?: "") ||
		    key.port != (cases[i].shown ? cases[i].port : 7))
			fail_msg("'%s': error %d, %s, port %u", cases[i].text, err, text, key.port);
	}
}

/* Writes each port of a set, with "/http" behind those that are plain. */
static void port_text(const struct origin_ports *ports, char text[256])
{
	*text = 0;
	for (unsigned int port = 0; port < 65536; port++) {
		size_t used = strlen(text);

		if (ports->ports[port / 8] & 1 << port % 8)
			snprintf(text + used, 256 - used, " %u%s", port,
				 ports->plain[port / 8] & 1 << port % 8 ? "/http" : "");
		else if (ports->plain[port / 8] & 1 << port % 8)
			fail_msg("port %u is plain, and not watched", port);
	}
}

static void ports(void **state)
{
	static const struct {
		const char *text, *shown; /* 0: refused */
	} cases[] = {
		{ ORIGIN_PORTS_DEFAULT, " 80/http 443" }, { "443", " 443" }, { "8080", " 8080/http" },
		{ "8080/tls,80/tls", " 80 8080" }, { "8000/http,443", " 443 8000/http" },
		{ "443/http,443/tls", " 443" }, { "443/tls,443/http", " 443/http" },
		{ "1,65535", " 1 65535" },
		{ "", NULL }, { ",", NULL }, { "443,", NULL }, { "0", NULL }, { "65536", NULL },
		{ "443/", NULL }, { "443/tcp", NULL }, { "443/http/tls", NULL }, { "443 80", NULL },
		{ "440-443", NULL }, { "https", NULL }, { "443,x", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct origin_ports set = {};
		int err = origin_request_ports_parse(cases[i].text, &set);
		char text[256];

		port_text(&set, text);
		if (err != (cases[i].shown ? 0 : -EINVAL) || strcmp(text, cases[i].shown ?: ""))
			fail_msg("'%s': error %d,%s", cases[i].text, err, text);
	}
}

static void depths(void **state)
{
	enum origin_depth depth = ORIGIN_DEPTH_KEEP;

	(void)state;
	assert_int_equal(origin_request_depth_parse("content", &depth), 0);
	assert_int_equal(depth, ORIGIN_DEPTH_CONTENT);
	assert_int_equal(origin_request_depth_parse("sockets", &depth), 0);
	assert_int_equal(depth, ORIGIN_DEPTH_SOCKETS);
	assert_int_equal(origin_request_depth_parse("off", &depth), 0);
	assert_int_equal(depth, ORIGIN_DEPTH_OFF);
	assert_int_equal(origin_request_depth_parse("", &depth), -EINVAL);
	assert_int_equal(origin_request_depth_parse("Content", &depth), -EINVAL);
	assert_int_equal(depth, ORIGIN_DEPTH_OFF);
}

/* A command that asks for nothing of the observer neither loads nor changes it. */
static void asks(void **state)
{
	struct origin_request request;

	(void)state;
	origin_request_init(&request);
	assert_false(origin_request_wanted(&request));
	assert_false(origin_request_loads(&request));
	request.all_namespaces = 0;
	assert_true(origin_request_wanted(&request));
	assert_false(origin_request_loads(&request));
	request.depth = ORIGIN_DEPTH_OFF;
	assert_false(origin_request_wanted(&request));
	assert_false(origin_request_loads(&request));
	request.depth = ORIGIN_DEPTH_SOCKETS;
	assert_true(origin_request_wanted(&request));
	assert_true(origin_request_loads(&request));
	origin_request_init(&request);
	request.replace_names = true;
	assert_true(origin_request_wanted(&request));
}

static void words(void **state)
{
	static const char *const names[] = { "shop", "a.example", "x_1-2:3", "203.0.113.7.example" };
	static const char *const none[] = {
		"", "a b", "a\tb", "a,b", "a\"b", "a'b", "a\\b", "a#b", "\xc3\xa9", "--", "1.2.3.4",
		"1.2.3.4:80", "::1", "[::1]:80",
		"0123456789012345678901234567890123456789012345678901234567890123",
	};
	static const char *const hosts_none[] = { "", "a b", "a/b", "a:443", "*.example", "a\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (origin_names_wrong(names[i]))
			fail_msg("'%s' is refused: %s", names[i], origin_names_wrong(names[i]));
	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
		if (!origin_names_wrong(none[i]))
			fail_msg("'%s' is taken", none[i]);
	assert_null(origin_names_wrong_sni("www.shop-1.example"));
	for (size_t i = 0; i < sizeof(hosts_none) / sizeof(*hosts_none); i++)
		if (!origin_names_wrong_sni(hosts_none[i]))
			fail_msg("'%s' is taken", hosts_none[i]);
}

static void put(struct origin_names *names, const char *address, const char *name, const char *sni)
{
	struct ecdn_xdp_origin_key key;

	assert_int_equal(origin_address_parse(address, &key), 0);
	assert_int_equal(origin_names_append(names, &key, name, sni), 0);
}

/* The names as "ADDRESS=NAME/SNI", in their order. */
static void names_text(const struct origin_names *names, char text[512])
{
	char address[ORIGIN_ADDRESS_TEXT_SIZE];

	*text = 0;
	for (size_t i = 0; i < names->count; i++) {
		size_t used = strlen(text);

		snprintf(text + used, 512 - used, "%s%s=%s/%s", i ? " " : "",
			 origin_address_format(&names->at[i].key, address),
			 names->at[i].value.name, names->at[i].value.sni);
	}
}

/* What a request makes of two names, one of which has two addresses. */
static void becomes(const struct origin_request *request, int error, bool changes,
		    const char *expected)
{
	struct origin_naming naming = {};
	char text[512];

	put(&naming.before, "203.0.113.7", "shop", "shop.example");
	put(&naming.before, "[2001:db8::7]:443", "shop", "shop.example");
	put(&naming.before, "203.0.113.8:443", "img", NULL);
	assert_int_equal(origin_naming_prepare(&naming, -1, request), error);
	assert_int_equal(naming.changes, changes);
	if (!error) {
		names_text(&naming.after, text);
		assert_string_equal(text, expected);
	}
	origin_naming_free(&naming);
}

#define SHOP "203.0.113.7=shop/shop.example [2001:db8::7]:443=shop/shop.example"
#define IMG "203.0.113.8:443=img/"

static void naming(void **state)
{
	struct origin_request request;

	(void)state;
	origin_request_init(&request);
	becomes(&request, 0, false, SHOP " " IMG);
	request.name = "shop";
	put(&request.names, "203.0.113.7", "shop", NULL);
	becomes(&request, 0, false, IMG " " SHOP);
	put(&request.names, "203.0.113.9", "shop", NULL);
	becomes(&request, 0, true, IMG " " SHOP " 203.0.113.9=shop/shop.example");
	request.sni = "b.example";
	becomes(&request, 0, true, IMG " 203.0.113.7=shop/b.example "
		"[2001:db8::7]:443=shop/b.example 203.0.113.9=shop/b.example");
	/* The same address without a port is another one. */
	put(&request.names, "203.0.113.8", "shop", NULL);
	becomes(&request, 0, true, IMG " 203.0.113.7=shop/b.example "
		"[2001:db8::7]:443=shop/b.example 203.0.113.9=shop/b.example "
		"203.0.113.8=shop/b.example");
	put(&request.names, "203.0.113.8:443", "shop", NULL);
	becomes(&request, -EEXIST, false, NULL);
	origin_names_free(&request.names);
	request.remove = true;
	becomes(&request, 0, true, IMG);
	request.name = "none";
	becomes(&request, -ENOENT, false, NULL);
}

static void naming_anew(void **state)
{
	struct origin_request request;

	(void)state;
	origin_request_init(&request);
	request.replace_names = true;
	becomes(&request, 0, true, "");
	put(&request.names, "203.0.113.8:443", "img", NULL);
	put(&request.names, "203.0.113.7", "shop", "shop.example");
	becomes(&request, 0, true, IMG " 203.0.113.7=shop/shop.example");
	put(&request.names, "[2001:db8::7]:443", "shop", "shop.example");
	becomes(&request, 0, false, IMG " " SHOP);
	for (unsigned int i = 0; i < ECDN_XDP_ORIGINS - 2; i++) {
		struct ecdn_xdp_origin_key key = { .family = 4, .addr = { 10, i >> 8, i & 255, 1 } };

		assert_int_equal(origin_names_append(&request.names, &key, "many", NULL), 0);
	}
	becomes(&request, -ENOSPC, false, NULL);
	origin_request_free(&request);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses), cmocka_unit_test(ports), cmocka_unit_test(depths),
		cmocka_unit_test(asks), cmocka_unit_test(words), cmocka_unit_test(naming),
		cmocka_unit_test(naming_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
