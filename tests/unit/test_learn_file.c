// SPDX-License-Identifier: BSD-2-Clause
/*
 * The file of what was learned: it comes back as it was, and what was damaged, cut, or written by
 * others never does.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cmocka.h>
#include <zlib.h>

#include "agent/agent_learn_file.h"

#define START (20000 * 86400ULL)
#define COUNT 3

static const struct learn_settings settings = { 2, { 100, 800000, 10 } };

/* Regions AA, BB, CC with a day and some minutes of history. */
static void make(struct learn_region regions[COUNT], const struct learn_region *pointers[COUNT])
{
	for (unsigned int i = 0; i < COUNT; i++) {
		struct learn_region *region = &regions[i];

		*region = (struct learn_region){ .name = { 'A' + i, 'A' + i }, .seen_s = START + i };
		learn_init(&region->learn);
		for (uint64_t at_s = START; at_s < START + 90000; at_s++) {
			const struct learn_sample sample = {
				at_s, LEARN_NORMAL,
				{ 1000.0 * (i + 1) + at_s % 100, 8e6, 17 }, {}
			};

			learn_add(&region->learn, &settings, &sample);
		}
		pointers[i] = region;
	}
}

static unsigned char *pack(size_t *size)
{
	static struct learn_region regions[COUNT];
	const struct learn_region *pointers[COUNT];
	unsigned char *data;

	make(regions, pointers);
	*size = learn_file_size(COUNT);
	data = malloc(*size);
	assert_non_null(data);
	learn_file_pack(pointers, COUNT, data);
	return data;
}

static int unpack(const unsigned char *data, size_t size)
{
	struct learn_region *regions;
	const char *reason = NULL;
	size_t count;
	int err = learn_file_unpack(data, size, &regions, &count, &reason);

	assert_true(err ? reason && !regions && !count : count <= COUNT);
	free(regions);
	return err;
}

static void test_round(void **state)
{
	struct learn_region before[COUNT], *after;
	const struct learn_region *pointers[COUNT];
	const char *reason;
	unsigned char *data;
	size_t size, count;

	(void)state;
	make(before, pointers);
	data = pack(&size);
	assert_int_equal(learn_file_unpack(data, size, &after, &count, &reason), 0);
	assert_int_equal(count, COUNT);
	for (unsigned int i = 0; i < COUNT; i++) {
		struct ecdn_xdp_learned one, other;

		assert_string_equal(after[i].name, before[i].name);
		assert_int_equal(after[i].seen_s, START + i);
		learn_limits(&before[i].learn, &settings, &one);
		learn_limits(&after[i].learn, &settings, &other);
		assert_true(one.learned[0] > 2000);
		assert_memory_equal(&one, &other, sizeof(one));
		assert_memory_equal(before[i].learn.measure[1].minute,
				    after[i].learn.measure[1].minute,
				    sizeof(before[i].learn.measure[1].minute));
		assert_int_equal(after[i].learn.hour_free, before[i].learn.hour_free);
	}
	free(after);
	free(data);
}

static void test_damage(void **state)
{
	unsigned char *data;
	size_t size;

	(void)state;
	data = pack(&size);
	for (size_t i = 0; i < size; i++) {
		unsigned char was = data[i];

		data[i] ^= 1 << i % 8;
		assert_true(unpack(data, size) < 0);
		data[i] = was;
	}
	for (size_t i = 0; i < size; i++) {
		unsigned char *cut = malloc(i + 1);

		assert_non_null(cut);
		memcpy(cut, data, i);
		assert_int_equal(unpack(cut, i), -EINVAL);
		free(cut);
	}
	assert_int_equal(unpack(data, size), 0);
	free(data);
}

/* Who writes a right sum can still write what no agent does. */
static int unpack_changed(unsigned char *data, size_t size, size_t at, uint32_t value)
{
	uint32_t was, sum;
	int err;

	memcpy(&was, data + at, 4);
	memcpy(data + at, &value, 4);
	sum = crc32(0, data, size - 4);
	memcpy(data + size - 4, &sum, 4);
	err = unpack(data, size);
	memcpy(data + at, &was, 4);
	return err;
}

#define VERSION_AT 16
#define COUNT_AT 20
#define ROW_AT 28
#define HIGH_AT (ROW_AT + 16 + 8 + 8 + 4 + 4 + 24)

static void test_values(void **state)
{
	static const uint32_t bad_floats[] = { 0x7fc00000, 0x7f800000, 0xff800000, 0xbf800000,
					       0x7f000000 };
	size_t size, row;
	unsigned char *data;

	(void)state;
	data = pack(&size);
	row = (size - ROW_AT - 4) / COUNT;
	assert_int_equal(unpack_changed(data, size, VERSION_AT, 2), -EPROTO);
	assert_int_equal(unpack_changed(data, size, COUNT_AT, 2), -EINVAL);
	assert_int_equal(unpack_changed(data, size, COUNT_AT, 0xffffffff), -EINVAL);
	assert_int_equal(unpack_changed(data, size, COUNT_AT + 4, 1), -EINVAL);
	assert_int_equal(unpack_changed(data, size, HIGH_AT, 0x44000000), 0);
	for (unsigned int i = 0; i < sizeof(bad_floats) / sizeof(*bad_floats); i++)
		assert_int_equal(unpack_changed(data, size, HIGH_AT, bad_floats[i]), -EINVAL);
	/* Names that are none, that nothing ends, that are there twice, that are not sorted. */
	assert_int_equal(unpack_changed(data, size, ROW_AT, 0), -EINVAL);
	assert_int_equal(unpack_changed(data, size, ROW_AT + 12, 0x41414141), -EINVAL);
	assert_int_equal(unpack_changed(data, size, ROW_AT + row, 0x4141), -EINVAL);
	assert_int_equal(unpack_changed(data, size, ROW_AT, 0x5a5a), -EINVAL);
	/* More free time than an hour has. */
	assert_int_equal(unpack_changed(data, size, ROW_AT + 36, 361), -EINVAL);
	free(data);
}

