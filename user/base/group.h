/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BASE_GROUP_H
#define BASE_GROUP_H

#include <sys/types.h>

/* A group's name, or its number. 0, or -EINVAL with nothing said. */
int parse_group(const char *text, gid_t *group);

#endif
