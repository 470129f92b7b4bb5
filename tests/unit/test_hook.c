// SPDX-License-Identifier: BSD-2-Clause
/*
 * The hook: which event is run next, when a run is due for which signal, what it is told, and
 * whose files are run.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/agent_hook_child.h"
#include "agent/agent_hook_file.h"
#include "agent/agent_hook_queue.h"
#include "agent/agent_hook_text.h"

#define SECOND 1000000000ULL

/* --- the queue */

static bool put(struct agent_hook_queue *queue, uint32_t key, const char *text)
{
	bool skipped;

	assert_int_equal(agent_hook_queue_put(queue, key, strdup(text), &skipped), 0);
	return skipped;
}

/* Takes what is next, which must be that text, and returns its key. */
static uint32_t take(struct agent_hook_queue *queue, const char *expected)
{
	uint32_t key = 0;
	char *text = agent_hook_queue_take(queue, &key);

	assert_non_null(text);
	assert_string_equal(text, expected);
	free(text);
	return key;
}

static void take_none(struct agent_hook_queue *queue)
{
	uint32_t key;

	assert_null(agent_hook_queue_take(queue, &key));
}

static void test_order(void **state)
{
	struct agent_hook_queue queue = {};

	(void)state;
	take_none(&queue);
	assert_false(put(&queue, 900, "first"));
	assert_false(put(&queue, 3, "second"));
	assert_false(put(&queue, 0, "third"));
	assert_int_equal(take(&queue, "first"), 900);
	assert_int_equal(take(&queue, "second"), 3);
	assert_int_equal(take(&queue, "third"), 0);
	take_none(&queue);
	agent_hook_queue_free(&queue);
}

/* While a run hangs, what waits is the last state. */
static void test_last_wins(void **state)
{
	struct agent_hook_queue queue = {};
	uint32_t key;

	(void)state;
	put(&queue, 7, "limited");
	key = take(&queue, "limited");
	assert_false(put(&queue, 7, "normal"));
	assert_true(put(&queue, 7, "limited again"));
	assert_true(put(&queue, 7, "normal again"));
	take_none(&queue);
	put(&queue, 8, "another");
	assert_int_equal(take(&queue, "another"), 8);
	agent_hook_queue_done(&queue, key);
	assert_int_equal(take(&queue, "normal again"), 7);
	agent_hook_queue_done(&queue, 7);
	take_none(&queue);
	agent_hook_queue_free(&queue);
}

/* What comes in another's place does not go to the end: a region that changes all the time would
 * never be told of. */
static void test_place_is_kept(void **state)
{
	struct agent_hook_queue queue = {};

	(void)state;
	put(&queue, 1, "a");
	put(&queue, 2, "b");
	assert_true(put(&queue, 1, "c"));
	assert_int_equal(take(&queue, "c"), 1);
	assert_int_equal(take(&queue, "b"), 2);
	agent_hook_queue_free(&queue);
}

static void test_runs_at_a_time(void **state)
{
	struct agent_hook_queue queue = {};

	(void)state;
	for (uint32_t key = 1; key <= AGENT_HOOK_QUEUE_RUNS + 2; key++)
		put(&queue, key, "x");
	for (uint32_t key = 1; key <= AGENT_HOOK_QUEUE_RUNS; key++)
		assert_int_equal(take(&queue, "x"), key);
	take_none(&queue);
	agent_hook_queue_done(&queue, 5);
	assert_int_equal(take(&queue, "x"), AGENT_HOOK_QUEUE_RUNS + 1);
	take_none(&queue);
	assert_int_equal(agent_hook_queue_drop(&queue), 1);
	agent_hook_queue_done(&queue, 6);
	take_none(&queue);
	agent_hook_queue_free(&queue);
}

/* Whatever a ring holds, the rows are no more than there can be regions. */
static void test_keys(void **state)
{
	(void)state;
	assert_int_equal(agent_hook_queue_key(0), 1);
	assert_int_equal(agent_hook_queue_key(ECDN_XDP_REGIONS_MAX - 1), ECDN_XDP_REGIONS_MAX);
	assert_int_equal(agent_hook_queue_key(ECDN_XDP_REGIONS_MAX), 0);
	assert_int_equal(agent_hook_queue_key(UINT32_MAX), 0);
}

