// SPDX-License-Identifier: BSD-2-Clause
#include "exporter_host.h"

#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include <netinet/in.h>

#include "base/address.h"

#define HOST_SIZE 256

/* The host without its port, the brackets of IPv6 and the dot at the end of a whole name. */
static bool trim(const char *host, char name[HOST_SIZE])
{
	size_t length = *host == '[' ? strcspn(++host, "]") : strcspn(host, ":");

	if (length && host[length - 1] == '.')
		length--;
	if (!length || length >= HOST_SIZE)
		return false;
	memcpy(name, host, length);
	name[length] = 0;
	return true;
}

static bool is_own_address(const char *name, int socket)
{
	struct sockaddr_storage own = {};
	socklen_t size = sizeof(own);
	struct address asked, here = {};
	uint8_t bytes[16] = {};

	if (address_parse(name, &asked) || getsockname(socket, (struct sockaddr *)&own, &size))
		return false;
	if (own.ss_family == AF_INET)
		memcpy(bytes, &((struct sockaddr_in *)&own)->sin_addr, 4);
	else
		memcpy(bytes, &((struct sockaddr_in6 *)&own)->sin6_addr, 16);
	address_from_bytes(&here, own.ss_family, bytes);
	address_unmap(&here);
	return asked.family == here.family && asked.bits == here.bits;
}

bool exporter_host_is_ours(const char *host, int socket, char *const *names)
{
	char name[HOST_SIZE];

	if (!trim(host, name))
		return false;
	for (; *names; names++)
		if (!strcasecmp(name, *names))
			return true;
	return !strcasecmp(name, "localhost") || is_own_address(name, socket);
}
