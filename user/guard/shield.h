/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shield.h - the program proven, a part of the guard: it sees which handshakes are completed, so
 * that what can be forged limits no region. A host where it cannot be attached goes on without
 * it. Errors are logged.
 */
#ifndef GUARD_SHIELD_H
#define GUARD_SHIELD_H

#include "attach/pinned_link.h"
#include "ecdn-xdp-maps.h"
#include "guard/guard_links.h"

#define SHIELD_PROGRAM_PIN "prog/proven"
#define SHIELD_LINK_PIN "proven"
#define SHIELD_ARMED_PIN "armed"

/* The program in a command that is under way. */
struct shield {
	__u32 state;            /* enum ecdn_xdp_shield, as it is to be; UNSET: as it is */
	int program;            /* fd, or -1 */
	struct pinned_link link;
};

#define SHIELD_NONE { .program = -1, .link = PINNED_LINK_NONE }

/* Checks what the request asks for, and changes nothing. */
int shield_check(const struct guard_request *request);

/* Loads the program if it is wanted: asked for, or not switched off before. */
int shield_open(struct shield *shield, const struct pins *pins,
		const struct guard_request *request, uint32_t max_regions);

/* Attaches it to the cgroup, unless interfaces of another network namespace have the guard. */
int shield_attach(struct shield *shield, const struct pins *pins,
		  const struct guard_request *request);

/* Once the guard is attached: writes what the programs need to know of it, in the configuration
 * and of the interfaces that have the guard. */
int shield_configure(const struct shield *shield, const struct pins *pins,
		     const struct guard_links *links);

/* Once the guard is off an interface: connections by it prove nothing any more. */
int shield_detached(const char *dir);

/* Once that is in force: removes what is not wanted any more. */
int shield_settle(const struct shield *shield, const char *dir);

/* Frees it; after an error what was attached before is attached again. */
void shield_end(struct shield *shield, const struct pins *pins, int err);

/* Takes it off the cgroup. */
int shield_stop(const char *dir);

/* Why nothing is proven, or NULL if it is. state: enum ecdn_xdp_shield. */
const char *shield_why(__u32 state);

#endif
