/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * load.h - bringing guard and ping up, upgrading them in place, taking them down.
 * Each is done or not done: what fails leaves no pin and no program more than before.
 */
#ifndef CONTROL_LOAD_H
#define CONTROL_LOAD_H

#include "kernel/xdp_link.h"
#include "guard/region_store.h"
#include "ping/ping_part.h"
#include "control/settings.h"
#include "steer/steer_rule.h"
#include "trust/trust_change.h"

struct load_request {
	char **ifaces;          /* for the guard, besides those where it is already */
	unsigned int iface_count;
	enum attach_mode mode;
	uint32_t max_regions;   /* 0: as it is, or the default */
	gid_t proxy_group;      /* may write request_stats; -1: as it is, or root alone */
	struct sources sources; /* none: keep the table */
	struct settings settings;
	struct steer_rules steer;
	struct ping_request ping;
};

/* Errors are said. */
int guard_load(const char *pin_dir, const struct load_request *request);

/* Replaces the table of a loaded guard. */
int guard_load_regions(const char *pin_dir, const struct sources *sources);

/* Applies settings to a loaded guard. */
int guard_change(const char *pin_dir, const struct settings *settings);

/* Changes a loaded guard's trusted list. */
int guard_change_trusted(const char *pin_dir, trusted_change *change, void *context);

/* Detaches guard and ping from these interfaces; the counters stay. */
int guard_unload(const char *pin_dir, char **ifaces, unsigned int count);

/* Detaches everywhere and removes every pin. Nothing loaded, no error. */
int guard_unload_all(const char *pin_dir);

#endif
