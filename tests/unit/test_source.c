// SPDX-License-Identifier: BSD-2-Clause
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <sys/stat.h>

#include "source_fixture.h"

#define GEOIP "/usr/share/tor/geoip"
#define GEOIP6 "/usr/share/tor/geoip6"

static void csv(void **state)
{
	(void)state;
	check_good("# a comment, with, commas\n\n16777216,16777471,AU\n"
		   " 16777472 , 16777727 ,\tCN # China\r\n"
		   "2001:db8::,2001:db8::ffff,DE\r\n\r\n"
		   "10.0.0.0,10.0.0.255,LAN\n"
		   "4294967295,4294967295,END\n"
		   "ffff::,ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff,END");
	check_region("0.255.255.255", NULL);
	check_region("1.0.0.0", "AU");
	check_region("1.0.0.255", "AU");
	check_region("1.0.1.0", "CN");
	check_region("1.0.2.0", NULL);
	check_region("10.0.0.255", "LAN");
	check_region("255.255.255.254", NULL);
	check_region("255.255.255.255", "END");
	check_region("2001:db8::ffff", "DE");
	check_region("2001:db8::1:0", NULL);
	check_region("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "END");
}

static void csv_in_any_order(void **state)
{
	(void)state;
	check_good("300,399,C\n100,199,A\n200,299,A\n0,99,Z\n");
	assert_int_equal(set.v4.count, 3);
	check_region("0.0.0.99", "Z");
	check_region("0.0.0.100", "A");
	check_region("0.0.1.43", "A");
	check_region("0.0.1.44", "C");
}

static void cidr_lines(void **state)
{
	(void)state;
	check_good("\xef\xbb\xbf# mine\n10.0.0.0/8 LAN\r\n  10.1.0.0/16\tOFFICE  # nested\n"
		   "10.1.2.3 DESK\n\n0.0.0.0/0 V4\n255.255.255.255/32 LAST\n"
		   "::/0 V6\nffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128 LAST6\n"
		   "10.1.0.0/16 OFFICE\n::/128 FIRST6");
	check_region("0.0.0.0", "V4");
	check_region("9.255.255.255", "V4");
	check_region("10.0.0.0", "LAN");
	check_region("10.1.0.0", "OFFICE");
	check_region("10.1.2.2", "OFFICE");
	check_region("10.1.2.3", "DESK");
	check_region("10.1.2.4", "OFFICE");
	check_region("10.2.0.0", "LAN");
	check_region("255.255.255.254", "V4");
	check_region("255.255.255.255", "LAST");
	check_region("::", "FIRST6");
	check_region("::1", "V6");
	check_region("ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe", "V6");
	check_region("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "LAST6");
}

static void nothing_in_it(void **state)
{
	static const char *const texts[] = { "", "\n", "# only\n#comments, so, far", "\r\n \t\n",
					     "\xef\xbb\xbf" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		check_good(texts[i]);
		assert_int_equal(set.v4.count + set.v6.count, 0);
	}
}

static void told_apart_by_content(void **state)
{
	(void)state;
	check_good("#,,\n0,1,A\n");
	check_region("0.0.0.1", "A");
	check_good("# CIDR NAME\n0.0.0.0/31 A # ,,\n");
	check_region("0.0.0.1", "A");
	assert_int_equal(read_text("0.0.0.0/31 A,B\n"), -EINVAL);
	assert_non_null(strstr(logged, ":1: 'A,B' is not a region name"));
}

static void unknown_and_none(void **state)
{
	static const char second[] = "10.0.0.0/7 B\n10.1.0.0/16 ??\n10.2.0.0/16 --\n"
				     "12.0.0.0/8 ??\n";
	struct range_set all = { 0 };

	(void)state;
	check_good("10.0.0.0/8 A\n11.0.0.0/8 A\n12.0.0.0/8 A\n");
	assert_int_equal(range_set_overlay(&all, &set), 0);
	write_file(second, strlen(second));
	assert_int_equal(read_path(file, "", 2), 0);
	check_region("10.1.0.0", NULL);
	check_region("10.2.0.0", "--");
	assert_int_equal(find_range("10.2.0.0")->entry, 2 << RANGE_SOURCE_SHIFT);
	assert_int_equal(range_set_overlay(&all, &set), 0);
	range_set_free(&set);
	set = all;
	check_region("10.0.0.0", "B");
	check_region("10.1.0.0", "A");
	check_region("10.2.0.0", "--");
	check_region("11.0.0.0", "B");
	check_region("12.0.0.0", "A");
	assert_int_equal(find_range("12.0.0.0")->entry >> RANGE_SOURCE_SHIFT, 1);
	assert_int_equal(find_range("11.0.0.0")->entry >> RANGE_SOURCE_SHIFT, 2);
}

static void *feed(void *path)
{
	FILE *out = fopen(path, "w");

	fputs("10.0.0.0/8 A\n", out);
	fclose(out);
	return NULL;
}

static void pipe_as_file(void **state)
{
	pthread_t feeder;

	(void)state;
	unlink(file);
	assert_int_equal(mkfifo(file, 0600), 0);
	pthread_create(&feeder, NULL, feed, file);
	assert_int_equal(read_path(file, "", 1), 0);
	pthread_join(feeder, NULL);
	check_region("10.0.0.0", "A");
	unlink(file);
}

enum { CELLS = 256, LINES = 40 };

/* The longest prefix that holds the cell, by looking at all. */
static const char *longest(const unsigned int first[], const int length[], const int name[],
			   int lines, unsigned int cell)
{
	static char text[8];
	int best = -1;

	for (int i = 0; i < lines; i++)
		if (cell >> (8 - length[i]) == first[i] >> (8 - length[i]) &&
		    (best < 0 || length[i] > length[best]))
			best = i;
	if (best < 0 || !name[best])
		return NULL;
	sprintf(text, "R%d", name[best]);
	return text;
}

static void random_nests(void **state)
{
	(void)state;
	srand(1);
	for (int round = 0; round < 400; round++) {
		unsigned int first[LINES];
		int length[LINES], name[LINES], lines = rand() % LINES;
		const char *base = round % 2 ? "255.255.255" : "0.0.0";
		char text[4096] = "", *at = text, address[32];

		for (int i = 0; i < lines; i++) {
			length[i] = rand() % 9;
			first[i] = rand() % CELLS & ~0U << (8 - length[i]);
			name[i] = rand() % 5;
			for (int j = 0; j < i; j++)
				if (first[j] == first[i] && length[j] == length[i])
					name[i] = name[j];
			at += sprintf(at, "%s.%u/%d ", base, first[i], 24 + length[i]);
			at += sprintf(at, name[i] ? "R%d\n" : "??\n", name[i]);
		}
		check_good(text);
		for (unsigned int cell = 0; cell < CELLS; cell++) {
			sprintf(address, "%s.%u", base, cell);
			check_region(address, longest(first, length, name, lines, cell));
		}
	}
}

/* Each line's range is in one of set's, in order, and set holds no more. */
static void check_against(const char *path, struct range_list *list, int family)
{
	char line[256], first[64], last[64], code[16];
	FILE *in = fopen(path, "r");
	addr_bits left = 0;
	size_t at = 0;

	for (size_t i = 0; i < list->count; i++)
		left += list->range[i].last - list->range[i].first + 1;
	while (fgets(line, sizeof(line), in)) {
		addr_bits bits[2] = { 0 };

		if (sscanf(line, "%63[^,#],%63[^,],%15[^,\r\n]", first, last, code) != 3)
			continue;
		for (int end = 0; end < 2; end++) {
			uint8_t bytes[16] = { 0 };
			uint32_t integer = htonl(strtoul(end ? last : first, NULL, 10));

			if (family == AF_INET6)
				assert_int_equal(inet_pton(AF_INET6, end ? last : first, bytes), 1);
			else
				memcpy(bytes, &integer, 4);
			for (int b = 0; b < 16; b++)
				bits[end] = bits[end] << 8 | bytes[b];
		}
		if (family == AF_INET)
			bits[1] |= ((addr_bits)1 << 96) - 1;
		if (!strcmp(code, "??"))
			continue;
		while (at < list->count && list->range[at].last < bits[0])
			at++;
		assert_true(at < list->count && list->range[at].first <= bits[0] &&
			    list->range[at].last >= bits[1]);
		assert_string_equal(names_of(names, list->range[at].entry & RANGE_REGION),
				    code);
		left -= bits[1] - bits[0] + 1;
	}
	assert_true(left == 0);
	fclose(in);
}

static void real_data(void **state)
{
	(void)state;
	if (access(GEOIP, F_OK))
		skip();
	assert_int_equal(read_path(GEOIP, "", 1), 0);
	assert_int_equal(set.v6.count, 0);
	check_against(GEOIP, &set.v4, AF_INET);
	assert_int_equal(read_path(GEOIP6, "", 63), 0);
	assert_int_equal(set.v4.count, 0);
	check_against(GEOIP6, &set.v6, AF_INET6);
	assert_int_equal(set.v6.range[0].entry >> RANGE_SOURCE_SHIFT, 63);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(csv),
		cmocka_unit_test(csv_in_any_order),
		cmocka_unit_test(cidr_lines),
		cmocka_unit_test(nothing_in_it),
		cmocka_unit_test(told_apart_by_content),
		cmocka_unit_test(unknown_and_none),
		cmocka_unit_test(pipe_as_file),
		cmocka_unit_test(random_nests),
		cmocka_unit_test(real_data),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
