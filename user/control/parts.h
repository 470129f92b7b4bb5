/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * parts.h - all parts, in the order in which commands go through them.
 */
#ifndef CONTROL_PARTS_H
#define CONTROL_PARTS_H

#include "kernel/part.h"

struct parts_row {
	const struct part *part;
	size_t request;         /* offset of the part's request in struct request */
	const struct part *needs; /* a part without which this one is of no use, or NULL */
};

/* A part stands after those that it needs; the trusted list, which other parts read, is
 * first. */
extern const struct parts_row parts[];

#define PARTS_MAX 8             /* rows that there may be at most */

unsigned int parts_count(void);

/*
 * Checks the pins in dir of the parts that config.parts names, bits of enum ecdn_xdp_part:
 * a pin that is missing there, or another's, has been removed or replaced by hand. -EPROTO,
 * logged.
 */
int parts_check(const char *dir, uint32_t bits);

#endif
