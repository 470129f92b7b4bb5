// SPDX-License-Identifier: BSD-2-Clause
/*
 * What lines of a log add up to: lines of any length, memory that does not follow what they hold,
 * and chances that are exact.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "xff/xff_chance.h"
#include "xff/xff_counts.h"
#include "access/access_stream.h"
#include "base/hash.h"
#include "xff/xff_verdict.h"

static char path[] = "/tmp/test_xff.XXXXXX";

static int set_up(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	return unlink(path);
}

/* --- lines */

static void put_lines(void (*write)(void *to, const char *data, size_t size), void *to)
{
	char *long_line = malloc(1 << 20);

	assert_non_null(long_line);
	memset(long_line, 'x', 1 << 20);
	write(to, "first\n\n", 7);
	write(to, long_line, 1 << 20);
	write(to, "\n", 1);
	write(to, long_line, ACCESS_STREAM_LINE_MAX);
	write(to, "\nwith\0nul\n", 10);
	for (int i = 0; i < 100000; i++)
		write(to, "one of many lines\n", 18);
	write(to, "last", 4);
	free(long_line);
}

static void are_lines(void)
{
	struct access_stream *stream;
	struct text line;
	bool whole;

	assert_int_equal(access_stream_open(&stream, path), 0);
	assert_int_equal(access_stream_line(stream, &line, &whole), 1);
	assert_true(whole && text_length(line) == 5 && !memcmp(line.start, "first", 5));
	assert_int_equal(access_stream_line(stream, &line, &whole), 1);
	assert_true(whole && !text_length(line));
	assert_int_equal(access_stream_line(stream, &line, &whole), 1);
	assert_true(!whole && *line.start == 'x');
	assert_int_equal(access_stream_line(stream, &line, &whole), 1);
	assert_true(whole && text_length(line) == ACCESS_STREAM_LINE_MAX);
	assert_int_equal(access_stream_line(stream, &line, &whole), 1);
	assert_true(whole && text_length(line) == 8);
	for (int i = 0; i < 100000; i++) {
		assert_int_equal(access_stream_line(stream, &line, &whole), 1);
		assert_true(whole && text_length(line) == 17 && *line.start == 'o');
	}
	assert_int_equal(access_stream_line(stream, &line, &whole), 1);
	assert_true(whole && text_length(line) == 4 && !memcmp(line.start, "last", 4));
	assert_int_equal(access_stream_line(stream, &line, &whole), 0);
	assert_int_equal(access_stream_line(stream, &line, &whole), 0);
	access_stream_close(stream);
}

static void write_file(void *to, const char *data, size_t size)
{
	assert_int_equal(fwrite(data, 1, size, to), size);
}

static void plain(void **state)
{
	FILE *to = fopen(path, "w");

	(void)state;
	put_lines(write_file, to);
	fclose(to);
	are_lines();
}

/* Stored bytes and several members: packed files are as large as what was read before it was known
 * that they are packed. */
static void write_gzip(void *to, const char *data, size_t size)
{
	gzFile *file = to;
	static unsigned int pieces;

	assert_int_equal(gzwrite(*file, data, size), size);
	if (++pieces % 50000)
		return;
	gzclose(*file);
	*file = gzopen(path, "a0");
}

static void packed(void **state)
{
	gzFile file = gzopen(path, "w0");

	(void)state;
	put_lines(write_gzip, &file);
	gzclose(file);
	are_lines();
}

static int read_all(void)
{
	struct access_stream *stream;
	struct text line;
	bool whole;
	int more = access_stream_open(&stream, path);

	if (!more)
		while ((more = access_stream_line(stream, &line, &whole)) > 0)
			;
	access_stream_close(stream);
	return more;
}

static void damaged(void **state)
{
	gzFile file = gzopen(path, "w6");
	FILE *to;
	long size;

	(void)state;
	put_lines(write_gzip, &file);
	gzclose(file);
	assert_int_equal(read_all(), 0);
	to = fopen(path, "r+");
	fseek(to, 0, SEEK_END);
	size = ftell(to);
	assert_int_equal(ftruncate(fileno(to), size - 9), 0);
	assert_true(read_all() < 0);
	fseek(to, size / 2, SEEK_SET);
	fwrite("damaged", 1, 7, to);
	fclose(to);
	assert_true(read_all() < 0);
}

