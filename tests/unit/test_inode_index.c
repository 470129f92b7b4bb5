// SPDX-License-Identifier: BSD-2-Clause
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <time.h>

#include "net/inode_index.h"

/* As many listeners, in an order of inodes that is none, as 7919 is a prime that divides none of
 * the counts. The inodes are the odd numbers. */
static struct listener *make_up(unsigned int count)
{
	struct listener *all = calloc(count + 1, sizeof(*all));

	assert_non_null(all);
	for (unsigned int i = 0; i < count; i++) {
		all[i].inode = 2 * (uint32_t)((uint64_t)i * 7919 % count) + 1;
		all[i].cookie = i + 1;
	}
	return all;
}

static void all_are_found(void **state)
{
	static const unsigned int counts[] = { 0, 1, 2, 3, 4, 5, 1000 };

	(void)state;
	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
		struct listener *all = make_up(counts[i]);
		struct inode_index index;

		assert_int_equal(inode_index_make(&index, all, counts[i]), 0);
		for (unsigned int j = 0; j < counts[i]; j++)
			assert_ptr_equal(inode_index_find(&index, all[j].inode), &all[j]);
		for (unsigned int inode = 0; inode <= 2 * counts[i] + 2; inode += 2)
			assert_null(inode_index_find(&index, inode));
		assert_null(inode_index_find(&index, UINT32_MAX));
		inode_index_free(&index);
		free(all);
	}
}

/* Inodes are used again, after 2^32 of them, which other users can open and close: the oldest
 * socket keeps its holders. */
static void the_oldest_of_an_inode(void **state)
{
	struct listener all[9];
	struct inode_index index;

	(void)state;
	for (unsigned int i = 0; i < 9; i++)
		all[i] = (struct listener){ .inode = 5 + i / 3, .cookie = i + 1 };
	assert_int_equal(inode_index_make(&index, all, 9), 0);
	for (unsigned int i = 0; i < 3; i++)
		assert_ptr_equal(inode_index_find(&index, 5 + i), &all[3 * i]);
	inode_index_free(&index);
}

/* What making an index and looking for all takes of the CPU; the least of several times. */
static double cost(unsigned int count)
{
	struct listener *all = make_up(count);
	double least = 0;

	for (int i = 0; i < 5; i++) {
		struct timespec from, to;
		struct inode_index index;
		double took;

		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
		assert_int_equal(inode_index_make(&index, all, count), 0);
		for (unsigned int j = 0; j < count; j++)
			assert_non_null(inode_index_find(&index, all[j].inode));
		inode_index_free(&index);
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
		took = (double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec);
		least = !i || took < least ? took : least;
	}
	free(all);
	return least;
}

/* A walk over all of them for each would take 256 times as much. */
static void many_cost_little_more(void **state)
{
	double few = cost(2000), many = cost(32000);

	(void)state;
	if (many > 80 * few)
		fail_msg("16 times the listeners cost %.0f times as much", many / few);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_are_found), cmocka_unit_test(the_oldest_of_an_inode),
		cmocka_unit_test(many_cost_little_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
