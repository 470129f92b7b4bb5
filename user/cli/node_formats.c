// SPDX-License-Identifier: BSD-2-Clause
#include "cli/node_formats.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include "ecdn-xdp-maps.h"

/* Both sets of nft are filled in one transaction; an ipset is filled under another name and
 * swapped. */
#define NFT_TABLE "inet ecdn_xdp"
#define IPSET "ecdn_xdp_nodes"

/* Goes through the nodes in order, without those that lie in another one: a set of intervals
 * refuses those, and nothing else needs them. */
struct walk {
	const struct trust_list *list;
	size_t next;
	int family;             /* of the nodes that are wanted; AF_UNSPEC: both */
	struct cidr outer;      /* the last node that was returned */
};

static bool covers(const struct cidr *outer, const struct cidr *cidr)
{
	return outer->addr.family == cidr->addr.family &&
	       cidr->addr.bits <= cidr_last(outer);
}

static const struct cidr *walk_next(struct walk *walk)
{
	struct cidr cidr;

	while (walk->next < walk->list->count) {
		const struct ecdn_xdp_trusted_row *row = &walk->list->row[walk->next++];

		trust_list_cidr(row, &cidr);
		if (!trust_list_is_node(row) ||
		    (walk->family && cidr.addr.family != walk->family) ||
		    covers(&walk->outer, &cidr))
			continue;
		walk->outer = cidr;
		return &walk->outer;
	}
	return NULL;
}

static void print_plain(FILE *to, const struct trust_list *list)
{
	char text[CIDR_TEXT_SIZE];
	struct cidr cidr;

	for (size_t i = 0; i < list->count; i++) {
		const struct ecdn_xdp_trusted_row *row = &list->row[i];

		if (!trust_list_is_node(row))
			continue;
		trust_list_cidr(row, &cidr);
		fprintf(to, "%s%s%s\n", cidr_format(&cidr, text), row->name[0] ? " " : "",
			row->name);
	}
}

static void print_nginx(FILE *to, const struct trust_list *list)
{
	struct walk walk = { .list = list };
	const struct cidr *cidr;
	char text[CIDR_TEXT_SIZE];

	while ((cidr = walk_next(&walk)))
		fprintf(to, "set_real_ip_from %s;\n", cidr_format(cidr, text));
}

static void print_nft_set(FILE *to, const struct trust_list *list, const char *set,
			  const char *type, int family)
{
	struct walk walk = { .list = list, .family = family };
	const struct cidr *cidr = walk_next(&walk);
	const char *before = "\t\telements = {";
	char text[CIDR_TEXT_SIZE];

	fprintf(to, "\tset %s {\n\t\ttype %s\n\t\tflags interval\n", set, type);
	for (; cidr; cidr = walk_next(&walk)) {
		fprintf(to, "%s\n\t\t\t%s", before, cidr_format(cidr, text));
		before = ",";
	}
	fprintf(to, "%s\t}\n", *before == ',' ? "\n\t\t}\n" : "");
}

/* The table keeps all but the sets, so that a chain of the operator that looks there may be
 * in it. */
static void print_nft(FILE *to, const struct trust_list *list)
{
	fprintf(to, "# ecdn-xdp node list --format nft: for `nft -f`\n"
		"add table " NFT_TABLE "\n"
		"add set " NFT_TABLE " nodes4 { type ipv4_addr; flags interval; }\n"
		"add set " NFT_TABLE " nodes6 { type ipv6_addr; flags interval; }\n"
		"flush set " NFT_TABLE " nodes4\n"
		"flush set " NFT_TABLE " nodes6\n"
		"table " NFT_TABLE " {\n");
	print_nft_set(to, list, "nodes4", "ipv4_addr", AF_INET);
	print_nft_set(to, list, "nodes6", "ipv6_addr", AF_INET6);
	fprintf(to, "}\n");
}

/* A hash:net holds no /0, so it gets both halves. */
static void print_ipset_member(FILE *to, const char *set, struct cidr cidr)
{
	char text[CIDR_TEXT_SIZE];

	if (!cidr.length) {
		cidr.length = 1;
		fprintf(to, "add %s %s\n", set, cidr_format(&cidr, text));
		cidr.addr.bits |= (addr_bits)1 << 127;
	}
	fprintf(to, "add %s %s\n", set, cidr_format(&cidr, text));
}

