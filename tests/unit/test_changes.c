// SPDX-License-Identifier: BSD-2-Clause
/*
 * The ring of changes: what programs write into it, and what a reader makes of it while they
 * write, when it has been overwritten, and when it is damaged.
 */
#include "host_maps.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

#define bpf_spin_lock(lock) lock_taken(lock)
#define bpf_spin_unlock(lock) lock_given(lock)

static void lock_taken(void *lock);
static void lock_given(void *lock);

#include "change_ring.h"
#include "show/event_lines.h"
#include "view/view_changes.h"

#define REGIONS 4
#define START (1000 * SECOND)

/* What the kernel holds. */
static struct ecdn_xdp_change ring[ECDN_XDP_CHANGES];
static struct ecdn_xdp_change_head head;
static struct ecdn_xdp_region_history history[REGIONS];
static int locks;

static void lock_taken(void *lock)
{
	(void)lock;
	assert_int_equal(++locks, 1);
}

static void lock_given(void *lock)
{
	(void)lock;
	locks--;
}

static void *host_lookup(const void *map, const void *key)
{
	uint32_t at = *(const uint32_t *)key;

	assert_int_equal(locks, 0);
	if (map == &changes)
		return at < ECDN_XDP_CHANGES ? &ring[at] : NULL;
	if (map == &region_history)
		return at < REGIONS ? &history[at] : NULL;
	return map == &change_head && !at ? &head : NULL;
}

static long __attribute__((unused)) host_update(const void *map, const void *key,
						const void *value, uint64_t flags)
{
	(void)map; (void)key; (void)value; (void)flags;
	return -1;
}

static int empty(void **state)
{
	(void)state;
	memset(ring, 0, sizeof(ring));
	memset(&head, 0, sizeof(head));
	memset(history, 0, sizeof(history));
	return 0;
}

static void put(uint32_t region, uint32_t from, uint32_t to, uint64_t time_ns)
{
	const struct change change = {
		.time_ns = time_ns, .until_ns = time_ns + SECOND, .from = from, .to = to,
		.measure = ECDN_XDP_MEASURE_CPS, .rate = 412000, .limit = 200000,
	};

	change_write(change_what(region, from, to, 4), &change,
		     change_pair((__u32[]){ htonl(0xc0000201), 0 }), 0);
}

/* Each is an entry of its own. */
static void put_limited(uint64_t n)
{
	put(n % REGIONS, ECDN_XDP_STATE_SHIELDED, ECDN_XDP_STATE_LIMITED, START + n);
}

/* --- a reader */

struct found {
	struct ecdn_xdp_change at[2 * ECDN_XDP_CHANGES];
	unsigned int count, grown;
	uint64_t lost;
};

static int find(const struct ecdn_xdp_change *change, const struct ecdn_xdp_change *before,
		void *context)
{
	struct found *found = context;

	found->at[found->count++] = *change;
	found->grown += before != NULL;
	return 0;
}

static int last_number(struct view_changes *reader, uint64_t *number)
{
	(void)reader;
	*number = head.number;
	return 0;
}

static void begin(struct view_changes *reader)
{
	*reader = (struct view_changes){ .head = last_number };
	assert_int_equal(view_changes_start(reader, ring), 0);
}

static const struct found *look(struct view_changes *reader, uint64_t now_ns)
{
	static struct found found;

	memset(&found, 0, sizeof(found));
	assert_int_equal(view_changes_read(reader, now_ns, find, &found, &found.lost), 0);
	return &found;
}

static void written_and_read(void **state)
{
	struct view_changes reader;
	const struct found *found;

	(void)state;
	begin(&reader);
	assert_int_equal(look(&reader, START)->count, 0);
	put(2, ECDN_XDP_STATE_NORMAL, ECDN_XDP_STATE_SHIELDED, START);
	put(2, ECDN_XDP_STATE_SHIELDED, ECDN_XDP_STATE_LIMITED, START + 5);
	found = look(&reader, START);
	assert_int_equal(found->count, 2);
	assert_int_equal(found->at[0].number, 1);
	assert_int_equal(found->at[0].region, 2);
	assert_int_equal(found->at[0].time_ns, START);
	assert_int_equal(found->at[0].until_ns, START + SECOND);
	assert_int_equal(found->at[0].from, ECDN_XDP_STATE_NORMAL);
	assert_int_equal(found->at[0].to, ECDN_XDP_STATE_SHIELDED);
	assert_int_equal(found->at[0].count, 1);
	assert_memory_equal(found->at[0].addr, "\xc0\x00\x02\x01\0\0\0\0\0\0\0\0\0\0\0\0", 16);
	assert_int_equal(found->at[1].number, 2);
	assert_int_equal(look(&reader, START)->count, 0);
	view_changes_close(&reader);
}