/* --- memory */

static void add(struct xff_counts *counts, struct access_reader *reader, const char *line)
{
	struct access_fault fault;
	struct xff_record record;

	assert_int_equal(xff_record_read(reader, (struct text){ line, line + strlen(line) }, &record,
					 &fault), 0);
	assert_int_equal(xff_counts_add(counts, &record), 0);
}

/* Who forges all that can be forged gets neither more memory nor a finding that names others. */
static void forged(void **state)
{
	struct xff_options options = { .seed = 42 };
	struct xff_counts *counts = xff_counts_new(&options);
	struct access_reader reader = {};
	struct xff_verdict verdict;
	uint64_t users = 0;
	char line[512];

	(void)state;
	assert_non_null(counts);
	for (unsigned int i = 0; i < 300000; i++) {
		snprintf(line, sizeof(line), "remote_addr:%u.%u.%u.7\tecdn_peer:client\tecdn_region:N%u"
			 "\tscheme:http\thttp_x_forwarded_for:1.%u.%u.%u, 9.9.9.9\t"
			 "direct:2.%u.%u.%u\tisp:I%u", 11 + i % 89, i >> 8 & 255, i >> 16 & 255,
			 i % 5000, i >> 16 & 255, i >> 8 & 255, i & 255, i >> 16 & 255,
			 i >> 8 & 255, i & 255, i % 7001);
		add(counts, &reader, line);
	}
	assert_int_equal(counts->records, 300000);
	assert_true(counts->cell_count <= XFF_CELLS_MAX);
	assert_int_equal(counts->regions.count, XFF_NAMES_MAX);
	assert_int_equal(counts->isps.count, XFF_NAMES_MAX);
	assert_true(counts->peers.count <= XFF_PEERS_OTHERS);
	for (uint32_t i = 0; i < counts->cell_count; i++) {
		assert_true(counts->cell[i].users.slots <= XFF_USERS_SLOTS);
		assert_true(counts->cell[i].users.count <= XFF_USERS_MAX);
		users += (uint64_t)counts->cell[i].users.count << counts->cell[i].users.halved;
	}
	assert_true(users > 270000 && users < 330000);
	assert_int_equal(xff_verdict_find(&verdict, counts), 0);
	for (unsigned int i = 0; i < verdict.count; i++)
		assert_int_equal(verdict.at[i].scope.peer, -1);
	xff_counts_free(counts);
}

/* A sample stands for all, and one user is one, however many records he sends. */
static void sample(void **state)
{
	struct xff_users users = {};

	(void)state;
	for (unsigned int i = 0; i < 100000; i++)
		assert_int_equal(xff_users_count(&users, hash_mix(i % 20000 + 1), XFF_TLS,
						 i % 20000 % 4 ? XFF_CLASS_RIGHT :
						 XFF_CLASS_STRANGE), 0);
	assert_true(users.count > XFF_USERS_MAX / 3 && users.count <= XFF_USERS_MAX);
	assert_true(fabs(ldexp(users.count, (int)users.halved) - 20000) < 5000);
	for (uint32_t i = 0; i < users.slots; i++) {
		const uint8_t *of = users.slot[i].records[XFF_TLS];

		if (users.slot[i].key)
			assert_true((of[XFF_CLASS_RIGHT] == 5) != (of[XFF_CLASS_STRANGE] == 5));
	}
	/* A counter that is full keeps the proportion. */
	for (unsigned int i = 0; i < 3000; i++)
		xff_users_count(&users, 1ULL << 33, XFF_PLAIN, i % 3 ? XFF_CLASS_RIGHT :
				XFF_CLASS_STRANGE);
	for (uint32_t i = 0; i < users.slots; i++) {
		const uint8_t *of = users.slot[i].records[XFF_PLAIN];

		if (users.slot[i].key == 2)
			assert_true(abs(of[XFF_CLASS_RIGHT] - 2 * of[XFF_CLASS_STRANGE]) <= 4);
	}
	xff_users_free(&users);
}

