// SPDX-License-Identifier: BSD-2-Clause
/*
 * node_rule.c - with --ping=pass a node's requests go on with a mark: what a firewall
 * must be told to let them in.
 */
#include <stdio.h>
#include <string.h>

#include "cli/node.h"
#include "ecdn-xdp-maps.h"

#define ECHO4 "icmp type echo-request"
#define ECHO6 "icmpv6 type echo-request"

static void print_nft(void)
{
	static const char *const echoes[] = { ECHO4, ECHO6 };

	puts("# nft: at the head of each chain that drops ping, here input of table inet filter.");
	for (int i = 0; i < 2; i++)
		printf("nft insert rule inet filter input %s meta mark and 0x%08x == 0x%08x accept\n",
		       echoes[i], ECDN_XDP_PING_MARK, ECDN_XDP_PING_MARK);
	puts("# To accept in one chain does not accept in another: chains at netdev ingress and\n"
	     "# prerouting that drop ping need the same, with their own names. At netdev ingress:");
	for (int i = 0; i < 2; i++)
		printf("# nft insert rule netdev TABLE CHAIN %s meta mark and 0x%08x == 0x%08x accept\n",
		       echoes[i], ECDN_XDP_PING_MARK, ECDN_XDP_PING_MARK);
}

static void print_iptables(void)
{
	puts("# iptables: at the head of INPUT.");
	printf("iptables -I INPUT 1 -p icmp --icmp-type echo-request -m mark "
	       "--mark 0x%08x/0x%08x -j ACCEPT\n", ECDN_XDP_PING_MARK, ECDN_XDP_PING_MARK);
	printf("ip6tables -I INPUT 1 -p ipv6-icmp --icmpv6-type echo-request -m mark "
	       "--mark 0x%08x/0x%08x -j ACCEPT\n", ECDN_XDP_PING_MARK, ECDN_XDP_PING_MARK);
}

bool node_rule_known(const char *format)
{
	return !strcmp(format, "nft") || !strcmp(format, "iptables");
}

void node_rule(const char *format)
{
	puts("# For `ecdn-xdp load --ping=pass`: echo requests of intermediate nodes carry this mark.\n"
	     "# The host must answer ping itself: with net.ipv4.icmp_echo_ignore_all=1, or\n"
	     "# net.ipv6.icmp.echo_ignore_all=1, no rule helps, but --ping=answer does.");
	if (!format || !strcmp(format, "nft"))
		print_nft();
	if (!format || !strcmp(format, "iptables"))
		print_iptables();
}
