// SPDX-License-Identifier: BSD-2-Clause
#include "show/drift.h"

#include <stdio.h>
#include <sys/socket.h>

#include "base/cidr.h"

#define SHOWN 5
#define FAMILY_BITS 32          /* bits of a key before its address */

static char *format(const struct ecdn_xdp_local_key *key, char text[CIDR_TEXT_SIZE])
{
	struct cidr cidr = { .length = key->prefix_len - FAMILY_BITS };

	address_from_bytes(&cidr.addr, key->family == 4 ? AF_INET : AF_INET6, key->addr);
	return cidr.length == (key->family == 4 ? 32 : 128) ? address_format(&cidr.addr, text) :
	       cidr_format(&cidr, text);
}

static void print(const char *what, const struct ping_addresses *addresses)
{
	char text[CIDR_TEXT_SIZE];

	if (!addresses->count)
		return;
	printf("%s:", what);
	for (unsigned int i = 0; i < addresses->count && i < SHOWN; i++)
		printf("%s %s", i ? "," : "", format(&addresses->key[i], text));
	if (addresses->count > SHOWN)
		printf(" and %u more", addresses->count - SHOWN);
	puts("; `ecdn-xdp load --ping` tells it.");
}

void drift_print(const struct view_ping *view)
{
	print("This host has addresses that ping does not know", &view->missing);
	print("Ping answers for addresses that this host has no longer", &view->stale);
}

json_t *drift_json(const struct view_ping *view, const struct ping_addresses *addresses)
{
	json_t *array = view->here ? json_array() : json_null();
	char text[CIDR_TEXT_SIZE];

	for (unsigned int i = 0; i < addresses->count; i++)
		json_array_append_new(array, json_string(format(&addresses->key[i], text)));
	return array;
}
