// SPDX-License-Identifier: BSD-2-Clause
#include "guard/guard_request.h"

#include <stdlib.h>
#include <string.h>

void guard_request_init(struct guard_request *request)
{
	memset(request, 0, sizeof(*request));
	request->proxy_group = -1;
	request->monitor = -1;
}

void guard_request_free(struct guard_request *request)
{
	free(request->changes.at);
}

bool guard_request_wanted(const struct guard_request *request)
{
	return request->iface_count || request->max_regions ||
	       request->proxy_group != (gid_t)-1 || request->sources.count ||
	       request->has_ports || request->monitor >= 0 || request->changes.count;
}