/* Between NORMAL and SHIELDED a region has one entry a minute. */
static void flaps(void **state)
{
	struct view_changes reader;
	const struct found *found;

	(void)state;
	begin(&reader);
	for (int i = 0; i < 60; i++)
		put(1, i % 2 ? ECDN_XDP_STATE_SHIELDED : ECDN_XDP_STATE_NORMAL,
		    i % 2 ? ECDN_XDP_STATE_NORMAL : ECDN_XDP_STATE_SHIELDED, START + i * SECOND);
	found = look(&reader, START);
	assert_int_equal(found->count, 1);
	assert_int_equal(found->at[0].count, 60);
	assert_int_equal(found->at[0].from, ECDN_XDP_STATE_NORMAL);
	assert_int_equal(found->at[0].to, ECDN_XDP_STATE_NORMAL);
	assert_int_equal(found->at[0].time_ns, START);
	assert_int_equal(found->at[0].last_ns, START + 59 * SECOND);
	assert_int_equal(found->at[0].rate, 412000);

	/* A minute after the first the next entry begins. Another region's are its own. */
	put(1, ECDN_XDP_STATE_NORMAL, ECDN_XDP_STATE_SHIELDED, START + 60 * SECOND);
	put(2, ECDN_XDP_STATE_NORMAL, ECDN_XDP_STATE_SHIELDED, START + 60 * SECOND);
	found = look(&reader, START);
	assert_int_equal(found->count, 2);
	assert_int_equal(found->grown, 0);

	/* One that is read already is read again when it stands for more. */
	put(1, ECDN_XDP_STATE_SHIELDED, ECDN_XDP_STATE_NORMAL, START + 61 * SECOND);
	found = look(&reader, START);
	assert_int_equal(found->count, 1);
	assert_int_equal(found->grown, 1);
	assert_int_equal(found->at[0].number, 2);
	assert_int_equal(found->at[0].count, 2);
	assert_int_equal(found->lost, 0);
	view_changes_close(&reader);
}

/* Only what follows one another is one entry, and what is in the ring. */
static void flaps_apart(void **state)
{
	(void)state;
	put(1, ECDN_XDP_STATE_NORMAL, ECDN_XDP_STATE_SHIELDED, START);
	put(1, ECDN_XDP_STATE_SHIELDED, ECDN_XDP_STATE_LIMITED, START + 1);
	put(1, ECDN_XDP_STATE_LIMITED, ECDN_XDP_STATE_NORMAL, START + 2);
	put(1, ECDN_XDP_STATE_NORMAL, ECDN_XDP_STATE_SHIELDED, START + 3);
	assert_int_equal(head.number, 4);
	for (uint64_t n = 0; n < ECDN_XDP_CHANGES; n++)
		put(2, ECDN_XDP_STATE_NORMAL, ECDN_XDP_STATE_BLOCKED, START + 4);
	put(1, ECDN_XDP_STATE_SHIELDED, ECDN_XDP_STATE_NORMAL, START + 5);
	assert_int_equal(head.number, 5 + ECDN_XDP_CHANGES);
	assert_int_equal(ring[head.number % ECDN_XDP_CHANGES].count, 1);
}

/* A flap that is written late does not tell an older state. */
static void flaps_late(void **state)
{
	(void)state;
	put(1, ECDN_XDP_STATE_NORMAL, ECDN_XDP_STATE_SHIELDED, START);
	put(1, ECDN_XDP_STATE_NORMAL, ECDN_XDP_STATE_SHIELDED, START + 20);
	put(1, ECDN_XDP_STATE_SHIELDED, ECDN_XDP_STATE_NORMAL, START + 10);
	assert_int_equal(ring[1].count, 3);
	assert_int_equal(ring[1].to, ECDN_XDP_STATE_SHIELDED);
	assert_int_equal(ring[1].last_ns, START + 20);
}

