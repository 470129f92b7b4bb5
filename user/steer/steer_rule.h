/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * steer_rule.h - a rule, as people write it: to which listener connections to a port go.
 */
#ifndef STEER_STEER_RULE_H
#define STEER_STEER_RULE_H

#include "ecdn-xdp-maps.h"
#include "net/listeners.h"

/* A port has one listener for each of its families. */
struct steer_rule {
	uint16_t port;          /* where connections arrive */
	uint8_t protocol;       /* IPPROTO_TCP or IPPROTO_UDP */
	uint16_t listener_port;
	struct address listener;
	uint32_t user;          /* whose sockets are taken besides root's; 0: nobody's */
};

struct steer_rules {
	struct steer_rule *rule;
	unsigned int count;
};

/* Reads PORT, PORT/tcp or PORT/udp. Returns 0, or -EINVAL, silent. */
int steer_rule_parse_port(const char *text, struct steer_rule *rule);

/* Reads ADDR:PORT or [V6]:PORT; ::ffff:192.0.2.1 is IPv4. Returns 0, or -EINVAL, silent. */
int steer_rule_parse_listener(const char *text, struct steer_rule *rule);

/* Whether the listener is, or might be, the port's own: it has the same port, and is not on
 * a loopback address. */
bool steer_rule_is_own(const struct steer_rule *rule);

/*
 * Appends a copy of a rule. Returns 0; -EEXIST if rules has a listener of that family for
 * the port, -ENOSPC if there are as many as a host takes, -ENOMEM. Silent.
 */
int steer_rules_add(struct steer_rules *rules, const struct steer_rule *rule);
void steer_rules_free(struct steer_rules *rules);

/* Whether one of the rules is of that port, protocol and family. */
bool steer_rules_have(const struct steer_rules *rules, const struct ecdn_xdp_steer_key *key);

/* Writes "80" or "443/udp" into text; returns text. */
#define STEER_PORT_TEXT_SIZE 12
char *steer_rule_format_port(uint16_t port, uint8_t protocol, char text[STEER_PORT_TEXT_SIZE]);

/* Finds the listener's sockets, as listeners_find() does, of those that pass the filter; NULL: of
 * all. A wildcard socket on the very port that is steered is not one of them. */
unsigned int steer_rule_find(const struct steer_rule *rule, const struct listeners *listeners,
			     const struct listener_filter *filter,
			     const struct listener **found, unsigned int max);

/* The rule's key in the map, and its value without the place of its sockets. */
struct ecdn_xdp_steer_key steer_rule_key(const struct steer_rule *rule);
void steer_rule_value(const struct steer_rule *rule, struct ecdn_xdp_steer *value);
void steer_rule_from(struct steer_rule *rule, const struct ecdn_xdp_steer_key *key,
		     const struct ecdn_xdp_steer *value, uint32_t user);

#endif
