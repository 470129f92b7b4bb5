// SPDX-License-Identifier: BSD-2-Clause
/*
 * The last minutes of the regions (view_past.h), and the file that they are in.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel/host_lock.h"
#include "kernel/pins_lock.h"
#include "view/view_past.h"

#define STEP VIEW_PAST_STEP_NS
#define NONE VIEW_PAST_NONE
#define PIN_DIR "/tmp/past"

static struct view_region regions[] = {
	{ .id = 0, .name = "--" },
	{ .id = 3, .name = "XX", .load = { .measure = ECDN_XDP_MEASURE_PPS } },
	{ .id = 4, .name = "FIFTEEN-LETTERS", .load = { .measure = ECDN_XDP_MEASURE_PPS } },
};

static struct view_regions view = { .region = regions, .count = 3 };

static void put(struct view_past *past, uint64_t now_ns, uint64_t share)
{
	view.moment.now_ns = now_ns;
	regions[1].load.share = regions[2].load.share = share;
	view_past_put(past, &view);
}

static void check(const struct view_past *past, uint64_t now_ns, const uint16_t expected[4])
{
	uint16_t shares[4];

	view_past_shares(past, 3, "XX", now_ns, shares, 4);
	for (int i = 0; i < 4; i++)
		assert_int_equal(shares[i], expected[i]);
}

static void values(void **state)
{
	struct view_past past;

	(void)state;
	assert_int_equal(view_past_make(&past, 5), 0);
	check(&past, 1000 * STEP, (uint16_t[]){ NONE, NONE, NONE, NONE });
	put(&past, 1000 * STEP, 100);
	put(&past, 1000 * STEP + 1, 300);
	put(&past, 1000 * STEP + 2, 200);
	check(&past, 1000 * STEP + 3, (uint16_t[]){ NONE, NONE, NONE, 300 });
	put(&past, 1002 * STEP, 1000000);
	check(&past, 1002 * STEP, (uint16_t[]){ NONE, 300, NONE, VIEW_PAST_MOST });
	check(&past, 1003 * STEP, (uint16_t[]){ 300, NONE, VIEW_PAST_MOST, NONE });
	/* A whole turn later nothing of it is left. */
	put(&past, (1002 + VIEW_PAST_SLOTS) * STEP, 7);
	check(&past, (1002 + VIEW_PAST_SLOTS) * STEP, (uint16_t[]){ NONE, NONE, NONE, 7 });
	/* A clock that goes back is none of ours. */
	put(&past, 1000 * STEP, 8);
	check(&past, (1002 + VIEW_PAST_SLOTS) * STEP, (uint16_t[]){ NONE, NONE, NONE, 7 });
	view_past_close(&past);
}

static void names(void **state)
{
	struct view_past past;
	uint16_t share;

	(void)state;
	assert_int_equal(view_past_make(&past, 5), 0);
	assert_true(view_past_fits(&past, &view));
	put(&past, 1000 * STEP, 50);
	view_past_shares(&past, 4, "FIFTEEN-LETTERS", 1000 * STEP, &share, 1);
	assert_int_equal(share, 50);
	view_past_shares(&past, 4, "XX", 1000 * STEP, &share, 1);
	assert_int_equal(share, NONE);
	view_past_shares(&past, 0, "--", 1000 * STEP, &share, 1);
	assert_int_equal(share, NONE);
	view_past_shares(&past, 5, "XX", 1000 * STEP, &share, 1);
	assert_int_equal(share, NONE);
	/* Another region has the id. */
	strcpy(regions[1].name, "YY");
	put(&past, 1001 * STEP, 60);
	strcpy(regions[1].name, "XX");
	check(&past, 1001 * STEP, (uint16_t[]){ NONE, NONE, NONE, NONE });
	view_past_close(&past);
	assert_int_equal(view_past_make(&past, 4), 0);
	assert_false(view_past_fits(&past, &view));
	put(&past, 1000 * STEP, 50);
	check(&past, 1000 * STEP, (uint16_t[]){ NONE, NONE, NONE, 50 });
	view_past_close(&past);
}

static void path_of(char path[512])
{
	struct pins pins;

	assert_int_equal(pins_init(&pins, PIN_DIR), 0);
	assert_int_equal(pins_lock_name(&pins), 0);
	snprintf(path, 512, HOST_LOCK_DIR "/past-%s", pins.lock_name);
}

static uint64_t now(void)
{
	return clock_monotonic_ns();
}

