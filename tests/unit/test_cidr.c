// SPDX-License-Identifier: BSD-2-Clause
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "base/cidr.h"

static void cidrs(void **state)
{
	static const struct { const char *text, *canonical, *last; } good[] = {
		{ "10.0.0.0/8", "10.0.0.0/8", "10.255.255.255" },
		{ "10.0.0.1", "10.0.0.1/32", "10.0.0.1" },
		{ "0.0.0.0/0", "0.0.0.0/0", "255.255.255.255" },
		{ "128.0.0.0/1", "128.0.0.0/1", "255.255.255.255" },
		{ "255.255.255.255/32", "255.255.255.255/32", "255.255.255.255" },
		{ "2001:db8::/32", "2001:db8::/32", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff" },
		{ "::/0", "::/0", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
		{ "::1", "::1/128", "::1" },
		{ "2001:DB8:0::/127", "2001:db8::/127", "2001:db8::1" },
		{ "::ffff:10.0.0.0/104", "10.0.0.0/8", "10.255.255.255" },
		{ "::FFFF:a00:1", "10.0.0.1/32", "10.0.0.1" },
		{ "::ffff:0:0/96", "0.0.0.0/0", "255.255.255.255" },
		{ "::fffe:0:0/96", "::fffe:0:0/96", "::fffe:ffff:ffff" },
		{ "::ffff:0:0:0/80", "::ffff:0:0:0/80", "::ffff:ffff:ffff:ffff" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		struct address last;
		struct cidr cidr;
		char text[CIDR_TEXT_SIZE];

		assert_int_equal(cidr_parse(good[i].text, &cidr), 0);
		assert_string_equal(cidr_format(&cidr, text), good[i].canonical);
		last = (struct address){ cidr_last(&cidr), cidr.addr.family };
		assert_string_equal(address_format(&last, text), good[i].last);
	}
}

static void cidrs_refused(void **state)
{
	static const struct { const char *text; int error; } bad[] = {
		{ "10.0.0.1/8", -ERANGE }, { "10.0.0.0/6", -ERANGE }, { "0.0.0.1/0", -ERANGE },
		{ "255.255.255.255/31", -ERANGE }, { "2001:db8::1/32", -ERANGE },
		{ "::ffff:10.0.0.0/95", -ERANGE }, { "::ffff:10.0.0.1/104", -ERANGE },
		{ "::1/0", -ERANGE }, { "::1/127", -ERANGE },
		{ "", -EINVAL }, { "/8", -EINVAL }, { "10.0.0.0/", -EINVAL },
		{ "10.0.0.0/33", -EINVAL }, { "::/129", -EINVAL }, { "10.0.0.0/-1", -EINVAL },
		{ "10.0.0.0/+8", -EINVAL }, { "10.0.0.0/8 ", -EINVAL }, { "10.0.0.0 /8", -EINVAL },
		{ "10.0.0.0/8/8", -EINVAL }, { "10/8", -EINVAL },
		{ "10.0.0.0/255.0.0.0", -EINVAL }, { "10.0.0.0/4294967304", -EINVAL },
		{ "10.0.0.0/18446744073709551624", -EINVAL },
		{ "11111111111111111111111111111111111111111111111111/8", -EINVAL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct cidr cidr = { { 1, 2 }, 3 };
		int error = cidr_parse(bad[i].text, &cidr);

		if (error != bad[i].error)
			fail_msg("'%s': %d, not %d", bad[i].text, error, bad[i].error);
		assert_true(cidr.addr.bits == 1 && cidr.addr.family == 2 && cidr.length == 3);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cidrs),
		cmocka_unit_test(cidrs_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
