// SPDX-License-Identifier: BSD-2-Clause
#include "config/config_cgroup.h"

void config_cgroup_take(struct reader *reader, const yaml_node_t *value, void *to)
{
	const char *path = yaml_text(value);

	if (path && *path == '/')
		*(const char **)to = yaml_keep(reader, path);
	else
		yaml_bad(reader, value, "must be the whole path of a cgroup");
}
