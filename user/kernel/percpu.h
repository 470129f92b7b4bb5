/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * percpu.h - values of per-CPU maps, added up over CPUs. The kernel copies as many bytes as
 * the map's values have, whatever the caller expects, so the buffer is sized by the map.
 */
#ifndef KERNEL_PERCPU_H
#define KERNEL_PERCPU_H

#include <stddef.h>
#include <stdint.h>

struct percpu {
	int fd;                 /* owned by the caller */
	const char *map;        /* its name, for messages */
	unsigned int cpus;      /* CPUs that this host may have, online or not */
	size_t stride;          /* bytes from one CPU's value to the next one's */
	void *values;           /* room for a value of each CPU */
};

/* This host's possible CPUs; a negative errno, logged. */
int percpu_cpus(void);

/* Prepares to read many keys of one map. Returns 0 or a negative errno, logged;
 * percpu_close() follows in either case. */
int percpu_open(struct percpu *percpu, int fd, const char *map);
void percpu_close(struct percpu *percpu);

/* Adds up over all CPUs the 64-bit counters at key into *sum, which has size bytes.
 * Counters that the map's values do not have are 0. Returns 0 or a negative errno, logged;
 * -ENOENT, silent, if the map has no such key. */
int percpu_read(const struct percpu *percpu, const void *key, void *sum, size_t size);

/* Does all three steps for one key. */
int percpu_sum(int fd, const char *map, const void *key, void *sum, size_t size);

#endif
