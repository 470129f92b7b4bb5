// SPDX-License-Identifier: BSD-2-Clause
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <maxminddb.h>

#include "mmdb_writer.h"
#include "source_fixture.h"

static const int sizes[] = { 24, 28, 32 };

/* {"country": {"iso_code": NAME, "geoname_id": 1}} */
static uint32_t country(struct mmdb_writer *writer, const char *name)
{
	uint32_t offset = writer->data.count;

	mmdb_map(&writer->data, 1);
	mmdb_string(&writer->data, "country");
	mmdb_map(&writer->data, 2);
	mmdb_string(&writer->data, "geoname_id");
	mmdb_uint(&writer->data, MMDB_T_UINT32, 1);
	mmdb_string(&writer->data, "iso_code");
	mmdb_string(&writer->data, name);
	return offset;
}

/* {"autonomous_system_number": N, "big": 2^40, "small": 7, "subdivisions":
 * [{"iso_code": "BY"}], "yes": true} */
static uint32_t system_record(struct mmdb_writer *writer, uint32_t number)
{
	uint32_t offset = writer->data.count;

	mmdb_map(&writer->data, 5);
	mmdb_string(&writer->data, "autonomous_system_number");
	mmdb_uint(&writer->data, MMDB_T_UINT32, number);
	mmdb_string(&writer->data, "big");
	mmdb_uint(&writer->data, MMDB_T_UINT64, 1ULL << 40);
	mmdb_string(&writer->data, "small");
	mmdb_uint(&writer->data, MMDB_T_UINT16, 7);
	mmdb_string(&writer->data, "subdivisions");
	mmdb_array(&writer->data, 1);
	mmdb_map(&writer->data, 1);
	mmdb_string(&writer->data, "iso_code");
	mmdb_string(&writer->data, "BY");
	mmdb_string(&writer->data, "yes");
	mmdb_control(&writer->data, MMDB_T_BOOL, 1);
	return offset;
}

static void check_read(const char *field)
{
	if (read_path(file, field, 1))
		fail_msg("refused: %s", logged);
	check_logged("");
}

/* The program that comes with libmaxminddb finds what was written. */
static void check_mmdblookup(const char *address, const char *name)
{
	char command[256], got[256] = "", expected[64];
	FILE *out;

	if (access("/usr/bin/mmdblookup", X_OK))
		return;
	snprintf(command, sizeof(command),
		 "mmdblookup --file %s --ip %s country iso_code 2>&1 | tr -d '\\n'", file, address);
	out = popen(command, "r");
	got[fread(got, 1, sizeof(got) - 1, out)] = 0;
	pclose(out);
	snprintf(expected, sizeof(expected), "\"%s\" <utf8_string>", name);
	assert_non_null(strstr(got, expected));
}

static void ipv6_tree(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		struct mmdb_writer *writer = mmdb_new(6);
		uint32_t de = country(writer, "DE"), fr = country(writer, "FR");

		mmdb_insert(writer, "1.0.0.0/8", de);
		mmdb_insert(writer, "1.2.3.4/32", fr);
		mmdb_insert(writer, "255.255.255.255/32", fr);
		mmdb_insert(writer, "2001:db8::/32", de);
		mmdb_insert(writer, "2001:db8::1/128", fr);
		mmdb_insert(writer, "8000::/1", fr);
		mmdb_alias(writer, "::ffff:0:0/96", "::/96");
		mmdb_alias(writer, "2002::/16", "::/96");
		mmdb_alias(writer, "2001::/32", "::/96");
		mmdb_write(writer, file, sizes[i], "Test-Country");
		check_mmdblookup("1.2.3.4", "FR");
		check_mmdblookup("2002:102::", "DE");
		check_mmdblookup("2001:db8::2", "DE");
		check_read(SOURCE_MMDB_FIELD);
		check_region("0.255.255.255", NULL);
		check_region("1.2.3.3", "DE");
		check_region("1.2.3.4", "FR");
		check_region("1.255.255.255", "DE");
		check_region("2.0.0.0", NULL);
		check_region("255.255.255.255", "FR");
		check_region("::102:304", NULL);
		check_region("::ffff:102:304", NULL);
		check_region("2002:102:304::", NULL);
		check_region("2001:db8::", "DE");
		check_region("2001:db8::1", "FR");
		check_region("2001:db9::", NULL);
		check_region("7fff::", NULL);
		check_region("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "FR");
		assert_int_equal(set.v4.count, 4);
		assert_int_equal(set.v6.count, 4);
	}
}

static void ipv4_tree(void **state)
{
	struct mmdb_writer *writer = mmdb_new(4);

	(void)state;
	mmdb_insert(writer, "0.0.0.0/1", country(writer, "A"));
	mmdb_insert(writer, "128.0.0.0/1", country(writer, "B"));
	mmdb_insert(writer, "0.0.0.0/32", country(writer, "??"));
	mmdb_insert(writer, "0.0.0.1/32", country(writer, "--"));
	mmdb_write(writer, file, 28, "Test-Country");
	check_read(SOURCE_MMDB_FIELD);
	check_region("0.0.0.0", NULL);
	check_region("0.0.0.1", "--");
	check_region("0.0.0.2", "A");
	check_region("255.255.255.255", "B");
	assert_int_equal(set.v6.count, 0);
}