static void wraps(void **state)
{
	struct view_changes reader;
	const struct found *found;
	uint64_t n = 0;

	(void)state;
	for (; n < ECDN_XDP_CHANGES + 1000; n++)
		put_limited(n);
	begin(&reader);
	found = look(&reader, START);
	assert_int_equal(found->count, ECDN_XDP_CHANGES);
	assert_int_equal(found->lost, 0);
	for (int i = 0; i < 100; i++)
		put_limited(n++);
	found = look(&reader, START);
	assert_int_equal(found->count, 100);
	assert_int_equal(found->lost, 0);
	for (uint64_t i = 0; i < 2 * ECDN_XDP_CHANGES + 7; i++)
		put_limited(n++);
	found = look(&reader, START);
	assert_int_equal(found->count, ECDN_XDP_CHANGES);
	assert_int_equal(found->lost, ECDN_XDP_CHANGES + 7);
	view_changes_close(&reader);
}

/* A program that went round the whole ring is not overwritten by one that was slower. */
static void slower(void **state)
{
	const struct change change = { .time_ns = START, .from = 1, .to = 2 };

	(void)state;
	for (uint64_t n = 0; n < ECDN_XDP_CHANGES + 1; n++)
		put_limited(n);
	assert_int_equal(ring[1].number, ECDN_XDP_CHANGES + 1);
	head.number = 0; /* the slower one takes number 1 */
	change_write(change_what(3, 1, 2, 0), &change, 0, 0);
	assert_int_equal(ring[1].number, ECDN_XDP_CHANGES + 1);
	assert_int_equal(ring[1].time_ns, START + ECDN_XDP_CHANGES);
}

/* --- writers at the same time */

static unsigned int writes;

/* Somebody has written half of an entry, and goes on while the reader looks for the number. */
static int finish_writing(struct view_changes *reader, uint64_t *number)
{
	if (writes && !--writes) {
		ring[1].last_ns = START + 77;
		ring[1].to = ECDN_XDP_STATE_NORMAL;
	}
	return last_number(reader, number);
}

static void torn(void **state)
{
	struct view_changes reader;
	const struct found *found;

	(void)state;
	put(1, ECDN_XDP_STATE_NORMAL, ECDN_XDP_STATE_SHIELDED, START);
	ring[1].count = 2;
	writes = 1;
	begin(&reader);
	reader.head = finish_writing;
	found = look(&reader, START);
	assert_int_equal(found->count, 1);
	assert_int_equal(found->at[0].count, 2);
	assert_int_equal(found->at[0].last_ns, START + 77);
	assert_int_equal(found->at[0].to, ECDN_XDP_STATE_NORMAL);
	view_changes_close(&reader);
}

/* An entry that changes each time it is read is left for the next time. */
static int write_again(struct view_changes *reader, uint64_t *number)
{
	ring[1].count++;
	return last_number(reader, number);
}

static void never_still(void **state)
{
	struct view_changes reader;

	(void)state;
	put(1, ECDN_XDP_STATE_NORMAL, ECDN_XDP_STATE_SHIELDED, START);
	begin(&reader);
	reader.head = write_again;
	assert_int_equal(look(&reader, START)->count, 0);
	reader.head = last_number;
	assert_int_equal(look(&reader, START)->count, 1);
	view_changes_close(&reader);
}

/* A number is there before its entry. */
static void number_first(void **state)
{
	struct ecdn_xdp_change kept;
	struct view_changes reader;
	const struct found *found;

	(void)state;
	begin(&reader);
	put_limited(1);
	assert_int_equal(look(&reader, START)->count, 1);
	put_limited(2);
	put_limited(3);
	kept = ring[2];
	ring[2].number = 0;
	found = look(&reader, START);
	assert_int_equal(found->count, 1);
	assert_int_equal(found->at[0].number, 3);
	assert_int_equal(found->lost, 0);
	ring[2] = kept;
	found = look(&reader, START + SECOND / 2);
	assert_int_equal(found->count, 1);
	assert_int_equal(found->at[0].number, 2);
	assert_int_equal(found->lost, 0);

	/* One that never comes is waited for a second, and told. */
	put_limited(4);
	ring[4].number = 0;
	assert_int_equal(look(&reader, START + SECOND)->lost, 0);
	assert_int_equal(look(&reader, START + 3 * SECOND / 2)->lost, 0);
	assert_int_equal(look(&reader, START + 2 * SECOND)->lost, 1);
	assert_int_equal(look(&reader, START + 4 * SECOND)->lost, 0);
	view_changes_close(&reader);
}

/* --- damage */

/* Bytes that no program has written. */
static void scribble(void *at, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((unsigned char *)at)[i] = rand();
}

static void check_shown(const struct ecdn_xdp_change *change, FILE *out)
{
	const struct view_event event = { .time_ns = change->last_ns, .change = *change };
	const struct clock_moment moment = { START, START };
	const struct event_lines_item item = { .event = &event, .moment = &moment };
	json_t *object = event_lines_object(&item);
	char *text = object ? json_dumps(object, 0) : NULL;

	assert_non_null(text);
	event_lines_print(&item, out);
	free(text);
	json_decref(object);
}

