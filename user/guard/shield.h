/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shield.h - the program proven, a part of the guard: it sees which handshakes are completed, so
 * that what can be forged limits no region. A host where it cannot be attached goes on without
 * it. Errors are logged.
 *
 * Its link and config.shield belong together: the link comes before the state ON, and goes after
 * another state. So a command that is killed leaves a guard that can limit regions.
 */
#ifndef GUARD_SHIELD_H
#define GUARD_SHIELD_H

#include "attach/pinned_link.h"
#include "ecdn-xdp-maps.h"
#include "guard/guard_links.h"
#include "net/link_stack.h"

#define SHIELD_PROGRAM_PIN "prog/proven"

/* The program in a command that is under way. */
struct shield {
	__u32 state;            /* enum ecdn_xdp_shield, as it is to be; UNSET: as it is */
	bool elsewhere;         /* it works in another network namespace than this one */
	int program;            /* fd, or -1 */
	struct pinned_link link;
	struct link_stack stack; /* interfaces by which what the guard sees comes */
};

#define SHIELD_NONE { .program = -1, .link = PINNED_LINK_NONE }

/* Checks what the request asks for, and changes nothing. */
int shield_check(const struct guard_request *request);

/* Loads the program if it is wanted: asked for, or not switched off before. */
int shield_open(struct shield *shield, const struct pins *pins,
		const struct guard_request *request, uint32_t max_regions);

/* Attaches it to the cgroup, unless interfaces of several network namespaces have the guard. */
int shield_attach(struct shield *shield, const struct pins *pins,
		  const struct guard_request *request, const struct guard_links *links);

/* Once all pins are published: writes the state, and removes what is not wanted any more. */
int shield_settle(const struct shield *shield, const struct pins *pins);

/* Frees it; after an error what was attached before is attached again. */
void shield_end(struct shield *shield, const struct pins *pins, int err);

/* In a command that loads no program: a region that nothing can limit is worse than one that can
 * be limited by what is forged, so the state follows the link if somebody has removed that. */
int shield_repair(const struct pins *pins);

/* Takes it off the cgroup. */
int shield_stop(const char *dir);

/* Why nothing is proven, or NULL if it is. state: config.shield; attached: shield_cgroup() has
 * found a cgroup. */
const char *shield_why(__u32 state, bool attached);

/* The inode of the cgroup that the program is on, or 0 if it is on none. */
int shield_cgroup(const char *dir, uint64_t *cgroup);

#endif
