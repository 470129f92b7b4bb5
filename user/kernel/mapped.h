/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mapped.h - a whole mmapable array, read as memory, since a system call for each of its
 * values would take its time. An array that may only be read cannot be mapped: it is copied then,
 * and what changes later is seen once the copy is taken again.
 */
#ifndef KERNEL_MAPPED_H
#define KERNEL_MAPPED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mapped {
	const void *at;         /* the first value; NULL: not mapped */
	size_t bytes;
	size_t stride;          /* bytes from a value to the next: a multiple of 8, which their
				   size need not be, unless it is a copy */
	uint32_t entries;       /* of the map */
	bool is_copy;           /* of what the map held */
	int fd;                 /* of the map, if it is a copy */
};

/* Maps the array of that fd, whose values have `size` bytes. 0 or a negative errno, logged
 * with the map's name; -EPROTO if its values have another size. The fd may be closed. */
int mapped_open(struct mapped *mapped, int fd, const char *map, size_t size);
void mapped_close(struct mapped *mapped);

/* Takes a copy again, in its place; does nothing to what is the map itself. 0 or a negative
 * errno, logged. */
int mapped_refresh(const struct mapped *mapped, const char *map);

/* Copies the first values of one such array to another, as many as both have room for. */
int mapped_copy(int from, int to, const char *map, size_t size);

/* Whether no process can map the array for writing any more, for good: who may write a map may
 * also freeze it, while nobody has it mapped for writing. */
bool mapped_is_frozen(int fd);

#endif
