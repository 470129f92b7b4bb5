/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view/snapshot.h - one read of everything: the model that every reader prints, so
 * that two of them cannot disagree. Counters are added up over CPUs.
 */
#ifndef VIEW_SNAPSHOT_H
#define VIEW_SNAPSHOT_H

#include "ecdn-xdp-maps.h"
#include "base/cidr.h"
#include "kernel/xdp_link.h"

struct region_view {
	uint32_t id;
	char name[ECDN_XDP_NAME_SIZE];
	uint32_t state;         /* enum ecdn_xdp_state, by now */
	uint64_t limited_ns;    /* when the surge was declared; 0: none is on */
	struct ecdn_xdp_limits limits;
	struct ecdn_xdp_region_stats stats;
	uint64_t pps, bps, cps; /* of protected traffic, over the last second */
	struct ecdn_xdp_requests requests; /* as proxies count them */
};

struct snapshot {
	uint64_t now_ns;        /* CLOCK_MONOTONIC */
	uint64_t epoch_ns;      /* CLOCK_REALTIME - CLOCK_MONOTONIC */
	struct ecdn_xdp_config config;
	struct ecdn_xdp_protected_ports ports;
	struct ecdn_xdp_table_header table;
	struct ecdn_xdp_events events;
	bool has_iterator;
	bool steer_attached, steer_here; /* at all; to this network namespace */
	struct attachment *attachments; /* links closed */
	unsigned int attachment_count;
	struct region_view *regions; /* by id, names' count of them */
	uint32_t region_count;
};

/* Errors are said. To be freed with snapshot_free(). */
int snapshot_read(struct snapshot *snapshot, const char *pin_dir);
void snapshot_free(struct snapshot *snapshot);

/* The region of that name, or 0 with the error said. */
const struct region_view *snapshot_region(const struct snapshot *snapshot, const char *name);

/* All drops of a region. */
struct ecdn_xdp_traffic snapshot_drops(const struct ecdn_xdp_drops *drops);

/* Seconds since the epoch of a time _ns. */
uint64_t snapshot_epoch(const struct snapshot *snapshot, uint64_t ns);

const char *snapshot_state_name(uint32_t state);

/* A heavy source prefix. */
struct prefix_view {
	struct cidr cidr;
	uint64_t key;
	uint32_t region;
	uint64_t packets, bytes, last_seen_ns;
};

/*
 * The heavy prefixes, heaviest first; of one region, or of all if region is
 * negative. Errors are said. *prefixes is to be freed.
 */
int snapshot_prefixes(const char *pin_dir, int region, struct prefix_view **prefixes,
		      size_t *count);

#endif
