/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * diagnose_facts.h - what is known of this host before anything is concluded: all that the rows of
 * the platform's table look at, read once.
 */
#ifndef DIAGNOSE_DIAGNOSE_FACTS_H
#define DIAGNOSE_DIAGNOSE_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "origin/origin_hooks.h"
#include "view/view_layers.h"
#include "view/view_nodes.h"
#include "view/view_origins.h"
#include "view/view_ping.h"
#include "view/view_regions.h"
#include "view/view_status.h"
#include "view/view_table.h"

struct diagnose_facts {
	const char *pin_dir;
	struct clock_moment moment;
	struct view_status status; /* status.guard: the guard is loaded */
	struct view_ping ping;
	struct view_nodes nodes;
	bool deaf, deaf6;       /* by sysctl this host's kernel answers no ping: IPv4, IPv6 */
	/* Of the guard; else zeros. */
	struct view_regions regions;
	struct view_layers blocks;
	struct view_table table; /* lines NULL: there is none */
	/* Of the observer; origins.loaded false: zeros. */
	struct view_origins origins;
	struct origin_hooks_state observer;
	struct ecdn_xdp_origin_failure *failure; /* newest first */
	unsigned int failures;
};

/* 0 or a negative errno, logged; -ENOENT if nothing at all is loaded. To be freed with
 * diagnose_facts_free(), after an error too. */
int diagnose_facts_read(struct diagnose_facts *facts, const char *pin_dir);
void diagnose_facts_free(struct diagnose_facts *facts);

#endif
