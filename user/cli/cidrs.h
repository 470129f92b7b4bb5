/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cidrs.h - prefixes on the command line, of the verbs that keep the trusted list.
 */
#ifndef CLI_CIDRS_H
#define CLI_CIDRS_H

#include <stddef.h>

#include "base/cidr.h"

struct cidrs {
	struct cidr *at;        /* to be freed by the caller */
	size_t count;
};

/* Reads all words; the first that is no prefix is said. 0, -EINVAL or -ENOMEM. */
int cidrs_read(struct cidrs *cidrs, size_t count, char **words);

#endif
