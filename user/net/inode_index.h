/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * inode_index.h - listeners by the inodes of their sockets. Every socket of every process is looked
 * for here, and any user may have tens of thousands of either: so a look-up takes steps that grow
 * by one where the listeners double.
 */
#ifndef NET_INODE_INDEX_H
#define NET_INODE_INDEX_H

#include "net/listener.h"

struct inode_index {
	struct listener **at;   /* sorted by inode, then by cookie */
	unsigned int count;
};

/* 0 or -ENOMEM, silent. The index leads into `all`, for as long as none is added or moved; to be
 * freed with inode_index_free(). */
int inode_index_make(struct inode_index *index, struct listener *all, unsigned int count);
void inode_index_free(struct inode_index *index);

/* The listener with an inode, of several the one with the lowest cookie; NULL if there is none. */
struct listener *inode_index_find(const struct inode_index *index, uint32_t inode);

#endif
