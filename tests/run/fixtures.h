/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fixtures.h - one table of packets and of what the guard must do with each. The packet
 * tests, the other kernels and the benchmark share it.
 */
#ifndef RUN_FIXTURES_H
#define RUN_FIXTURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ecdn-xdp-maps.h"

#define FRAME_MAX 9216
#define FIXTURE_LAYERS 16

/* The source of every fixture is 192.0.2.33 or 2001:db8:77::1. */
#define FIXTURE_V4_PREFIX "192.0.2.0/24"
#define FIXTURE_V6_PREFIX "2001:db8::/32"

struct frame {
	uint32_t length;
	uint32_t ip;            /* offset of the last IP header; 0: none */
	uint32_t next;          /* offset of the field that names the next layer */
	uint8_t next_size;      /* size of that field; 0: no field names it */
	uint8_t version;        /* version of the last IP header */
	bool closed;            /* lengths are filled in */
	uint8_t data[FRAME_MAX];
};

/* One step in building a frame; what a and b mean depends on put. */
struct layer {
	void (*put)(struct frame *frame, const struct layer *layer);
	uint32_t a, b;
};

enum fixture_expect {
	EXPECT_V4 = 1 << 0,         /* counted in the region of the IPv4 source */
	EXPECT_V6 = 1 << 1,
	EXPECT_CONNECTION = 1 << 2,
	EXPECT_TCP = 1 << 3,        /* may be dropped if TCP ports 80 and 443 are protected */
	EXPECT_UDP = 1 << 4,        /* may be dropped if UDP ports 80 and 443 are */
	EXPECT_NEVER = 1 << 5,      /* may not be dropped even if everything is protected */
	EXPECT_DEEP = 1 << 6,       /* counted in region 0, dropped if anything is protected */
};

/* The number of a counter of struct ecdn_xdp_events, from 1; 0: none. */
#define FIXTURE_EVENT(field) (offsetof(struct ecdn_xdp_events, field) / sizeof(__u64) + 1)

struct fixture {
	const char *name;
	struct layer layer[FIXTURE_LAYERS];
	uint16_t first, last;   /* tested cut to every length from first to last; 0: only whole */
	uint8_t expect;         /* enum fixture_expect */
	uint8_t event;          /* FIXTURE_EVENT */
	bool jumbo;             /* larger than a page: only for kernels with xdp.frags */
};

extern const struct fixture fixtures[];
extern const size_t fixtures_count;

/* Returns the fixture of that name, or NULL. */
const struct fixture *fixture_named(const char *name);

/* Builds the whole frame; the caller cuts it. */
void fixture_build(const struct fixture *fixture, struct frame *frame);

#endif
