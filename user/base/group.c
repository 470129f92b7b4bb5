// SPDX-License-Identifier: BSD-2-Clause
#include "base/group.h"

#include <ctype.h>
#include <errno.h>
#include <grp.h>
#include <stdlib.h>

int parse_group(const char *text, gid_t *group)
{
	const struct group *found = getgrnam(text);
	unsigned long number;
	char *end;

	if (found) {
		*group = found->gr_gid;
		return 0;
	}
	errno = 0;
	number = strtoul(text, &end, 10);
	if (!isdigit((unsigned char)*text) || *end || errno || number >= (gid_t)-1)
		return -EINVAL;
	*group = number;
	return 0;
}
