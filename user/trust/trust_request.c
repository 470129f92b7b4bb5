// SPDX-License-Identifier: BSD-2-Clause
#include "trust/trust_request.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/log.h"
#include "trust/trust_file.h"

void trust_request_free(struct trust_request *request)
{
	free(request->allow);
	free(request->nodes);
	free(request->ceilings);
}

int trust_request_allow(struct trust_request *request, const struct cidr *cidr)
{
	if (array_append(request->allow, request->allow_count, cidr))
		return log_error(-ENOMEM, "out of memory");
	return 0;
}

int trust_request_ceiling(struct trust_request *request, const struct trust_ceiling *ceiling)
{
	if (array_append(request->ceilings, request->ceiling_count, ceiling))
		return log_error(-ENOMEM, "out of memory");
	return 0;
}

int trust_request_nodes(struct trust_request *request, const char *path)
{
	struct trust_node *nodes;
	size_t count;
	int err = trust_file_read(strcmp(path, "-") ? path : "/dev/stdin", &nodes, &count);

	if (err)
		return err;
	if (!count) {
		free(nodes);
		return log_error(-EINVAL, "%s holds no nodes; the list stays as it is, and "
				 "`ecdn-xdp node del` takes nodes off it", path);
	}
	free(request->nodes);
	request->nodes = nodes;
	request->node_count = count;
	return 0;
}

int trust_request_error(int err)
{
	if (err == -ENOSPC)
		return log_error(err, "there can be %d nodes and allowed prefixes at most; nothing "
				 "was changed", ECDN_XDP_TRUSTED_NODES_MAX - 1);
	return log_error(err, "out of memory for the allowed prefixes and nodes");
}