static void damaged(void **state)
{
	FILE *out = fopen("/dev/null", "w");
	struct view_changes reader;

	(void)state;
	assert_non_null(out);
	srand(1);
	begin(&reader);
	for (int round = 0; round < 20; round++) {
		const struct found *found;

		scribble(ring, sizeof(ring));
		for (uint32_t place = 0; round % 2 && place < ECDN_XDP_CHANGES; place++)
			ring[place].number = (place ?: ECDN_XDP_CHANGES) +
					     (uint64_t)round * ECDN_XDP_CHANGES;
		if (round % 4 == 3)
			head.number = ~0ULL - round;
		else
			head.number = (round + 1) * ECDN_XDP_CHANGES;
		found = look(&reader, START + round * SECOND);
		for (unsigned int i = 0; i < found->count; i++) {
			assert_true(found->at[i].number <= head.number);
			check_shown(&found->at[i], out);
		}
		assert_true(round % 2 == 0 || found->count == ECDN_XDP_CHANGES);
	}
	view_changes_close(&reader);
	fclose(out);
}

/* The line of an entry, in memory that the caller frees. */
static char *line_of(const struct ecdn_xdp_change *change, const char *region)
{
	const struct view_event event = { .time_ns = change->last_ns, .change = *change };
	const struct clock_moment moment = {};
	const struct event_lines_item item = {
		.event = &event, .region = region, .moment = &moment,
	};
	size_t size;
	char *text;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	event_lines_print(&item, out);
	fclose(out);
	return text;
}

static void check_line(const struct ecdn_xdp_change *change, const char *region,
		       const char *expected)
{
	char *text = line_of(change, region);

	assert_string_equal(text, expected);
	free(text);
}

static void lines(void **state)
{
	struct ecdn_xdp_change change = {
		.region = 7, .count = 1, .from = ECDN_XDP_STATE_NORMAL,
		.to = ECDN_XDP_STATE_SHIELDED, .measure = ECDN_XDP_MEASURE_CPS, .rate = 412000,
		.limit = 200000, .family = 4, .addr = { 192, 0, 2, 1 },
	};

	(void)state;
	check_line(&change, "XX", "1970-01-01 00:00:00.000  XX        normal -> shielded   "
		   "cps 412k of 200k, claimed; from 192.0.2.1\n");
	change.last_ns = 3 * SECOND / 2;
	change.count = 5;
	check_line(&change, "\x1b[31m", "1970-01-01 00:00:01.500  \\x1b[31m  normal -> shielded   "
		   "cps 412k of 200k, claimed; from 192.0.2.1; 5 changes in 1.5 s\n");
	change = (struct ecdn_xdp_change){ .region = 70000, .from = 9, .to = 200, .measure = 77,
					   .rate = 5, .limit = 6, .family = 99, .proven = 1 };
	check_line(&change, NULL, "1970-01-01 00:00:00.000  70000     9 -> 200             "
		   "77 5 of 6, proven; from family 99\n");
	change = (struct ecdn_xdp_change){ .from = ECDN_XDP_STATE_LIMITED, .family = 6 };
	check_line(&change, "XX", "1970-01-01 00:00:00.000  XX        limited -> normal    "
		   "rates fell; from ::\n");
	change.family = 0;
	check_line(&change, "XX", "1970-01-01 00:00:00.000  XX        limited -> normal    "
		   "a command\n");
	change.silent = 1;
	check_line(&change, "XX", "1970-01-01 00:00:00.000  XX        limited -> normal    "
		   "ended by silence\n");
	change.from = ECDN_XDP_STATE_EXEMPT;
	check_line(&change, "XX", "1970-01-01 00:00:00.000  XX        exempt -> normal     "
		   "its time was over\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(written_and_read, empty),
		cmocka_unit_test_setup(flaps, empty),
		cmocka_unit_test_setup(flaps_apart, empty),
		cmocka_unit_test_setup(flaps_late, empty),
		cmocka_unit_test_setup(wraps, empty),
		cmocka_unit_test_setup(slower, empty),
		cmocka_unit_test_setup(torn, empty),
		cmocka_unit_test_setup(never_still, empty),
		cmocka_unit_test_setup(number_first, empty),
		cmocka_unit_test_setup(damaged, empty),
		cmocka_unit_test(lines),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
