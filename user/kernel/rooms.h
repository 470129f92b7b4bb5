/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rooms.h - how much a command wants the maps to hold that are sized by what they hold. Each
 * part sets its own members in prepare(), which trust calls first, whether the command
 * changes them or not.
 */
#ifndef KERNEL_ROOMS_H
#define KERNEL_ROOMS_H

#include <stdint.h>

struct rooms {
	uint32_t region_lines;  /* of the region table */
	uint32_t trusted_lines; /* of the trusted table */
	uint32_t nodes;         /* that may have counters and a token bucket at one time */
	uint32_t trusted;       /* prefixes, nodes or not, that may have a rate at one time */
};

#endif
