/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * limits.h - changes of a region's limits and state; all are checked before anything is
 * changed. Errors are logged.
 */
#ifndef GUARD_LIMITS_H
#define GUARD_LIMITS_H

#include "guard/guard_maps.h"

/* The values that a change sets. The first six are in the order of the members of struct
 * ecdn_xdp_limits. */
enum limits_what {
	LIMITS_PPS = 1 << 0,
	LIMITS_BPS = 1 << 1,
	LIMITS_CPS = 1 << 2,
	LIMITS_PREFIX_PPS = 1 << 3,
	LIMITS_ANSWER_CPS = 1 << 4,
	LIMITS_HOLD = 1 << 5,
	LIMITS_CLEAR = 1 << 6,  /* back to the default, or to no limits */
	LIMITS_EXEMPT = 1 << 7, /* also ends a block */
	LIMITS_BLOCK = 1 << 8,  /* also ends an exemption */
	LIMITS_RELEASE = 1 << 9, /* ends an exemption, a block and a surge */
};

/* This name stands for the limits of all regions that have none of their own. */
#define LIMITS_DEFAULT "default"

#define LIMITS_FOREVER UINT64_MAX

/*
 * A SYN from a forged source looks like any client's, so a low answer_cps loses real
 * clients with forged ones. The kernel answers SYNs with cookies, and only clients that
 * reply reach the proxy: this default is what the kernel can bear.
 */
#define LIMITS_DEFAULT_PREFIX_PPS 1000
#define LIMITS_DEFAULT_ANSWER_CPS 200000
#define LIMITS_DEFAULT_HOLD_NS (10 * 1000000000ULL)

struct limits_change {
	char region[ECDN_XDP_NAME_SIZE];
	unsigned int what;      /* enum limits_what */
	struct ecdn_xdp_limits limits;
	uint64_t exempt_for_ns; /* or LIMITS_FOREVER */
	const char *file;       /* the file that asks for it; NULL: the command line */
	unsigned int line;
};

/* The changes are carried out in this order. */
struct limits_changes {
	struct limits_change *at;
	unsigned int count;
};

/* Appends a copy of a change. Returns 0 or -ENOMEM. The owner frees the array. */
int limits_add(struct limits_changes *changes, const struct limits_change *change);

/* Returns 0 if every region that a change names exists. */
int limits_check(const struct limits_changes *changes, const struct names *names);

/* Carries out what limits_check() has passed, by the program publish. The defaults are in
 * *config, which the caller writes afterwards. */
int limits_apply(const struct limits_changes *changes, const struct guard_maps *maps,
		 const struct names *names, struct ecdn_xdp_config *config, int publish);

/* Brings limits of an earlier version up to date: a region's, or with NULL the default's. What is
 * not their own follows the defaults. */
void limits_carry(struct ecdn_xdp_limits *limits, const struct ecdn_xdp_limits *defaults);

/* Sets those members of a new configuration that the guard needs when it is loaded for the
 * first time. */
void limits_first_config(struct ecdn_xdp_config *config, uint32_t max_regions,
			 uint64_t hash_seed);

#endif
