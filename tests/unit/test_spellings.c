// SPDX-License-Identifier: BSD-2-Clause
/* An address means the same wherever it is written: every reader of text gives one answer, or all
 * refuse it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "base/text.h"
#include "config/config.h"
#include "source_fixture.h"
#include "steer/steer_rule.h"
#include "trust/trust_file.h"

static const struct {
	const char *text;
	const char *is;         /* how it is printed; NULL: it is refused */
} spellings[] = {
	{ "192.0.2.1", "192.0.2.1" },
	{ "::ffff:192.0.2.1", "192.0.2.1" },
	{ "::FFFF:192.0.2.1", "192.0.2.1" },
	{ "::ffff:c000:201", "192.0.2.1" },
	{ "::ffff:C000:0201", "192.0.2.1" },
	{ "0:0:0:0:0:ffff:192.0.2.1", "192.0.2.1" },
	{ "0000:0000:0000:0000:0000:ffff:c000:0201", "192.0.2.1" },
	{ "2001:db8::1", "2001:db8::1" },
	{ "2001:DB8::1", "2001:db8::1" },
	{ "2001:0db8:0000::0001", "2001:db8::1" },
	{ "2001:db8:0:0:0:0:0:1", "2001:db8::1" },
	{ "2001:db8::0.0.0.1", "2001:db8::1" },
	{ "::1", "::1" },
	{ "64:ff9b::192.0.2.1", "64:ff9b::c000:201" },
	{ "192.0.2.01", NULL }, { "0300.0.2.1", NULL }, { "0xc0.0.2.1", NULL },
	{ "192.0.2", NULL }, { "192.0.2.256", NULL }, { "192.0.2.1.", NULL },
	{ "::ffff:192.0.2.01", NULL }, { "::ffff:192.0.2", NULL },
	{ "fe80::1%eth0", NULL }, { "fe80::1%1", NULL }, { "2001:db8::00001", NULL },
	{ "2001:db8:::1", NULL }, { "[2001:db8::1]", NULL }, { "localhost", NULL },
	{ "192.0.2.1:80", NULL }, { "192.0.2.1x", NULL },
};

static const struct {
	const char *text, *is;
} prefixes[] = {
	{ "192.0.2.0/24", "192.0.2.0/24" },
	{ "::ffff:192.0.2.0/120", "192.0.2.0/24" },
	{ "::ffff:c000:200/120", "192.0.2.0/24" },
	{ "::ffff:0:0/96", "0.0.0.0/0" },
	{ "0.0.0.0/0", "0.0.0.0/0" },
	{ "2001:DB8::/32", "2001:db8::/32" },
	{ "2001:db8::/032", "2001:db8::/32" },
	{ "::/0", "::/0" },
	{ "192.0.2.1/24", NULL }, { "::ffff:192.0.2.1/120", NULL }, { "::ffff:0:0/95", NULL },
	{ "2001:db8::1/32", NULL }, { "192.0.2.0/33", NULL }, { "2001:db8::/129", NULL },
	{ "192.0.2.0/", NULL }, { "192.0.2.0/-1", NULL }, { "192.0.2/24", NULL },
	{ "192.0.2.0/255.255.255.0", NULL }, { "fe80::%eth0/64", NULL }, { "192.0.02.0/24", NULL },
};

/* What a reader made of a spelling: the prefix, or false if it was refused. */
typedef bool reader_of(const char *text, struct cidr *cidr);

static void whole(const struct address *address, struct cidr *cidr)
{
	*cidr = (struct cidr){ *address, address_family_bits(address->family) };
}

static bool by_address(const char *text, struct cidr *cidr)
{
	struct address address;

	if (address_parse(text, &address))
		return false;
	whole(&address, cidr);
	return true;
}

static struct text piece(const char *text)
{
	return (struct text){ text, text + strlen(text) };
}

static bool by_text_address(const char *text, struct cidr *cidr)
{
	struct address address;

	if (text_address(piece(text), &address))
		return false;
	whole(&address, cidr);
	return true;
}

static bool by_cidr(const char *text, struct cidr *cidr)
{
	return !cidr_parse(text, cidr);
}

