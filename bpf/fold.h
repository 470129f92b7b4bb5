/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * fold.h - what the agent tells the program fold, in a packet behind its Ethernet header.
 */
#ifndef BPF_FOLD_H
#define BPF_FOLD_H

#include <linux/types.h>

struct fold {
	__u32 region;          /* whose counters go to region 0 */
	__u32 row;             /* the CPU's */
};

#endif
