/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * steer_take.h - a listener's socket is put into steer_sockets: by an fd, or where nobody may take
 * one from the process that has it, by an iterator of the kernel (bpf/take.bpf.c), which meets the
 * sockets of this network namespace. Errors are logged unless a comment says "silent". Not
 * thread-safe.
 */
#ifndef STEER_STEER_TAKE_H
#define STEER_STEER_TAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "ecdn-xdp-maps.h"

/* A socket that is to be in a row. */
struct steer_socket {
	uint64_t cookie;
	int fd;                 /* -1: it could not be taken, and stays if it is there, but ... */
	bool by_cookie;         /* ... it is put there without an fd */
	uint8_t protocol;
	struct ecdn_xdp_steer_mark mark;
};

/* The maps that it writes. */
struct steer_take_maps {
	int sockets;            /* fd */
	int marks;              /* fd; -1: pins of an earlier version */
};

/* Whether this kernel, and what this process may do, allow sockets of a protocol to be put there
 * without an fd. It is tried once. Silent. */
bool steer_take_can(uint8_t protocol);

/* Puts a socket into a place. One that is free is left alone if the program listen has filled it
 * meanwhile: -EEXIST, silent. A socket that was closed meanwhile is no error. */
int steer_take_put(const struct steer_take_maps *maps, const struct steer_socket *socket,
		   uint32_t place, bool is_free);

/* Marks a socket of which there is an fd; without one steer_take_put() has done so. */
void steer_take_mark(const struct steer_take_maps *maps, const struct steer_socket *socket);

/* Unloads the iterators, which steer_take_put() leaves loaded for the next socket. */
void steer_take_end(void);

#endif