static bool by_text_cidr(const char *text, struct cidr *cidr)
{
	return !text_cidr(piece(text), cidr);
}

/* The one range that a region file has made. */
static bool by_set(struct cidr *cidr)
{
	const struct range_list *list = set.v4.count ? &set.v4 : &set.v6;
	struct cidr found = { .addr.family = set.v4.count ? AF_INET : AF_INET6 };

	if (set.v4.count + set.v6.count != 1)
		return false;
	found.addr.bits = list->range[0].first;
	while (cidr_last(&found) != list->range[0].last ||
	       found.addr.bits & cidr_host_mask(found.length))
		found.length++;
	*cidr = found;
	return true;
}

static bool by_lines(const char *text, struct cidr *cidr)
{
	char line[128];

	snprintf(line, sizeof(line), " \t%s  REGION\r\n", text);
	return !read_text(line) && by_set(cidr);
}

static bool by_csv(const char *text, struct cidr *cidr)
{
	char line[128];

	snprintf(line, sizeof(line), " %s , %s ,REGION\n", text, text);
	return !read_text(line) && by_set(cidr);
}

static bool by_nodes(const char *text, struct cidr *cidr)
{
	struct trust_node *nodes = NULL;
	size_t count = 0;
	char line[128];
	bool good;

	snprintf(line, sizeof(line), "  %s node # a comment\n", text);
	write_file(line, strlen(line));
	good = !trust_file_read(file, &nodes, &count) && count == 1;
	if (good)
		*cidr = nodes[0].cidr;
	free(nodes);
	return good;
}

static bool by_config(const char *text, struct cidr *cidr)
{
	struct config config;
	char line[128];

	snprintf(line, sizeof(line), "allow: [\"%s\"]\n", text);
	write_file(line, strlen(line));
	if (config_read(&config, file))
		return false;
	*cidr = config.request.trust.allow[0];
	config_free(&config);
	return true;
}

/* IPv6 stands in brackets there, however it is spelt. */
static bool by_listener(const char *text, struct cidr *cidr)
{
	struct steer_rule rule = {};
	char line[128];

	snprintf(line, sizeof(line), strchr(text, ':') ? "[%s]:513" : "%s:513", text);
	if (steer_rule_parse_listener(line, &rule))
		return false;
	whole(&rule.listener, cidr);
	return true;
}

static void check(const char *text, const char *is, reader_of *read, const char *reader)
{
	char printed[CIDR_TEXT_SIZE] = "refused";
	struct cidr cidr;
	bool good = read(text, &cidr);

	if (good)
		cidr_format(&cidr, printed);
	if (good != !!is || (good && strcmp(printed, is)))
		fail_msg("'%s' is %s to %s, and should be %s", text, printed, reader, is ?: "refused");
}

static void addresses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(spellings) / sizeof(*spellings); i++) {
		const char *text = spellings[i].text, *is = spellings[i].is;
		char whole_is[CIDR_TEXT_SIZE + 8];

		if (is)
			snprintf(whole_is, sizeof(whole_is), "%s/%d", is, strchr(is, ':') ? 128 : 32);
		is = is ? whole_is : NULL;
		check(text, is, by_address, "address_parse()");
		check(text, is, by_text_address, "text_address()");
		check(text, is, by_cidr, "cidr_parse()");
		check(text, is, by_text_cidr, "text_cidr()");
		check(text, is, by_lines, "CIDR lines");
		check(text, is, by_csv, "range CSV");
		check(text, is, by_nodes, "a node list");
		check(text, is, by_config, "the configuration");
		if (text[0] != '[' && !strstr(text, ":80"))
			check(text, is, by_listener, "a listener");
	}
}

static void of_prefixes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++) {
		check(prefixes[i].text, prefixes[i].is, by_cidr, "cidr_parse()");
		check(prefixes[i].text, prefixes[i].is, by_text_cidr, "text_cidr()");
		check(prefixes[i].text, prefixes[i].is, by_lines, "CIDR lines");
		check(prefixes[i].text, prefixes[i].is, by_nodes, "a node list");
		check(prefixes[i].text, prefixes[i].is, by_config, "the configuration");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses),
		cmocka_unit_test(of_prefixes),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