static void test_signals(void **state)
{
	uint64_t began = 5 * SECOND, limit = 10 * SECOND, next;

	(void)state;
	assert_int_equal(agent_hook_queue_signal(began, limit, began, &next), 0);
	assert_int_equal(next, 15 * SECOND);
	assert_int_equal(agent_hook_queue_signal(began, limit, next - 1, &next), 0);
	assert_int_equal(agent_hook_queue_signal(began, limit, next, &next), SIGTERM);
	assert_int_equal(next, 16 * SECOND);
	assert_int_equal(agent_hook_queue_signal(began, limit, next, &next), SIGKILL);
	assert_int_equal(next, 17 * SECOND);
	assert_int_equal(agent_hook_queue_signal(began, limit, 90 * SECOND, &next), SIGKILL);
	assert_int_equal(next, 91 * SECOND);
}

/* --- the text */

static char host[HOST_NAME_MAX + 1];
static const struct clock_moment moment = { .epoch_ns = 1767323045 * SECOND };

static json_t *parsed(const struct event_lines_item *item)
{
	char *text = agent_hook_text(item, host);
	json_t *object;

	assert_non_null(text);
	assert_true(strlen(text) <= AGENT_HOOK_CHILD_TEXT);
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
	object = json_loads(text, 0, NULL);
	assert_non_null(object);
	free(text);
	return object;
}

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static void test_text(void **state)
{
	struct view_event event = { .time_ns = 678000000, .change = {
		.time_ns = 678000000, .last_ns = 678000000, .region = 7, .count = 1,
		.from = ECDN_XDP_STATE_SHIELDED, .to = ECDN_XDP_STATE_LIMITED,
		.measure = ECDN_XDP_MEASURE_CPS, .rate = 412000, .limit = 200000, .family = 4,
	} };
	const struct event_lines_item item = { .event = &event, .region = "A \"B\"\\",
					       .moment = &moment };
	json_t *object;

	(void)state;
	strcpy(host, "edge-1");
	object = parsed(&item);
	assert_string_equal(text_of(object, "kind"), "change");
	assert_string_equal(text_of(object, "region"), "A \"B\"\\");
	assert_string_equal(text_of(object, "to"), "limited");
	assert_string_equal(text_of(object, "time"), "2026-01-02T03:04:05.678Z");
	assert_string_equal(text_of(object, "host"), "edge-1");
	assert_int_equal(json_integer_value(json_object_get(object, "rate")), 412000);
	assert_int_equal(json_integer_value(json_object_get(object, "schema")), 1);
	json_decref(object);
}

static void test_other_kinds(void **state)
{
	struct view_event event = { .time_ns = 1, .change = {
		.region = 7, .measure = ECDN_XDP_MEASURE_PPS, .rate = 41000, .limit = 27000,
	} };
	const struct event_lines_item notice = { .event = &event, .notice = true, .region = "XX",
						 .moment = &moment };
	const struct event_lines_item lost = { .lost = 12, .moment = &moment };
	json_t *object = parsed(&notice);

	(void)state;
	assert_string_equal(text_of(object, "kind"), "notice");
	assert_int_equal(json_integer_value(json_object_get(object, "usual")), 27000);
	json_decref(object);
	object = parsed(&lost);
	assert_string_equal(text_of(object, "kind"), "lost");
	assert_int_equal(json_integer_value(json_object_get(object, "count")), 12);
	json_decref(object);
}

/* All that is not printable, and as long as can be. */
static void test_longest(void **state)
{
	struct view_event event = { .time_ns = UINT64_MAX / 2 };
	char region[ECDN_XDP_NAME_SIZE];
	struct event_lines_item item = { .event = &event, .region = region, .moment = &moment,
					 .has_heaviest = true };
	json_t *object;

	(void)state;
	memset(&event.change, 0xff, sizeof(event.change));
	event.change.family = 6;
	memset(&item.heaviest, 0xff, sizeof(item.heaviest));
	item.heaviest.addr.family = AF_INET6;
	item.heaviest.length = 128;
	memset(region, '\x1b', sizeof(region));
	region[sizeof(region) - 1] = 0;
	memset(host, '\x1b', sizeof(host) - 1);
	host[sizeof(host) - 1] = 0;
	object = parsed(&item);
	assert_int_equal(strlen(text_of(object, "host")), 4 * HOST_NAME_MAX);
	json_decref(object);
}

/* --- whose files */

