/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * limits.h - changes of a region's limits and state; all are checked before anything is
 * changed. Errors are logged.
 */
#ifndef GUARD_LIMITS_H
#define GUARD_LIMITS_H

#include "give_way.h"
#include "guard/guard_maps.h"
#include "guard/layers.h"
#include "guard/limits_learned.h"

/* What a change sets: values, whose bits are those of limits.own, and what it does besides. */
enum limits_what {
	LIMITS_PPS = ECDN_XDP_OWN_PPS,
	LIMITS_BPS = ECDN_XDP_OWN_BPS,
	LIMITS_CPS = ECDN_XDP_OWN_CPS,
	LIMITS_PREFIX_PPS = ECDN_XDP_OWN_PREFIX_PPS,
	LIMITS_ANSWER_CPS = ECDN_XDP_OWN_ANSWER_CPS,
	LIMITS_HOLD = ECDN_XDP_OWN_HOLD,
	LIMITS_GRACE = ECDN_XDP_OWN_GRACE,
	LIMITS_SHIELD_CPS = ECDN_XDP_OWN_SHIELD_CPS,
	LIMITS_AGGREGATE_PPS = ECDN_XDP_OWN_AGGREGATE_PPS,
	LIMITS_AUTO = ECDN_XDP_OWN_AUTO, /* they are learned, or are not any more */
	LIMITS_CLEAR = 1 << 10, /* back to the default, or to no limits */
	LIMITS_EXEMPT = 1 << 11, /* holds over a block */
	LIMITS_BLOCK = 1 << 12,
	LIMITS_RELEASE = 1 << 13, /* ends an exemption, a block and a surge */
};

/* This name stands for the limits of all regions that have none of their own. */
#define LIMITS_DEFAULT "default"

#define LIMITS_DEFAULT_PREFIX_PPS 1000
#define LIMITS_DEFAULT_HOLD_NS (10 * 1000000000ULL)

/* A burst of a moment is no surge, and is to send nobody a page of 513. */
#define LIMITS_DEFAULT_GRACE_NS 1000000000ULL

/*
 * A SYN from a forged source looks like any client's, so a low shield_cps loses real clients with
 * forged ones. The kernel answers SYNs with cookies, and only clients that reply reach the proxy:
 * this default is what the kernel can bear.
 */
#define LIMITS_DEFAULT_SHIELD_CPS 200000

/* Without a cps limit, see bpf/give_way.h. */
#define LIMITS_DEFAULT_ANSWER_CPS GIVE_WAY_ANSWERS_ALL

struct limits_change {
	char region[ECDN_XDP_NAME_SIZE];
	unsigned int what;      /* enum limits_what */
	struct ecdn_xdp_limits limits;
	bool learns;            /* of LIMITS_AUTO: they are */
	struct layers_span span; /* of an exemption or a block */
	const char *file;       /* the file that asks for it; NULL: the command line */
	unsigned int line;

	/* What limits_apply() finds and makes of it. */
	struct {
		uint64_t now_ns;
		uint32_t state; /* enum ecdn_xdp_state, before */
		struct ecdn_xdp_limits before, after;
		struct limits_learned learned_before, learned_after;
		struct layers_notes notes; /* before */
		bool reason;    /* it gives another reason than before */
	} told;
};

/* The changes are carried out in this order. */
struct limits_changes {
	struct limits_change *at;
	unsigned int count;
	bool from_file;         /* these are all that a configuration file has */
};

/* Appends a copy of a change. Returns 0 or -ENOMEM. The owner frees the array. */
int limits_add(struct limits_changes *changes, const struct limits_change *change);

/* Returns 0 if every region that a change names exists, and all values can be. */
int limits_check(const struct limits_changes *changes, const struct names *names);

/* For a guard that an earlier version has loaded: returns 0 if it knows what these need. */
int limits_check_earlier(const struct limits_changes *changes, const struct guard_maps *maps,
			 const struct names *names);

/* Whether a change is one of the default limits; and the region that it names, or -ENOENT,
 * silent. */
bool limits_is_default(const struct limits_change *change);
int limits_region(const struct limits_change *change, const struct names *names);

/* Changes the values that a change names, and those that follow from them; and in *learned, which
 * is NULL for the default's, what is kept of them. */
void limits_change_values(struct ecdn_xdp_limits *limits, struct limits_learned *learned,
			  const struct limits_change *change,
			  const struct ecdn_xdp_limits *defaults);

/* Writes a region's limits by the program publish, and notes in the journal what they were. */
int limits_write(int publish, uint32_t region, const struct ecdn_xdp_limits *limits,
		 const struct ecdn_xdp_limits *before);

/* Gives all regions the default limits that are not their own. */
int limits_spread(const struct guard_maps *maps, const struct ecdn_xdp_config *config, int publish);

/*
 * Reads N or N,N into both numbers of aggregate_pps, of which the second follows from the first if
 * it is not there. 0, or -EINVAL, silent.
 */
int limits_parse_aggregate(const char *text, __u64 pps[2]);
void limits_follow_aggregate(__u64 pps[2]);

/*
 * Sets what is not the limits' own: what follows the default limits, what follows from what was
 * learned, and what nobody has set, which follows from other limits. The default's own follow no
 * others: NULL. learned: NULL if nothing can have been learned of the region.
 */
void limits_follow(struct ecdn_xdp_limits *limits, const struct ecdn_xdp_limits *defaults,
		   const struct ecdn_xdp_learned *learned);

/* Brings the default limits of an earlier version up to date, and logs what is new: what they
 * differ in from those of a new configuration is their own. */
void limits_carry(struct ecdn_xdp_limits *defaults);

/* The same for limits that an earlier version of ABI 3 may have left in the maps, the default's
 * and those of all regions; others stay as they are. The defaults are in *config, which the
 * caller writes afterwards. */
int limits_upgrade(const struct guard_maps *maps, struct ecdn_xdp_config *config, int publish);

/* Logs what is new of limits to who upgrades, once it is in force. */
void limits_tell_upgrade(void);

/* Sets those members of a new configuration that the guard needs when it is loaded for the
 * first time. */
void limits_first_config(struct ecdn_xdp_config *config, uint32_t max_regions,
			 uint64_t hash_seed);

#endif
