/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guard_part.h - the guard as a part: the XDP program with the programs and maps that serve
 * it, and what a command may ask of it.
 */
#ifndef GUARD_GUARD_PART_H
#define GUARD_GUARD_PART_H

#include <sys/types.h>

#include "guard/limits.h"
#include "guard/ports.h"
#include "guard/region_store.h"
#include "kernel/part.h"
#include "kernel/xdp_link.h"

struct guard_request {
	char **ifaces;          /* to attach to, besides those where it is already */
	unsigned int iface_count;
	enum xdp_mode mode;
	uint32_t max_regions;   /* 0: as it is, or the default */
	gid_t proxy_group;      /* may write request_stats; -1: as it is, or root alone */
	struct region_sources sources; /* none: keep the table */
	bool has_ports;
	struct protected_ports ports;
	int monitor;            /* 1 or 0; -1: as it is */
	struct limits_changes changes;
};

/* Nothing is asked for. Freed by the owner of its arrays, but for the changes. */
void guard_request_init(struct guard_request *request);
void guard_request_free(struct guard_request *request);

extern const struct part guard_part;

#endif