/* Another writer goes on with what the first one left, also with more rows; readers have copies. */
static void file(void **state)
{
	struct view_past past, copy;
	uint64_t now_ns = now();
	struct stat stat_of;
	char path[512];

	(void)state;
	path_of(path);
	assert_int_equal(view_past_read(&copy, PIN_DIR, now_ns), -ENOENT);
	assert_int_equal(view_past_open(&past, PIN_DIR, 5), 0);
	put(&past, now_ns, 70);
	assert_int_equal(view_past_read(&copy, PIN_DIR, now_ns), 0);
	assert_true(view_past_is_fresh(&copy, now_ns));
	assert_true(view_past_is_fresh(&copy, now_ns + 2 * STEP));
	assert_false(view_past_is_fresh(&copy, now_ns + 3 * STEP));
	check(&copy, now_ns, (uint16_t[]){ NONE, NONE, NONE, 70 });
	view_past_close(&copy);
	view_past_close(&past);
	assert_int_equal(view_past_open(&past, PIN_DIR, 500), 0);
	check(&past, now_ns, (uint16_t[]){ NONE, NONE, NONE, 70 });
	view_past_close(&past);
	assert_int_equal(view_past_open(&past, PIN_DIR, 4), 0);
	check(&past, now_ns, (uint16_t[]){ NONE, NONE, NONE, 70 });
	view_past_close(&past);
	assert_int_equal(stat(path, &stat_of), 0);
	assert_int_equal(stat_of.st_mode & 07777, 0600);
	assert_int_equal(stat(HOST_LOCK_DIR, &stat_of), 0);
	assert_int_equal(stat_of.st_mode & 07777, 0755);
}

static void spoil(const char *path, off_t at, const void *bytes, size_t size)
{
	int fd = open(path, O_WRONLY);

	assert_int_equal(pwrite(fd, bytes, size, at), size);
	close(fd);
}

static int reads(void)
{
	struct view_past copy;
	int err = view_past_read(&copy, PIN_DIR, now());

	if (!err)
		view_past_close(&copy);
	return err;
}

/* A file is believed as a whole or not at all, and its names end. */
static void damage(void **state)
{
	static const size_t at[] = {
		offsetof(struct view_past_header, magic), offsetof(struct view_past_header, version),
		offsetof(struct view_past_header, slots), offsetof(struct view_past_header, step_ns),
		offsetof(struct view_past_header, boot), offsetof(struct view_past_header, rows),
		offsetof(struct view_past_header, sequence), /* it is odd then */
		offsetof(struct view_past_header, number) + 7,
	};
	struct view_past past;
	char path[512];

	(void)state;
	path_of(path);
	for (size_t i = 0; i < sizeof(at) / sizeof(*at); i++) {
		unlink(path);
		assert_int_equal(view_past_open(&past, PIN_DIR, 5), 0);
		put(&past, now(), 70);
		assert_int_equal(reads(), 0);
		spoil(path, at[i], "\x03", 1);
		assert_int_equal(reads(), -ENOENT);
		view_past_close(&past);
	}
	unlink(path);
	assert_int_equal(view_past_open(&past, PIN_DIR, 5), 0);
	view_past_close(&past);
	spoil(path, sizeof(struct view_past_header), "AAAAAAAAAAAAAAAAAAAAAAAA", 24);
	assert_int_equal(reads(), 0);
	assert_int_equal(chmod(path, 0620), 0);
	assert_int_equal(reads(), -ENOENT);
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(chown(path, 65534, -1), 0);
	assert_int_equal(reads(), -ENOENT);
	assert_int_equal(chown(path, 0, -1), 0);
	assert_int_equal(truncate(path, sizeof(struct view_past_header) - 1), 0);
	assert_int_equal(reads(), -ENOENT);
	assert_int_equal(truncate(path, 1 << 30), 0);
	assert_int_equal(reads(), -ENOENT);
	unlink(path);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	assert_int_equal(reads(), -ENOENT);
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(reads(), -ENOENT);
	unlink(path);
}

/* Memory that a mapping has must be there, or writing it would end the process. */
static void full(void **state)
{
	struct view_past past;

	(void)state;
	assert_int_equal(mount("tmpfs", "/run", "tmpfs", 0, "size=64k"), 0);
	assert_int_equal(view_past_open(&past, PIN_DIR, 4096), -ENOSPC);
	assert_int_equal(view_past_open(&past, PIN_DIR, 5), 0);
	view_past_close(&past);
	assert_int_equal(mount("tmpfs", "/run", "tmpfs", MS_RDONLY, NULL), 0);
	assert_int_equal(view_past_open(&past, PIN_DIR, 5), -EROFS);
	umount("/run");
	umount("/run");
}

static int own_run(void **state)
{
	(void)state;
	umask(022);
	if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("tmpfs", "/run", "tmpfs", 0, NULL))
		return -1;
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values),
		cmocka_unit_test(names),
		cmocka_unit_test(file),
		cmocka_unit_test(damage),
		cmocka_unit_test(full),
	};

	return cmocka_run_group_tests(tests, own_run, NULL);
}