static void heaviest(void **state)
{
	struct xff_heavy heavy = {};
	struct address address = { 0, AF_INET };
	char text[CIDR_TEXT_SIZE];
	struct cidr cidr;

	(void)state;
	assert_int_equal(xff_heavy_first(&heavy), -1);
	for (uint64_t i = 0; i < 30000; i++) {
		uint32_t bits = i % 3 ? (uint32_t)hash_mix(i + 1) : 0xcb007109;

		address.bits = (addr_bits)bits << 96;
		xff_heavy_count(&heavy, &address, 1);
	}
	assert_true(xff_heavy_first(&heavy) >= 0);
	cidr = xff_heavy_cidr(&heavy, xff_heavy_first(&heavy));
	assert_string_equal(cidr_format(&cidr, text), "203.0.113.0/24");
	assert_true(heavy.at[xff_heavy_first(&heavy)].count <= 10000);
	assert_true(heavy.at[xff_heavy_first(&heavy)].count >= 10000 - 30000 / (XFF_HEAVY_MAX + 1));
}

/* An address outside gets a name only after some records; a node at once. */
static void peers(void **state)
{
	struct xff_peers *known = calloc(1, sizeof(*known));
	struct address node = { (addr_bits)0xc6336401 << 96, AF_INET };
	struct address outside = { (addr_bits)0x08080808 << 96, AF_INET };
	struct address inside = { (addr_bits)0x0a000001 << 96, AF_INET };

	(void)state;
	assert_non_null(known);
	assert_int_equal(xff_peers_number(known, &node, true), 1);
	assert_int_equal(xff_peers_number(known, &inside, false), 2);
	for (int i = 1; i < XFF_PEERS_KNOWN; i++)
		assert_int_equal(xff_peers_number(known, &outside, false), 0);
	assert_int_equal(xff_peers_number(known, &outside, false), 3);
	assert_true(xff_peers_have_node(known, &node));
	assert_false(xff_peers_have_node(known, &inside));
	free(known);
}

/* --- chances */

static void is_about(double value, double expected)
{
	if (fabs(value - expected) > 1e-9 * fmax(1, fabs(expected)))
		fail_msg("%.12g instead of %.12g", value, expected);
}

static void chances(void **state)
{
	(void)state;
	/* All of 10 with 1/2; 9 or 10 of 10; none or more of any. */
	is_about(xff_chance_tail((struct xff_share){ 10, 10 }, 0.5), -10 * log10(2));
	is_about(xff_chance_tail((struct xff_share){ 10, 9 }, 0.5), log10(11.0 / 1024));
	is_about(xff_chance_tail((struct xff_share){ 10, 0 }, 0.5), 0);
	is_about(xff_chance_tail((struct xff_share){ 0, 0 }, 0.5), 0);
	is_about(xff_chance_tail((struct xff_share){ 1000, 1000 }, 0.01), -2000);
	/* Parts of users are rounded down. */
	is_about(xff_chance_tail((struct xff_share){ 10.9, 9.9 }, 0.5), log10(11.0 / 1024));
	/* No rate, and one that is below the rest's, gains nothing. */
	is_about(xff_chance_gain((struct xff_share){ 10, 1 }, (struct xff_share){ 10, 2 }), 0);
	is_about(xff_chance_gain((struct xff_share){}, (struct xff_share){ 10, 2 }), 0);
	is_about(xff_chance_gain((struct xff_share){ 4, 4 }, (struct xff_share){ 4, 0 }),
		 8 * log(2));
	is_about(xff_chance_base((struct xff_share){ 998, 99 }), 0.1);
	is_about(xff_chance_base((struct xff_share){ 1e6, 0 }), 0.01);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain),
		cmocka_unit_test(packed),
		cmocka_unit_test(damaged),
		cmocka_unit_test(forged),
		cmocka_unit_test(sample),
		cmocka_unit_test(heaviest),
		cmocka_unit_test(peers),
		cmocka_unit_test(chances),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
