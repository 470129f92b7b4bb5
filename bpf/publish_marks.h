/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * publish_marks.h - what the agent asks of the program publish, by the mark of the packet
 * on which it runs it.
 */
#ifndef BPF_PUBLISH_MARKS_H
#define BPF_PUBLISH_MARKS_H

#include "ecdn-xdp-maps.h"

#define PUBLISH_CONFIG 0xffffffffU      /* public_config follows config and tables */
#define PUBLISH_GONE 0xfffffffeU        /* these maps are about to lose their pins */
#define PUBLISH_LIMITS 0xfffffffdU      /* the packet holds a region's new limits */

/* The packet of PUBLISH_LIMITS, behind its Ethernet header. */
struct publish_limits {
	__u32 region;
	__u32 reserved;
	struct ecdn_xdp_limits limits;
};

#endif
