/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * guard_request.h - what a command may ask of the guard.
 */
#ifndef GUARD_GUARD_REQUEST_H
#define GUARD_GUARD_REQUEST_H

#include <sys/types.h>

#include "guard/guard_ceilings.h"
#include "guard/limits.h"
#include "guard/ports.h"
#include "regions/region_change.h"
#include "guard/region_files.h"
#include "guard/region_store.h"
#include "attach/xdp_link.h"
#include "kernel/permits.h"
#include "regions/reading.h"

struct guard_request {
	char **ifaces;          /* interfaces to attach to, besides those that have the guard
				   already */
	unsigned int iface_count;
	enum xdp_mode mode;
	uint32_t max_regions;   /* room for regions; 0: as it is, or the default */
	struct permits groups;  /* -1: as it is, or none */
	struct region_sources sources; /* none: the table stays */
	bool reload;            /* the sources are to be those of the table in use */
	bool shrink;            /* a table that covers much less than the one in use is meant */
	const char *forget;     /* a region whose id is to be free; NULL: none */
	struct region_change *change; /* where it is told what becomes of the table, or NULL */
	struct reading reading; /* what the sources hold, once they are read ... */
	struct region_files *files; /* ... or NULL; what the sources of a reload point to */
	uint64_t seen;          /* generation of the table that was in use before; 0: unknown */
	bool has_ports;
	struct protected_ports ports;
	int monitor;            /* 1 or 0; -1: as it is */
	int shield;             /* 1 or 0; -1: as it is, or 1 if nobody has switched it off */
	const char *shield_cgroup; /* path of a cgroup; NULL: where it is, or the root */
	struct limits_changes changes;
	struct guard_ceilings ceilings;
};

/* Sets a request that asks for nothing. The request owns its changes and what was read; the names
 * of interfaces and files stay the caller's. */
void guard_request_init(struct guard_request *request);
void guard_request_free(struct guard_request *request);

/* Reads "on" or "off". 0 or -EINVAL, silent. */
int guard_request_shield_parse(const char *text, int *shield);

/* Whether the request asks for changes of limits and nothing else. */
bool guard_request_only_changes(const struct guard_request *request);

/* Whether the request asks for anything. */
bool guard_request_wanted(const struct guard_request *request);

#endif
