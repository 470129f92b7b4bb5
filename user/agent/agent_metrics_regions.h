/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * agent_metrics_regions.h - which regions have series by their names, and the sum of the others.
 *
 * A region gets its name once it has limits of its own, or leaves the state normal, or is among the
 * busiest of a second; it keeps it, and at most 250 have one: each region that a forger can
 * have looked at costs Prometheus series for ever. What is counted of the others is "_other", which
 * begins with 0 when the agent starts and has what came of a region until it got its name. So
 * neither that nor any series of a region goes back, and the sum of their rates is that of all.
 */
#ifndef AGENT_AGENT_METRICS_REGIONS_H
#define AGENT_AGENT_METRICS_REGIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "agent/agent_metrics_fields.h"
#include "show/metrics.h"
#include "view/view_regions.h"

#define AGENT_METRICS_REGIONS_MAX 250
#define AGENT_METRICS_REGIONS_BUSY 200  /* of them, as the busiest of a second */

/* Of these, that have all of their series: the first ones. */
#define AGENT_METRICS_REGIONS_FULL 120
#define AGENT_METRICS_REGIONS_FULL_BUSY 100

struct agent_metrics_regions_named {
	char name[ECDN_XDP_NAME_SIZE];
	bool full;
	struct agent_metrics_fields_own own;
};

/* What was counted of a region when it was last looked at. */
struct agent_metrics_regions_seen {
	char name[ECDN_XDP_NAME_SIZE];
	struct region_counts counts;
	struct ecdn_xdp_requests requests;
	uint16_t named;         /* place in `named`, from 1; 0: it has no name */
};

struct agent_metrics_regions {
	struct agent_metrics_regions_named *named;
	unsigned int count, busy, full;
	struct agent_metrics_regions_seen *seen; /* by id */
	uint32_t room;          /* of `seen` */
	uint64_t seen_ns;
	struct view_region other; /* counters alone */
	struct agent_metrics_fields_own other_own;
	uint64_t *order;        /* room for sorting, as `seen` has */
};

/* 0; -ENOMEM, logged. All zeros are closed. */
int agent_metrics_regions_open(struct agent_metrics_regions *regions);
void agent_metrics_regions_close(struct agent_metrics_regions *regions);

/* Looks at a second; the `busiest` of it get names. Without memory some get none. */
void agent_metrics_regions_second(struct agent_metrics_regions *regions,
				  const struct view_regions *view, unsigned int busiest);

/* A surge of that region was declared. */
void agent_metrics_regions_surge(struct agent_metrics_regions *regions, const char *name);

/* Adds all series; the view is the one that was looked at last. full: the settings ask for all
 * series of a region. */
void agent_metrics_regions_add(const struct agent_metrics_regions *regions,
			       struct metrics *metrics, const struct view_regions *view, bool full);

#endif
