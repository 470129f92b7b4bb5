// SPDX-License-Identifier: BSD-2-Clause
#include "agent/agent_hook_text.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/escape.h"
#include "base/scoped.h"

static int add_host(json_t *object, const char *host)
{
	scoped_free char *text = escape_copy(host);

	return text ? json_object_set_new(object, "host", json_string(text)) : -1;
}

char *agent_hook_text(const struct event_lines_item *item, const char *host)
{
	json_t *object = event_lines_object(item);
	scoped_free char *line = NULL;
	char *text = NULL;

	if (object && !json_object_set_new(object, "schema", json_integer(1)) &&
	    !add_host(object, host))
		line = json_dumps(object, JSON_COMPACT);
	json_decref(object);
	if (!line || asprintf(&text, "%s\n", line) < 0)
		return NULL;
	return text;
}
