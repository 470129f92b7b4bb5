// SPDX-License-Identifier: BSD-2-Clause
#include "origin/origin_address.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/quantity.h"

/* Splits "[V6]:PORT", "[V6]" or "ADDR:PORT" into a copy of the address and its port's text, NULL
 * without one. An address with several colons and no brackets is of IPv6, and has no port. */
static int split(const char *text, char address[ADDRESS_TEXT_SIZE], const char **port)
{
	const char *close = *text == '[' ? strchr(text, ']') : NULL;
	const char *colon = close ? close + 1 : strchr(text, ':');
	size_t length;

	*port = NULL;
	if (*text == '[' && (!close || (*colon && *colon != ':')))
		return -EINVAL;
	if (colon && *colon == ':' && (close || !strchr(colon + 1, ':')))
		*port = colon + 1;
	text += close ? 1 : 0;
	length = close ? (size_t)(close - text) : *port ? (size_t)(colon - text) : strlen(text);
	if (length >= ADDRESS_TEXT_SIZE)
		return -EINVAL;
	memcpy(address, text, length);
	address[length] = 0;
	return close && !strchr(address, ':') ? -EINVAL : 0;
}

int origin_address_parse(const char *text, struct ecdn_xdp_origin_key *key)
{
	char word[ADDRESS_TEXT_SIZE];
	struct address address;
	const char *port_text;
	uint64_t port = 0;

	if (split(text, word, &port_text) || address_parse(word, &address))
		return -EINVAL;
	if (port_text && (quantity_parse_whole(port_text, UINT16_MAX, &port) || !port))
		return -EINVAL;
	memset(key, 0, sizeof(*key));
	address_to_bytes(&address, key->addr);
	key->family = address_version(address.family);
	key->port = port;
	return 0;
}

char *origin_address_format(const struct ecdn_xdp_origin_key *key,
			    char text[ORIGIN_ADDRESS_TEXT_SIZE])
{
	char word[ADDRESS_TEXT_SIZE];
	struct address address;

	address_from_bytes(&address, address_family(key->family), key->addr);
	address_format(&address, word);
	if (!key->port)
		snprintf(text, ORIGIN_ADDRESS_TEXT_SIZE, "%s", word);
	else
		snprintf(text, ORIGIN_ADDRESS_TEXT_SIZE, key->family == 6 ? "[%s]:%u" : "%s:%u",
			 word, key->port);
	return text;
}
