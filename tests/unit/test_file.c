// SPDX-License-Identifier: BSD-2-Clause
/* What becomes of files that are packed, cut off, come by a pipe, or change while they are read. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/file.h"
#include "base/gunzip.h"
#include "mmdb_writer.h"
#include "source_fixture.h"

static char packed[1 << 20];

/* Packs as gzip does, to be put behind what is packed already. */
static size_t pack(const void *data, size_t size, size_t at)
{
	z_stream stream = { .next_in = (void *)(uintptr_t)data, .avail_in = size,
			    .next_out = (Bytef *)packed + at, .avail_out = sizeof(packed) - at };

	assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY),
			 Z_OK);
	assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
	deflateEnd(&stream);
	return at + stream.total_out;
}

static void refused(size_t size, int err, const char *reason)
{
	write_file(packed, size);
	assert_int_equal(read_path(file, SOURCE_MMDB_FIELD, 1), err);
	if (!strstr(logged, reason))
		fail_msg("logged: %sinstead of: %s", logged, reason);
	assert_non_null(strstr(logged, file));
}

static void gzip(void **state)
{
	static const char one[] = "10.0.0.0/8 A\n", two[] = "11.0.0.0/8 B\n";
	size_t size = pack(one, sizeof(one) - 1, 0), both = pack(two, sizeof(two) - 1, size);

	(void)state;
	write_file(packed, size);
	assert_int_equal(read_path(file, SOURCE_MMDB_FIELD, 1), 0);
	check_region("10.0.0.1", "A");
	write_file(packed, both);
	assert_int_equal(read_path(file, SOURCE_MMDB_FIELD, 1), 0);
	check_region("10.0.0.1", "A");
	check_region("11.0.0.1", "B");
	for (size_t cut = 2; cut < size; cut++)
		refused(cut, -EINVAL, "its gzip data is cut off");
	refused(both - 1, -EINVAL, "its gzip data is cut off");
	packed[size] = 'x';
	refused(size + 1, -EINVAL, "something follows its gzip data");
	packed[size - 8] ^= 1;
	refused(size, -EINVAL, "its gzip data is damaged");
	packed[size - 8] ^= 1;
	packed[size - 1] ^= 1;
	refused(size, -EINVAL, "its gzip data is damaged");
}

/* A member of a few KiB that unpacks to 64 MiB of comments. */
static void bomb(void **state)
{
	size_t length = 64 << 20;
	char *data = malloc(length);

	(void)state;
	memset(data, '#', length);
	refused(pack(data, length, 0), -EFBIG, "unpacks to more than a list can be");
	write_file(packed, pack(data, 15 << 20, 0));
	assert_int_equal(read_path(file, SOURCE_MMDB_FIELD, 1), 0);
	free(data);
}

static void in_all_sizes(void **state)
{
	char *out, *data = malloc(3 << 20);
	const char *reason;
	size_t got;

	(void)state;
	srand(1);
	for (size_t i = 0; i < 3 << 20; i++)
		data[i] = "0123456789abcdef"[rand() >> 12 & 15] + (rand() & 1);
	for (size_t size = 0; size < 1 << 20; size = 2 * size + 17777) {
		size_t length = pack(data, size, 0);

		assert_int_equal(gunzip(packed, length, 1 << 30, &out, &got, &reason), 0);
		assert_int_equal(got, size);
		assert_memory_equal(out, data, size);
		free(out);
		assert_int_equal(gunzip(packed, length, size ? size - 1 : 0, &out, &got, &reason),
				 size ? -EFBIG : 0);
		free(out);
	}
	free(data);
}

/* Writes a MaxMind DB into the pipe whose path is the argument, as it is or packed. */
static char whole[1 << 16];
static size_t whole_size;

static void *feed(void *path)
{
	FILE *pipe = fopen(path, "w");

	fwrite(packed, 1, whole_size, pipe);
	fclose(pipe);
	return NULL;
}

static void through_a_pipe(void)
{
	pthread_t feeder;

	unlink(file);
	assert_int_equal(mkfifo(file, 0600), 0);
	pthread_create(&feeder, NULL, feed, file);
	assert_int_equal(read_path(file, SOURCE_MMDB_FIELD, 1), 0);
	pthread_join(feeder, NULL);
	check_region("10.1.2.3", "DE");
	unlink(file);
}

static void mmdb(void **state)
{
	struct mmdb_writer *writer = mmdb_new(6);
	uint32_t offset = writer->data.count;
	FILE *in;

	(void)state;
	mmdb_map(&writer->data, 1);
	mmdb_string(&writer->data, "country");
	mmdb_map(&writer->data, 1);
	mmdb_string(&writer->data, "iso_code");
	mmdb_string(&writer->data, "DE");
	mmdb_insert(writer, "10.0.0.0/8", offset);
	mmdb_write(writer, file, 24, "Test");
	in = fopen(file, "r");
	whole_size = fread(whole, 1, sizeof(whole), in);
	fclose(in);
	memcpy(packed, whole, whole_size);
	through_a_pipe();
	whole_size = pack(whole, whole_size, 0);
	through_a_pipe();
}

/* Writes the file anew again and again, in place. */
static void *touch(void *path)
{
	for (int i = 0; i < 2000; i++) {
		FILE *out = fopen(path, i & 1 ? "a" : "w");

		fputs("10.0.0.0/8 A\n", out);
		fclose(out);
	}
	return NULL;
}

/* Whatever is read, it is a whole file or refused: never half of one. */
static void changed_meanwhile(void **state)
{
	pthread_t writer;

	(void)state;
	write_file("10.0.0.0/8 A\n", 13);
	pthread_create(&writer, NULL, touch, file);
	for (int i = 0; i < 500; i++) {
		int err = read_path(file, SOURCE_MMDB_FIELD, 1);

		if (err == -EAGAIN)
			assert_non_null(strstr(logged, "was written or replaced while it was read"));
		else
			assert_int_equal(err, 0);
	}
	pthread_join(writer, NULL);
}

static int print_word(FILE *to, void *word)
{
	fputs(word, to);
	return 0;
}

/* The host's own, such as /dev/null, is not to be lost because root names it. */
static void replaced(void **state)
{
	struct stat before, after;

	(void)state;
	unlink(file);
	assert_int_equal(file_replace(file, print_word, "10.0.0.0/8 A\n"), 0);
	assert_int_equal(file_replace(file, print_word, "10.0.0.0/8 B\n"), 0);
	assert_int_equal(read_path(file, SOURCE_MMDB_FIELD, 1), 0);
	check_region("10.0.0.1", "B");
	unlink(file);
	assert_int_equal(mkfifo(file, 0600), 0);
	assert_int_equal(lstat(file, &before), 0);
	assert_int_equal(file_replace(file, print_word, ""), -EINVAL);
	assert_int_equal(lstat(file, &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	unlink(file);
	assert_int_equal(symlink("/dev/null", file), 0);
	assert_int_equal(file_replace(file, print_word, ""), -EINVAL);
	assert_int_equal(lstat(file, &after), 0);
	assert_true(S_ISLNK(after.st_mode));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(gzip, set_up, tear_down),
		cmocka_unit_test_setup_teardown(bomb, set_up, tear_down),
		cmocka_unit_test_setup_teardown(in_all_sizes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(mmdb, set_up, tear_down),
		cmocka_unit_test_setup_teardown(changed_meanwhile, set_up, tear_down),
		cmocka_unit_test_setup_teardown(replaced, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
