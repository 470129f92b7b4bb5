/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * node_formats.h - the nodes for other programs: as files for `node load`, nft, ipset and
 * nginx, and as rules of a firewall that let their marked requests in.
 */
#ifndef CLI_NODE_FORMATS_H
#define CLI_NODE_FORMATS_H

#include <stdio.h>

#include "trust/trust_list.h"

/* The format of that name; -EINVAL, silent, if there is none. */
int node_formats_find(const char *name);

/* Prints the nodes on the list in a format that node_formats_find() has found. */
void node_formats_print(FILE *to, int format, const struct trust_list *list);

/* Prints to standard output how "nft" or "iptables" lets marked requests in; both of them
 * for 0. -EINVAL, silent, for another name. */
int node_formats_rule(const char *firewall);

#endif
