/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host.h - the guard's program as code of this process (tests/bench/host/guard.c), on maps that
 * hold what a loaded guard's hold. Which lines of 64 bytes it touches can be seen there.
 */
#ifndef BENCH_HOST_H
#define BENCH_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bpf_object;
struct xdp_md;

/* Of tests/bench/host/guard.c: the program, and its maps. A NULL name ends them. */
struct host_map {
	const char *name;
	const void *map;
};

extern const struct host_map host_maps[];
int host_program(struct xdp_md *ctx);

/* Memory that is accounted apart: of a map, of a table in its slot, or of the frame. */
#define HOST_AREAS_MAX 24
struct host_area {
	const char *name;
	const void *map;        /* what the program calls it; NULL: the frame */
	char *at;
	size_t stride;          /* bytes from a value to the next */
	uint32_t entries;
	bool slots;             /* values are tables */
	size_t mapped;          /* bytes, from the page of `at` on */
};

struct host {
	struct host_area area[HOST_AREAS_MAX];
	unsigned int areas;
	uint64_t jiffies, now_ns;
	uint64_t random;
};

/* Copies the maps of a loaded object, and maps its tables. Area 0 is the frame. One host can be
 * open at a time. */
void host_open(struct host *host, const struct bpf_object *object);
void host_close(struct host *host);

/* The area of that name, or NULL. */
const struct host_area *host_area_named(const struct host *host, const char *name);

/* Runs the program on a frame. Returns what it does with it, an enum xdp_action. */
int host_run(const void *frame, unsigned int length);

/* Called for a line that the program loads from or stores to, not twice in a row for the same.
 * line: its address / HOST_LINE. */
#define HOST_LINE 64
typedef void host_touch(void *context, unsigned int area, uintptr_t line);
void host_trace(host_touch *touch, void *context);

#endif