/* --- on the disk */

static char dir[] = "/tmp/test_learn_file.XXXXXX", path[sizeof(dir) + 20];

static int begin(void **state)
{
	(void)state;
	strcpy(dir + sizeof(dir) - 7, "XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/below/learned", dir);
	return 0;
}

static int end(void **state)
{
	char command[sizeof(dir) + 20];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

static int write_file(void)
{
	static struct learn_region regions[COUNT];
	const struct learn_region *pointers[COUNT];
	const char *step = NULL;

	make(regions, pointers);
	return agent_learn_file_write(path, pointers, COUNT, &step);
}

static size_t read_count(void)
{
	struct learn_region *regions;
	size_t count;

	agent_learn_file_read(path, &regions, &count);
	assert_true(!count == !regions);
	free(regions);
	return count;
}

/* How many files there are that begin like that one. */
static size_t files(const char *behind)
{
	char pattern[sizeof(path) + 20];
	glob_t found;
	size_t count;

	snprintf(pattern, sizeof(pattern), "%s%s", path, behind);
	count = glob(pattern, 0, NULL, &found) ? 0 : found.gl_pathc;
	globfree(&found);
	return count;
}

static void test_disk(void **state)
{
	struct stat stat_of;

	(void)state;
	assert_int_equal(read_count(), 0);
	assert_int_equal(files("*"), 0);
	assert_int_equal(write_file(), 0);
	assert_int_equal(stat(path, &stat_of), 0);
	assert_int_equal(stat_of.st_mode & 07777, 0600);
	assert_int_equal(read_count(), COUNT);
	assert_int_equal(write_file(), 0);
	assert_int_equal(files("*"), 1);
	assert_int_equal(read_count(), COUNT);
}

static void spoil(off_t at)
{
	int fd = open(path, O_WRONLY);

	assert_true(fd >= 0 && pwrite(fd, "x", 1, at) == 1);
	close(fd);
}

static void test_set_aside(void **state)
{
	(void)state;
	assert_int_equal(write_file(), 0);
	spoil(100);
	assert_int_equal(read_count(), 0);
	assert_int_equal(files(""), 0);
	assert_int_equal(files(".damaged-*"), 1);
	assert_int_equal(write_file(), 0);
	assert_int_equal(read_count(), COUNT);
}

static void test_foreign(void **state)
{
	(void)state;
	assert_int_equal(write_file(), 0);
	assert_int_equal(chmod(path, 0622), 0);
	assert_int_equal(read_count(), 0);
	assert_int_equal(files(""), 0);
	if (!geteuid()) {
		assert_int_equal(write_file(), 0);
		assert_int_equal(chown(path, 65534, 65534), 0);
		assert_int_equal(read_count(), 0);
		assert_int_equal(files(""), 0);
	}
	assert_int_equal(symlink("/etc/passwd", path), 0);
	assert_int_equal(read_count(), 0);
	assert_int_equal(files(""), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(read_count(), 0);
	assert_int_equal(files(""), 0);
}

/* What no agent can have made is the operator's, who named it by mistake or to have nothing kept. */
static void test_not_a_file(void **state)
{
	struct stat stat_of;

	(void)state;
	assert_int_equal(write_file(), 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0755), 0);
	assert_int_equal(read_count(), 0);
	assert_int_equal(write_file(), -EEXIST);
	assert_int_equal(files("*"), 1);
	assert_int_equal(rmdir(path), 0);
	if (geteuid() || mknod(path, S_IFCHR | 0666, makedev(1, 3)))
		return;
	assert_int_equal(read_count(), 0);
	assert_int_equal(write_file(), -EEXIST);
	assert_int_equal(files("*"), 1);
	assert_int_equal(lstat(path, &stat_of), 0);
	assert_true(S_ISCHR(stat_of.st_mode));
}

/* A file that must not grow stands for a disk that is full. */
static void test_full(void **state)
{
	struct rlimit before, full;

	(void)state;
	assert_int_equal(write_file(), 0);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	full = (struct rlimit){ 1000, before.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &full), 0);
	assert_int_equal(write_file(), -EFBIG);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(files("*"), 1);
	assert_int_equal(read_count(), COUNT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round), cmocka_unit_test(test_damage),
		cmocka_unit_test(test_values),
		cmocka_unit_test_setup_teardown(test_disk, begin, end),
		cmocka_unit_test_setup_teardown(test_set_aside, begin, end),
		cmocka_unit_test_setup_teardown(test_foreign, begin, end),
		cmocka_unit_test_setup_teardown(test_not_a_file, begin, end),
		cmocka_unit_test_setup_teardown(test_full, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
