/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * xff_names.h - names of regions or providers, as small numbers. A log can hold any number of
 * them: those that come once the table is full share the number 0. Nothing is logged.
 */
#ifndef XFF_XFF_NAMES_H
#define XFF_XFF_NAMES_H

#include <stdint.h>

#include "base/text.h"

#define XFF_NAMES_MAX 2048      /* and number 0 */
#define XFF_NAME_SIZE 48        /* NUL included; longer ones are cut */

struct xff_names {
	uint64_t seed;
	uint32_t count;                         /* of names; their numbers begin at 1 */
	uint16_t slot[4 * XFF_NAMES_MAX];       /* numbers, by hash; 0: free */
	char name[XFF_NAMES_MAX + 1][XFF_NAME_SIZE];
};

/* The number of a name; an empty one is named "-". */
uint16_t xff_names_number(struct xff_names *names, struct text name);

/* The name of a number; "(others)" of number 0. */
const char *xff_names_name(const struct xff_names *names, uint16_t number);

#endif
