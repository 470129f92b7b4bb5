// SPDX-License-Identifier: BSD-2-Clause
#include "cli/unknown.h"

#include <stdio.h>
#include <sys/socket.h>

#include "core/parse.h"

#define SHOWN 5
#define FAMILY_BITS 32          /* what precedes the address in a key */

static char *format(const struct ecdn_xdp_local_key *key, char text[CIDR_TEXT_SIZE])
{
	struct cidr cidr = { .length = key->prefix_len - FAMILY_BITS };

	address_from_bytes(&cidr.addr, key->family == 4 ? AF_INET : AF_INET6, key->addr);
	return cidr.length == (key->family == 4 ? 32 : 128) ? format_address(&cidr.addr, text) :
	       format_cidr(&cidr, text);
}

void unknown_print(const struct ping_view *view)
{
	const struct addresses *missing = &view->missing;
	char text[CIDR_TEXT_SIZE];

	if (!missing->count)
		return;
	printf("This host has addresses that ping does not know:");
	for (unsigned int i = 0; i < missing->count && i < SHOWN; i++)
		printf("%s %s", i ? "," : "", format(&missing->key[i], text));
	if (missing->count > SHOWN)
		printf(" and %u more", missing->count - SHOWN);
	puts("; `ecdn-xdp load --ping` tells it.");
}

json_t *unknown_json(const struct ping_view *view)
{
	json_t *array = view->here ? json_array() : json_null();
	char text[CIDR_TEXT_SIZE];

	for (unsigned int i = 0; i < view->missing.count; i++)
		json_array_append_new(array, json_string(format(&view->missing.key[i], text)));
	return array;
}
