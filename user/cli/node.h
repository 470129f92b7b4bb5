/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * node.h - what `ecdn-xdp node` prints. Each returns what a verb does.
 */
#ifndef CLI_NODE_H
#define CLI_NODE_H

#include <stdbool.h>
#include <stdio.h>

#include "trust/trust_list.h"

/* The nodes with what came from them, as a table or as JSON. */
int node_list(const char *pin_dir, bool json);

/* The list for something else that needs it: plain, nft, ipset or nginx. */
bool node_format_known(const char *format);
int node_list_as(const char *pin_dir, const char *format);
void node_format_print(FILE *to, const char *format, const struct trusted_list *list);

/* The nodes that were never heard from, and what that means. */
int node_check(const char *pin_dir, bool json, bool exit_code);

/* What lets marked requests through a firewall: nft, iptables, or 0 for both. */
bool node_rule_known(const char *format);
void node_rule(const char *format);

#endif
