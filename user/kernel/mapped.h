/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mapped.h - a whole mmapable array, read as memory, since a system call for each of its
 * values would take its time.
 */
#ifndef KERNEL_MAPPED_H
#define KERNEL_MAPPED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mapped {
	const void *at;         /* the first value; NULL: not mapped */
	size_t bytes;
	uint32_t entries;       /* of the map */
};

/* Maps the array of that fd, whose values have `size` bytes. 0 or a negative errno, logged
 * with the map's name; -EPROTO if its values have another size. The fd may be closed. */
int mapped_open(struct mapped *mapped, int fd, const char *map, size_t size);
void mapped_close(struct mapped *mapped);

/* Copies the first values of one such array to another, as many as both have room for. */
int mapped_copy(int from, int to, const char *map, size_t size);

/* Whether no process can map the array for writing any more, for good: who may write a map may
 * also freeze it, while nobody has it mapped for writing. */
bool mapped_is_frozen(int fd);

#endif
