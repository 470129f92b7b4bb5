// SPDX-License-Identifier: BSD-2-Clause
#include "origin/origin_request.h"

#include <errno.h>
#include <string.h>

#include "base/quantity.h"
#include "base/words.h"

static const char *const depth_names[] = {
	[ORIGIN_DEPTH_OFF] = "off",
	[ORIGIN_DEPTH_SOCKETS] = "sockets",
	[ORIGIN_DEPTH_CONTENT] = "content",
};

#define DEPTHS (sizeof(depth_names) / sizeof(*depth_names))

void origin_request_init(struct origin_request *request)
{
	memset(request, 0, sizeof(*request));
	request->all_namespaces = -1;
}

void origin_request_free(struct origin_request *request)
{
	origin_names_free(&request->names);
}

int origin_request_depth_parse(const char *text, enum origin_depth *depth)
{
	int index = words_index(depth_names, DEPTHS, text);

	if (index < 0)
		return index;
	*depth = index;
	return 0;
}

static int parse_port(char *word, struct origin_ports *ports)
{
	char *slash = strchr(word, '/');
	bool plain, tls = false;
	uint64_t port;

	if (slash) {
		*slash++ = 0;
		tls = !strcmp(slash, "tls");
		if (!tls && strcmp(slash, "http"))
			return -EINVAL;
	}
	if (quantity_parse_whole(word, UINT16_MAX, &port) || !port)
		return -EINVAL;
	plain = slash ? !tls : port == 80 || port == 8080;
	ports->ports[port / 8] |= 1 << port % 8;
	if (plain)
		ports->plain[port / 8] |= 1 << port % 8;
	else
		ports->plain[port / 8] &= ~(1 << port % 8);
	return 0;
}

int origin_request_ports_parse(const char *text, struct origin_ports *to)
{
	struct origin_ports ports = *to;
	char copy[1024], *rest = copy, *word;

	if (strlen(text) >= sizeof(copy))
		return -EINVAL;
	strcpy(copy, text);
	while ((word = strsep(&rest, ",")))
		if (parse_port(word, &ports))
			return -EINVAL;
	*to = ports;
	return 0;
}

bool origin_request_loads(const struct origin_request *request)
{
	return request->depth > ORIGIN_DEPTH_OFF;
}

bool origin_request_wanted(const struct origin_request *request)
{
	return request->depth != ORIGIN_DEPTH_OFF &&
	       (request->depth || request->cgroup || request->has_ports ||
		request->all_namespaces >= 0 || request->names.count || request->replace_names ||
		request->name);
}
