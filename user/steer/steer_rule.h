/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * steer_rule.h - to which listener connections to a port are to go, as people write it.
 */
#ifndef STEER_STEER_RULE_H
#define STEER_STEER_RULE_H

#include "ecdn-xdp-maps.h"
#include "net/listeners.h"

/* A port has one listener for each of its families. */
struct steer_rule {
	uint16_t port;          /* to which connections come */
	uint8_t protocol;       /* IPPROTO_TCP or IPPROTO_UDP */
	uint16_t listener_port;
	struct address listener;
};

struct steer_rules {
	struct steer_rule *rule;
	unsigned int count;
};

/* PORT, or PORT/tcp or PORT/udp. 0 or -EINVAL, not said. */
int steer_rule_parse_port(const char *text, struct steer_rule *rule);

/* ADDR:PORT or [V6]:PORT; ::ffff:192.0.2.1 is IPv4. 0 or -EINVAL, not said. */
int steer_rule_parse_listener(const char *text, struct steer_rule *rule);

/* Whether the listener is the port's own, or for all that can be told might be: that
 * port, and not on a loopback address. */
bool steer_rule_is_own(const struct steer_rule *rule);

/*
 * Appends a copy. 0; -EEXIST if the port has a listener of that family in rules, -ENOSPC
 * if they are more than a node takes, -ENOMEM: not said.
 */
int steer_rules_add(struct steer_rules *rules, const struct steer_rule *rule);
void steer_rules_free(struct steer_rules *rules);

/* "80" or "443/udp"; returns text. */
#define STEER_PORT_TEXT_SIZE 12
char *steer_rule_format_port(uint16_t port, uint8_t protocol, char text[STEER_PORT_TEXT_SIZE]);

/* The listener's sockets, as listeners_find(); a wildcard socket of the very port that is
 * steered is none. */
unsigned int steer_rule_find(const struct steer_rule *rule, const struct listeners *listeners,
			     const struct listener **found, unsigned int max);

/* The rule's key in the map, and its value but for the sockets' place. */
struct ecdn_xdp_steer_key steer_rule_key(const struct steer_rule *rule);
void steer_rule_value(const struct steer_rule *rule, struct ecdn_xdp_steer *value);
void steer_rule_from(struct steer_rule *rule, const struct ecdn_xdp_steer_key *key,
		     const struct ecdn_xdp_steer *value);

#endif
