// SPDX-License-Identifier: BSD-2-Clause
#include "config/interfaces.h"

#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

static void take_interface(struct reader *reader, const yaml_node_t *item, void *to)
{
	struct interfaces_of *of = to;
	const char *text = yaml_text(item);
	char *kept;

	if (!text || !*text || strlen(text) >= IF_NAMESIZE || strchr(text, '/')) {
		yaml_bad(reader, item, "\"%s\" is not the name of an interface", text ?: "this");
		return;
	}
	kept = yaml_keep(reader, text);
	if (kept && array_append(*of->ifaces, *of->count, &kept))
		yaml_bad(reader, item, "out of memory");
}

void interfaces_take(struct reader *reader, const yaml_node_t *value, void *to)
{
	yaml_each_item(reader, value, to, take_interface);
}
