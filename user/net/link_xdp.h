/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * link_xdp.h - which XDP programs an interface of this network namespace has.
 */
#ifndef NET_LINK_XDP_H
#define NET_LINK_XDP_H

#include <stdint.h>

/* Ids of programs; 0: there is none in that mode. */
struct link_xdp {
	uint32_t native, generic, offloaded;
};

/* Of an interface that is not there, all are 0. Returns 0 or a negative errno; silent. */
int link_xdp_read(int ifindex, struct link_xdp *xdp);

#endif
