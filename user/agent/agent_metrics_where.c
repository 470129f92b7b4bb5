// SPDX-License-Identifier: BSD-2-Clause
#include "agent/agent_metrics_where.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <netinet/in.h>

#include "base/address.h"
#include "base/log.h"

#define UNIX "unix:"
#define ADDRESS_MAX 64

/* Room for what stands beside the path while the socket is made, see agent_metrics_socket.c. */
#define BESIDE 12

static int read_local(struct agent_metrics_where *where, const char *path)
{
	if (*path != '/' || strlen(path) + BESIDE >= sizeof(where->local.sun_path))
		return log_error(-EINVAL, "metrics: \"unix:%s\" is no place to listen at: no "
				 "absolute path of less than %zu characters", path,
				 sizeof(where->local.sun_path) - BESIDE);
	where->is_local = true;
	where->local.sun_family = AF_UNIX;
	strcpy(where->local.sun_path, path);
	where->size = sizeof(where->local);
	return 0;
}

static bool read_port(const char *text, in_port_t *port_be)
{
	char *end;
	unsigned long port;

	if (*text < '0' || *text > '9')
		return false;
	port = strtoul(text, &end, 10);
	*port_be = htons(port);
	return !*end && port >= 1 && port <= 65535;
}

/* The address without its brackets; only IPv6 has any. */
static bool split(const char *text, char address[ADDRESS_MAX], const char **port)
{
	const char *colon = strrchr(text, ':');
	bool brackets = *text == '[';
	size_t length = colon ? colon - text : 0;

	if (brackets && (length < 3 || text[length - 1] != ']'))
		return false;
	text += brackets;
	length -= 2 * brackets;
	if (!colon || length >= ADDRESS_MAX || (!brackets && memchr(text, ':', length)))
		return false;
	memcpy(address, text, length);
	address[length] = 0;
	*port = colon + 1;
	return true;
}

static void set_address(struct agent_metrics_where *where, const struct address *address,
			in_port_t port_be)
{
	uint8_t bytes[16];

	address_to_bytes(address, bytes);
	if (address->family == AF_INET) {
		struct sockaddr_in *to = (struct sockaddr_in *)&where->room;

		to->sin_port = port_be;
		memcpy(&to->sin_addr, bytes, 4);
		where->size = sizeof(*to);
	} else {
		struct sockaddr_in6 *to = (struct sockaddr_in6 *)&where->room;

		to->sin6_port = port_be;
		memcpy(&to->sin6_addr, bytes, 16);
		where->size = sizeof(*to);
	}
	where->head.sa_family = address->family;
	where->is_loopback = address_is_loopback(address);
	where->is_any = !address->bits;
}

int agent_metrics_where_read(struct agent_metrics_where *where, const char *text)
{
	char written[ADDRESS_MAX];
	struct address address;
	const char *port;
	in_port_t port_be;

	memset(where, 0, sizeof(*where));
	if (!strncmp(text, UNIX, strlen(UNIX)))
		return read_local(where, text + strlen(UNIX));
	if (!split(text, written, &port) || !read_port(port, &port_be) ||
	    address_parse(written, &address))
		return log_error(-EINVAL, "metrics: \"%s\" is no place to listen at; "
				 "write ADDR:PORT, [ADDR]:PORT or unix:PATH, and 0.0.0.0 or [::] "
				 "if every address is meant", text);
	set_address(where, &address, port_be);
	return 0;
}