/* A record for a prefix that holds ::/96 is IPv4's as well, as in libmaxminddb. */
static void record_above_ipv4(void **state)
{
	struct mmdb_writer *writer = mmdb_new(6);

	(void)state;
	mmdb_insert(writer, "::/8", country(writer, "A"));
	mmdb_write(writer, file, 24, "Test-Country");
	check_read(SOURCE_MMDB_FIELD);
	check_region("0.0.0.0", "A");
	check_region("255.255.255.255", "A");
	check_region("ff::", "A");
	check_region("100::", NULL);
}

static void fields(void **state)
{
	static const struct { const char *field, *name; } cases[] = {
		{ "autonomous_system_number", "AS64500" }, { "big", "1099511627776" },
		{ "small", "7" }, { "subdivisions.0.iso_code", "BY" },
	};
	struct mmdb_writer *writer = mmdb_new(6);
	uint32_t system = system_record(writer, 64500), other = country(writer, "DE");

	(void)state;
	mmdb_insert(writer, "10.0.0.0/8", system);
	mmdb_insert(writer, "11.0.0.0/8", other);
	mmdb_write(writer, file, 28, "Test-ASN");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		check_read(cases[i].field);
		check_region("10.0.0.0", cases[i].name);
		check_region("11.0.0.0", NULL);
	}
	check_read(SOURCE_MMDB_FIELD);
	check_region("10.0.0.0", NULL);
	check_region("11.0.0.0", "DE");
}

static void check_refused(const char *field, const char *reason)
{
	assert_int_equal(read_path(file, field, 1), -EINVAL);
	if (!strstr(logged, reason))
		fail_msg("logged: %sinstead of: %s", logged, reason);
	if (strchr(logged, '\n') != logged + strlen(logged) - 1)
		fail_msg("logged more: %s", logged);
}

static void wrong_fields(void **state)
{
	struct mmdb_writer *writer = mmdb_new(6);

	(void)state;
	mmdb_insert(writer, "10.0.0.0/8", system_record(writer, 1));
	mmdb_write(writer, file, 24, "Test-ASN");
	check_refused("", "'' is not the path of a field: 1 to 16 keys, separated by points");
	check_refused("a..b", "'a..b' is not the path of a field");
	check_refused("a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q", "is not the path of a field");
	check_refused(SOURCE_MMDB_FIELD, "a Test-ASN database, has the field country.iso_code; "
		      "choose another field");
	check_refused("subdivisions.x", "has the field subdivisions.x");
	check_refused("subdivisions.1", "has the field subdivisions.1");
	check_refused("yes", ": 10.0.0.0/8: yes is neither a string nor an unsigned integer; "
		      "choose another field");
	check_refused("subdivisions", ": 10.0.0.0/8: subdivisions is neither");
}

static void bad_names(void **state)
{
	struct mmdb_writer *writer = mmdb_new(6);
	char prefix[128], *at = logged;

	(void)state;
	for (int i = 0; i < 12; i++) {
		sprintf(prefix, "United States %d", i);
		uint32_t offset = country(writer, prefix);

		sprintf(prefix, "10.%d.0.0/16", i);
		mmdb_insert(writer, prefix, offset);
		sprintf(prefix, "11.%d.0.0/16", i);
		mmdb_insert(writer, prefix, offset);
	}
	mmdb_write(writer, file, 24, "Test");
	assert_int_equal(read_path(file, SOURCE_MMDB_FIELD, 1), -EINVAL);
	for (int i = 0; i < 10; i++) {
		char expected[300];

		snprintf(expected, sizeof(expected), "ecdn-xdp: %s: 10.%d.0.0/16: country.iso_code "
			 "'United States %d' is not a region name: 1 to 15 letters, digits or "
			 "-_.+/:@; choose another field\n", file, i, i);
		if (strncmp(at, expected, strlen(expected)))
			fail_msg("logged: %sinstead of: %s", at, expected);
		at += strlen(expected);
	}
	snprintf(prefix, sizeof(prefix), "ecdn-xdp: 2 more bad records in %s\n", file);
	assert_string_equal(at, prefix);
}

static void names_full(void **state)
{
	struct mmdb_writer *writer = mmdb_new(4);
	struct names *all = names;

	(void)state;
	mmdb_insert(writer, "10.0.0.0/8", country(writer, "A"));
	mmdb_insert(writer, "11.0.0.0/8", country(writer, "B"));
	mmdb_write(writer, file, 24, "Test");
	names = names_new(2);
	assert_int_equal(read_path(file, SOURCE_MMDB_FIELD, 1), -ENOSPC);
	assert_non_null(strstr(logged, ": 11.0.0.0/8: no room for region 'B': these files "
			       "name more than 2 regions\n"));
	names_free(names);
	names = all;
}

