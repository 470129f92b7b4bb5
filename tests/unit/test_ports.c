// SPDX-License-Identifier: BSD-2-Clause
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "guard/ports.h"

static int port_bit(const uint8_t *bits, unsigned int port)
{
	return bits[port / 8] >> port % 8 & 1;
}

static unsigned int port_count(const uint8_t *bits)
{
	unsigned int count = 0;

	for (unsigned int port = 0; port < 65536; port++)
		count += port_bit(bits, port);
	return count;
}

static void ports(void **state)
{
	static struct protected_ports set;

	(void)state;
	assert_int_equal(ports_parse("80", &set), 0);
	assert_int_equal(set.protect, ECDN_XDP_PROTECT_TCP | ECDN_XDP_PROTECT_UDP);
	assert_true(port_bit(set.ports.tcp, 80) && port_bit(set.ports.udp, 80));
	assert_int_equal(port_count(set.ports.tcp) + port_count(set.ports.udp), 2);

	memset(&set, 0, sizeof(set));
	assert_int_equal(ports_parse("443/udp,8000-8007/udp,65535/udp", &set), 0);
	assert_int_equal(set.protect, ECDN_XDP_PROTECT_UDP);
	assert_int_equal(port_count(set.ports.tcp), 0);
	assert_int_equal(port_count(set.ports.udp), 10);
	assert_true(port_bit(set.ports.udp, 8000) && port_bit(set.ports.udp, 8007));
	assert_true(port_bit(set.ports.udp, 443) && port_bit(set.ports.udp, 65535));

	assert_int_equal(ports_parse("1-65535/tcp", &set), 0);
	assert_int_equal(set.protect, ECDN_XDP_PROTECT_TCP | ECDN_XDP_PROTECT_UDP);
	assert_int_equal(port_count(set.ports.tcp), 65535);
	assert_int_equal(port_count(set.ports.udp), 10);

	set.protect = 0;
	assert_int_equal(ports_parse("all", &set), 0);
	assert_int_equal(set.protect, ECDN_XDP_PROTECT_ALL);
}

static void ports_refused(void **state)
{
	static const char *const bad[] = {
		"", ",", "80,", ",80", "80,,443", "0", "65536", "-1", "80-", "-80", "90-80",
		"80-65536", "0-80", "80/", "80/sctp", "/tcp", "80/tcp/udp", "80/tcp-90", "80 ",
		" 80", "all,80", "80,all", "http", "80/TCP", "99999999999999999999",
	};
	static struct protected_ports set, none;
	static char many[4096];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		if (ports_parse(bad[i], &set) != -EINVAL || set.protect)
			fail_msg("'%s' accepted", bad[i]);
	}
	for (int i = 0; i < 800; i++)
		strcat(many, "80,");
	assert_int_equal(ports_parse(many, &set), -EINVAL);
	assert_int_equal(ports_parse("80,443,x", &set), -EINVAL);
	assert_memory_equal(&set, &none, sizeof(set));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ports),
		cmocka_unit_test(ports_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