static void print_ipset_set(FILE *to, const struct trust_list *list, const char *set,
			    const char *family_name, int family)
{
	struct walk walk = { .list = list, .family = family };
	const struct cidr *cidr;
	char fresh[sizeof(IPSET) + 8];

	snprintf(fresh, sizeof(fresh), "%s_new", set);
	fprintf(to, "create %s hash:net family %s maxelem %d -exist\n", set, family_name,
		ECDN_XDP_TRUSTED_NODES_MAX);
	fprintf(to, "create %s hash:net family %s maxelem %d -exist\n", fresh, family_name,
		ECDN_XDP_TRUSTED_NODES_MAX);
	fprintf(to, "flush %s\n", fresh);
	while ((cidr = walk_next(&walk)))
		print_ipset_member(to, fresh, *cidr);
	fprintf(to, "swap %s %s\ndestroy %s\n", set, fresh, fresh);
}

static void print_ipset(FILE *to, const struct trust_list *list)
{
	print_ipset_set(to, list, IPSET "4", "inet", AF_INET);
	print_ipset_set(to, list, IPSET "6", "inet6", AF_INET6);
}

static const struct {
	const char *name;
	void (*print)(FILE *to, const struct trust_list *list);
} formats[] = {
	{ "plain", print_plain },
	{ "nft", print_nft },
	{ "ipset", print_ipset },
	{ "nginx", print_nginx },
};

int node_formats_find(const char *name)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++)
		if (!strcmp(formats[i].name, name))
			return i;
	return -EINVAL;
}

void node_formats_print(FILE *to, int format, const struct trust_list *list)
{
	formats[format].print(to, list);
}

#define ECHO4 "icmp type echo-request"
#define ECHO6 "icmpv6 type echo-request"

static void print_nft_rule(void)
{
	static const char *const echoes[] = { ECHO4, ECHO6 };

	puts("# nft: at the head of each chain that drops ping, here input of table inet filter.");
	for (int i = 0; i < 2; i++)
		printf("nft insert rule inet filter input %s meta mark and 0x%08x == 0x%08x "
		       "accept\n", echoes[i], ECDN_XDP_PING_MARK, ECDN_XDP_PING_MARK);
	puts("# To accept in one chain does not accept in another: chains at netdev ingress and\n"
	     "# prerouting that drop ping need the same, with their own names. At netdev ingress:");
	for (int i = 0; i < 2; i++)
		printf("# nft insert rule netdev TABLE CHAIN %s meta mark and 0x%08x == 0x%08x "
		       "accept\n", echoes[i], ECDN_XDP_PING_MARK, ECDN_XDP_PING_MARK);
}

static void print_iptables_rule(void)
{
	puts("# iptables: at the head of INPUT.");
	printf("iptables -I INPUT 1 -p icmp --icmp-type echo-request -m mark "
	       "--mark 0x%08x/0x%08x -j ACCEPT\n", ECDN_XDP_PING_MARK, ECDN_XDP_PING_MARK);
	printf("ip6tables -I INPUT 1 -p ipv6-icmp --icmpv6-type echo-request -m mark "
	       "--mark 0x%08x/0x%08x -j ACCEPT\n", ECDN_XDP_PING_MARK, ECDN_XDP_PING_MARK);
}

int node_formats_rule(const char *firewall)
{
	bool nft = !firewall || !strcmp(firewall, "nft");
	bool iptables = !firewall || !strcmp(firewall, "iptables");

	if (!nft && !iptables)
		return -EINVAL;
	puts("# For `ecdn-xdp load --ping=pass`: echo requests of intermediate nodes carry this "
	     "mark.\n# The host must answer ping itself: with net.ipv4.icmp_echo_ignore_all=1, or\n"
	     "# net.ipv6.icmp.echo_ignore_all=1, no rule helps, but --ping=answer does.");
	if (nft)
		print_nft_rule();
	if (iptables)
		print_iptables_rule();
	return 0;
}
