// SPDX-License-Identifier: BSD-2-Clause
#include "net/inode_index.h"

#include <errno.h>
#include <stdlib.h>

static int by_inode(const void *one, const void *other)
{
	const struct listener *a = *(const struct listener *const *)one;
	const struct listener *b = *(const struct listener *const *)other;

	if (a->inode != b->inode)
		return a->inode < b->inode ? -1 : 1;
	return a->cookie < b->cookie ? -1 : a->cookie > b->cookie;
}

int inode_index_make(struct inode_index *index, struct listener *all, unsigned int count)
{
	index->count = count;
	index->at = calloc(index->count + 1, sizeof(*index->at));
	if (!index->at)
		return -ENOMEM;
	for (unsigned int i = 0; i < index->count; i++)
		index->at[i] = &all[i];
	qsort(index->at, index->count, sizeof(*index->at), by_inode);
	return 0;
}

void inode_index_free(struct inode_index *index)
{
	free(index->at);
	index->at = NULL;
	index->count = 0;
}

/* Not bsearch(), which of several with one inode finds any. */
struct listener *inode_index_find(const struct inode_index *index, uint32_t inode)
{
	unsigned int from = 0, to = index->count;

	while (from < to) {
		unsigned int middle = from + (to - from) / 2;

		if (index->at[middle]->inode < inode)
			from = middle + 1;
		else
			to = middle;
	}
	return from < index->count && index->at[from]->inode == inode ? index->at[from] : NULL;
}
