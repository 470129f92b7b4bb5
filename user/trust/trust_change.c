// SPDX-License-Identifier: BSD-2-Clause
#include "trust/trust_change.h"

#include <errno.h>

#include "base/log.h"
#include "trust/trust_nodes.h"
#include "trust/trust_store.h"

int trusted_change_error(int err)
{
	if (err == -ENOSPC)
		return log_error(err, "there can be %d nodes at most; nothing was changed",
				 ECDN_XDP_TRUSTED_NODES_MAX - 1);
	return log_error(err, "out of memory for the allowed prefixes and nodes");
}

static int become(const struct trusted_list *before, const struct trusted_list *list,
		  const struct maps *maps, const char *dir)
{
	int err = node_rows_keep(maps, before, before);

	err = err ?: trusted_write(maps, dir, list);
	return err ?: node_rows_keep(maps, before, list);
}

int trusted_change_apply(trusted_change *change, void *context, const struct maps *maps,
			 const char *dir, size_t *count)
{
	struct trusted_list before = {}, list = {};
	int err = trusted_read(maps, &before);

	if (!err && trusted_copy(&before, &list))
		err = trusted_change_error(-ENOMEM);
	err = err ?: change(&list, context);
	err = err ?: become(&before, &list, maps, dir);
	*count = list.count;
	trusted_free(&before);
	trusted_free(&list);
	return err;
}