static char base[] = "/var/lib/ecdn-hook-XXXXXX", why[AGENT_HOOK_FILE_SIZE];

/* A path below base, in a room of its own until the fourth one after. */
static const char *at(const char *name)
{
	static char room[4][PATH_MAX];
	static unsigned int next;
	char *path = room[next++ % 4];

	snprintf(path, PATH_MAX, "%s/%s", base, name);
	return path;
}

static int make_files(void **state)
{
	int fd;

	(void)state;
	assert_non_null(mkdtemp(base));
	chmod(base, 0755);
	mkdir(at("dir"), 0755);
	fd = open(at("dir/hook"), O_CREAT | O_WRONLY, 0755);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(symlink("dir/hook", at("link")), 0);
	assert_int_equal(symlink(at("dir"), at("dir-link")), 0);
	assert_int_equal(symlink("round", at("round")), 0);
	assert_int_equal(symlink("/tmp", at("tmp")), 0);
	assert_int_equal(symlink("/", at("root")), 0);
	return 0;
}

static int remove_files(void **state)
{
	static const char *const names[] = { "link", "dir-link", "round", "tmp", "root",
					     "dir/hook", "dir", "" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		remove(at(names[i]));
	return 0;
}

static void check(const char *path, int expected)
{
	assert_int_equal(agent_hook_file_check(path, why), expected);
}

static void test_file(void **state)
{
	(void)state;
	check(at("dir/hook"), 0);
	check(at("link"), 0);
	check(at("dir-link/hook"), 0);
	check(at("dir-link/../dir//./hook"), 0);
	check("dir/hook", -EINVAL);
	check(at("none"), -ENOENT);
	assert_string_equal(why, "none: No such file or directory");
	check(at("dir/hook/none"), -ENOTDIR);
	check(at("dir"), -EINVAL);
	check(at("round"), -ELOOP);
	check("/", -EINVAL);
	check(at("root"), -EINVAL);
}

static void test_file_of_others(void **state)
{
	(void)state;
	check(at("tmp/hook"), -EPERM);
	assert_non_null(strstr(why, "tmp can be written by others"));
	chmod(at("dir/hook"), 0775);
	check(at("link"), -EPERM);
	chmod(at("dir/hook"), 0755);
	assert_int_equal(chown(at("dir/hook"), 1, 0), 0);
	check(at("link"), -EPERM);
	assert_non_null(strstr(why, "hook does not belong to root"));
	assert_int_equal(chown(at("dir/hook"), 0, 0), 0);
	chmod(at("dir"), 0757);
	check(at("link"), -EPERM);
	chmod(at("dir"), 0755);
	assert_int_equal(lchown(at("link"), 1, 0), 0);
	check(at("link"), -EPERM);
	check(at("dir/hook"), 0);
}

static void check_settings(const char *path, int expected)
{
	assert_int_equal(agent_hook_file_check_settings(path, why), expected);
}

/* A configuration may be below /tmp, where nobody takes root's files away. */
static void test_settings(void **state)
{
	char path[] = "/tmp/ecdn-hook-XXXXXX";
	int fd = mkstemp(path), back = open(".", O_PATH | O_CLOEXEC);

	(void)state;
	assert_true(fd >= 0 && back >= 0);
	check_settings(path, 0);
	assert_int_equal(chdir("/tmp"), 0);
	check_settings(strrchr(path, '/') + 1, 0);
	assert_int_equal(fchdir(back), 0);
	close(back);
	check(path, -EPERM);
	assert_int_equal(fchmod(fd, 0622), 0);
	check_settings(path, -EPERM);
	assert_int_equal(fchmod(fd, 0600), 0);
	assert_int_equal(fchown(fd, 1, 1), 0);
	check_settings(path, -EPERM);
	assert_non_null(strstr(why, "does not belong to root"));
	close(fd);
	unlink(path);
	chmod(at("dir"), 0757);
	check_settings(at("dir/hook"), -EPERM);
	chmod(at("dir"), 0755);
	check_settings(at("dir/hook"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_last_wins),
		cmocka_unit_test(test_place_is_kept),
		cmocka_unit_test(test_runs_at_a_time),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_signals),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_other_kinds),
		cmocka_unit_test(test_longest),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_file_of_others),
		cmocka_unit_test(test_settings),
	};

	return cmocka_run_group_tests(tests, make_files, remove_files);
}