/* A tree that is none: a node that refers back, and one that all refer to. */
static void no_tree(void **state)
{
	struct mmdb_writer *writer = mmdb_new(6);

	(void)state;
	writer->node[0][1] = (struct mmdb_record){ MMDB_NODE, 0 };
	mmdb_write(writer, file, 24, "Test");
	check_refused(SOURCE_MMDB_FIELD, "its search tree");

	writer = mmdb_new(6);
	for (int i = 0; i < 100; i++)
		for (int side = 0; side < 2; side++)
			writer->node[i][side] = (struct mmdb_record){ MMDB_NODE, i + 1 };
	writer->nodes = 101;
	mmdb_write(writer, file, 24, "Test");
	check_refused(SOURCE_MMDB_FIELD, "its search tree refers to itself");

	writer = mmdb_new(4);
	writer->node[0][0] = (struct mmdb_record){ MMDB_DATA, 5000 };
	mmdb_write(writer, file, 24, "Test");
	check_refused(SOURCE_MMDB_FIELD, "cannot read");
}

static size_t read_back(char *data, size_t size)
{
	FILE *in = fopen(file, "r");

	size = fread(data, 1, size, in);
	fclose(in);
	return size;
}

static void damaged(void **state)
{
	static char data[1 << 16], copy[1 << 16];
	struct mmdb_writer *writer = mmdb_new(6);
	size_t size;

	(void)state;
	mmdb_insert(writer, "10.0.0.0/8", country(writer, "DE"));
	mmdb_insert(writer, "2001:db8::/32", system_record(writer, 3));
	mmdb_write(writer, file, 24, "Test");
	size = read_back(data, sizeof(data));

	write_file(data, size / 2);
	assert_int_equal(read_path(file, SOURCE_MMDB_FIELD, 1), -EINVAL);
	assert_non_null(strstr(logged, "neither text nor a whole MaxMind DB"));
	strcat(file, ".mmdb");
	write_file(data, size / 2);
	check_refused(SOURCE_MMDB_FIELD, "as a MaxMind DB: The MaxMind DB file contains invalid");
	write_file("10.0.0.0/8 A\n", 13);
	check_refused(SOURCE_MMDB_FIELD, "as a MaxMind DB: The MaxMind DB file contains invalid");
	unlink(file);
	*strrchr(file, '.') = 0;
	write_file("\xab\xcd\xefMaxMind.com", 14);
	check_refused(SOURCE_MMDB_FIELD, "as a MaxMind DB: ");

	/* Whatever is broken, there is an error or a set, and an end. */
	srand(1);
	for (int round = 0; round < 3000; round++) {
		memcpy(copy, data, size);
		for (int i = rand() % 4; i >= 0; i--)
			copy[rand() % size] = rand() >> 8;
		write_file(copy, size);
		if (read_path(file, SOURCE_MMDB_FIELD, 1))
			assert_true(logged[0]);
	}
}

/* libmaxminddb's own search agrees, address by address. */
static void random_trees(void **state)
{
	(void)state;
	srand(2);
	for (int round = 0; round < 30; round++) {
		struct mmdb_writer *writer = mmdb_new(6);
		char text[CIDR_TEXT_SIZE];
		MMDB_s db;

		for (int length = 2; length <= 32; length++) {
			struct cidr cidr = { { 0, AF_INET }, length };

			cidr.addr.bits = (addr_bits)(uint32_t)rand() * 2 << 96 >> (128 - length)
					 << (128 - length);
			sprintf(text, "R%d", rand() % 5);
			uint32_t offset = country(writer, text);

			mmdb_insert(writer, cidr_format(&cidr, text), offset);
		}
		mmdb_alias(writer, "2002::/16", "::/96");
		mmdb_write(writer, file, sizes[round % 3], "Test");
		check_read(SOURCE_MMDB_FIELD);
		assert_int_equal(MMDB_open(file, MMDB_MODE_MMAP, &db), MMDB_SUCCESS);
		for (int i = 0; i < 3000; i++) {
			struct address address = { (addr_bits)(uint32_t)rand() * 2 << 96, AF_INET };
			MMDB_entry_data_s data = { 0 };
			MMDB_lookup_result_s found;
			char name[8] = "";
			int error, status;

			if (i < (int)set.v4.count)
				address.bits = set.v4.range[i].first;
			address_format(&address, text);
			found = MMDB_lookup_string(&db, text, &error, &status);
			if (found.found_entry)
				MMDB_get_value(&found.entry, &data, "country", "iso_code", NULL);
			if (data.has_data)
				memcpy(name, data.utf8_string, data.data_size);
			check_region(text, data.has_data ? name : NULL);
		}
		MMDB_close(&db);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ipv6_tree),
		cmocka_unit_test(ipv4_tree),
		cmocka_unit_test(record_above_ipv4),
		cmocka_unit_test(fields),
		cmocka_unit_test(wrong_fields),
		cmocka_unit_test(bad_names),
		cmocka_unit_test(names_full),
		cmocka_unit_test(no_tree),
		cmocka_unit_test(damaged),
		cmocka_unit_test(random_trees),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
