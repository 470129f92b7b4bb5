// SPDX-License-Identifier: BSD-2-Clause
#include "steer/steer_rule.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/quantity.h"

static int parse_number(const char *text, uint16_t *port)
{
	uint64_t number;

	if (quantity_parse_whole(text, UINT16_MAX, &number) || !number)
		return -EINVAL;
	*port = number;
	return 0;
}

int steer_rule_parse_port(const char *text, struct steer_rule *rule)
{
	const char *slash = strchr(text, '/');
	size_t length = slash ? (size_t)(slash - text) : strlen(text);
	uint8_t protocol = IPPROTO_TCP;
	char number[STEER_PORT_TEXT_SIZE];

	if (slash && !strcmp(slash, "/udp"))
		protocol = IPPROTO_UDP;
	else if (slash && strcmp(slash, "/tcp"))
		return -EINVAL;
	if (length >= sizeof(number))
		return -EINVAL;
	memcpy(number, text, length);
	number[length] = 0;
	if (parse_number(number, &rule->port))
		return -EINVAL;
	rule->protocol = protocol;
	return 0;
}

int steer_rule_parse_listener(const char *text, struct steer_rule *rule)
{
	const char *colon = strrchr(text, ':');
	bool bracketed = *text == '[';
	char word[ADDRESS_TEXT_SIZE];
	struct address address;
	size_t length;
	uint16_t port;

	if (!colon || parse_number(colon + 1, &port))
		return -EINVAL;
	length = colon - text;
	if (bracketed && (length < 2 || text[length - 1] != ']'))
		return -EINVAL;
	text += bracketed;
	length -= 2 * bracketed;
	if (length >= sizeof(word))
		return -EINVAL;
	memcpy(word, text, length);
	word[length] = 0;
	if (address_parse(word, &address) || bracketed != !!strchr(word, ':'))
		return -EINVAL;
	rule->listener = address;
	rule->listener_port = port;
	return 0;
}

bool steer_rule_is_own(const struct steer_rule *rule)
{
	return rule->listener_port == rule->port && !address_is_loopback(&rule->listener);
}

unsigned int steer_rule_find(const struct steer_rule *rule, const struct listeners *listeners,
			     const struct listener_filter *filter,
			     const struct listener **found, unsigned int max)
{
	const struct listener_search search = {
		.address = &rule->listener, .port = rule->listener_port,
		.protocol = rule->protocol, .filter = filter,
	};
	unsigned int count = listeners_find(listeners, &search, found, max);

	return rule->port == rule->listener_port && count && !found[0]->address.bits ? 0 : count;
}

static bool same_place(const struct steer_rule *one, const struct steer_rule *other)
{
	return one->port == other->port && one->protocol == other->protocol &&
	       one->listener.family == other->listener.family;
}

int steer_rules_add(struct steer_rules *rules, const struct steer_rule *rule)
{
	for (unsigned int i = 0; i < rules->count; i++)
		if (same_place(&rules->rule[i], rule))
			return -EEXIST;
	if (rules->count == ECDN_XDP_STEER_MAX)
		return -ENOSPC;
	return array_append(rules->rule, rules->count, rule);
}

void steer_rules_free(struct steer_rules *rules)
{
	free(rules->rule);
}

char *steer_rule_format_port(uint16_t port, uint8_t protocol, char text[STEER_PORT_TEXT_SIZE])
{
	snprintf(text, STEER_PORT_TEXT_SIZE, "%u%s", port, protocol == IPPROTO_UDP ? "/udp" : "");
	return text;
}

struct ecdn_xdp_steer_key steer_rule_key(const struct steer_rule *rule)
{
	return (struct ecdn_xdp_steer_key){
		.port = rule->port,
		.protocol = rule->protocol,
		.family = rule->listener.family == AF_INET ? 4 : 6,
	};
}

void steer_rule_value(const struct steer_rule *rule, struct ecdn_xdp_steer *value)
{
	memset(value, 0, sizeof(*value));
	value->listener_port = rule->listener_port;
	address_to_bytes(&rule->listener, value->listener_addr);
}

void steer_rule_from(struct steer_rule *rule, const struct ecdn_xdp_steer_key *key,
		     const struct ecdn_xdp_steer *value, uint32_t user)
{
	rule->port = key->port;
	rule->protocol = key->protocol;
	rule->listener_port = value->listener_port;
	rule->user = user;
	address_from_bytes(&rule->listener, key->family == 4 ? AF_INET : AF_INET6,
			   value->listener_addr);
}

bool steer_rules_have(const struct steer_rules *rules, const struct ecdn_xdp_steer_key *key)
{
	for (unsigned int i = 0; i < rules->count; i++) {
		struct ecdn_xdp_steer_key at = steer_rule_key(&rules->rule[i]);

		if (!memcmp(&at, key, sizeof(at)))
			return true;
	}
	return false;
}
