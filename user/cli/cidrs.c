// SPDX-License-Identifier: BSD-2-Clause
#include "cli/cidrs.h"

#include <errno.h>
#include <stdlib.h>

#include "base/log.h"

static int cidr_error(const char *word, int err)
{
	if (err == -ERANGE)
		return log_error(-EINVAL, "%s has bits set beyond its length; nothing was changed",
				 word);
	return log_error(-EINVAL, "%s is not an address or CIDR; nothing was changed", word);
}

int cidrs_read(struct cidrs *cidrs, size_t count, char **words)
{
	cidrs->count = count;
	cidrs->at = calloc(count + 1, sizeof(*cidrs->at));
	if (!cidrs->at)
		return log_error(-ENOMEM, "out of memory");
	for (size_t i = 0; i < count; i++) {
		int err = cidr_parse(words[i], &cidrs->at[i]);

		if (err)
			return cidr_error(words[i], err);
	}
	return 0;
}
