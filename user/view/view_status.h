/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * view_status.h - one read of where the guard, steer and origin are attached, and how the guard
 * and origin are set up.
 */
#ifndef VIEW_VIEW_STATUS_H
#define VIEW_VIEW_STATUS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "ecdn-xdp-maps.h"
#include "attach/xdp_link.h"
#include "base/lock.h"
#include "view/view_armed.h"
#include "view/view_observer.h"

struct view_status {
	struct ecdn_xdp_config config;
	struct lock_holder agent; /* the agent that works for the directory; pid 0: none does */
	uint32_t features;      /* bit N: the kernel has features[N] of kernel/features.h */
	bool steer_attached, steer_here; /* to any network namespace; to this one */
	bool steer_hooked;      /* TCP listeners which start later are found by themselves */
	uint64_t steer_cgroup;  /* inode of the cgroup that these start in */
	uint32_t nodes, allowed; /* prefixes on the trusted list; one can be both */
	struct view_observer origin;
	bool guard;             /* the guard is loaded; else all members below are zeros */
	struct ecdn_xdp_protected_ports ports;
	struct ecdn_xdp_table_header table;
	char source[ECDN_XDP_TABLE_SOURCES][ECDN_XDP_SOURCE_SIZE]; /* table.sources of them */
	struct ecdn_xdp_events events; /* sums over CPUs */
	uint32_t regions;       /* ids in use */
	struct view_armed armed;
	const char *unproven;   /* why nothing is proven, or NULL if it is */
	gid_t proxy_group;      /* whose processes may count requests; -1: root's alone */
	bool requests_frozen;   /* no proxy that is started can count requests */
	bool has_iterator;      /* DIR/regions is pinned */
	bool captures;          /* a process captures dropped packets */
	struct lock_holder capture; /* which one; pid 0: it is not known */
	struct xdp_link *attachments; /* of the guard; their fds are closed */
	unsigned int attachment_count;
};

/* 0 or a negative errno, logged. To be freed with view_status_free(). */
int view_status_read(struct view_status *view, const char *pin_dir);

/* The same, for who asks often: features, ports, nodes, allowed, regions, armed,
 * captures and requests_frozen, which take long to read, are zeros. */
int view_status_read_brief(struct view_status *view, const char *pin_dir);
void view_status_free(struct view_status *view);

#endif
