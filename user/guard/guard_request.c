// SPDX-License-Identifier: BSD-2-Clause
#include "guard/guard_request.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void guard_request_init(struct guard_request *request)
{
	memset(request, 0, sizeof(*request));
	request->groups = (struct permits){ -1, -1 };
	request->monitor = -1;
	request->shield = -1;
}

void guard_request_free(struct guard_request *request)
{
	free(request->changes.at);
	free(request->files);
	reading_free(&request->reading);
}

int guard_request_shield_parse(const char *text, int *shield)
{
	static const char *const words[] = { "off", "on" };

	for (int i = 0; i < 2; i++)
		if (!strcmp(text, words[i])) {
			*shield = i;
			return 0;
		}
	return -EINVAL;
}

static bool is_more_than_changes(const struct guard_request *request)
{
	return request->iface_count || request->max_regions ||
	       request->sources.count || request->reload || request->forget ||
	       request->has_ports || request->monitor >= 0 || request->shield >= 0 ||
	       request->shield_cgroup || request->ceilings.what;
}

bool guard_request_only_changes(const struct guard_request *request)
{
	return request->changes.count && !is_more_than_changes(request);
}

bool guard_request_wanted(const struct guard_request *request)
{
	return request->changes.count || is_more_than_changes(request);
}
