// SPDX-License-Identifier: BSD-2-Clause
/*
 * node_formats.c - the nodes as files for others: `node load`, nft, ipset, nginx.
 */
#include <string.h>
#include <sys/socket.h>

#include "cli/node.h"

/* Both sets are filled in one transaction; an ipset is filled beside and swapped. */
#define NFT_TABLE "inet ecdn_xdp"
#define IPSET "ecdn_xdp_nodes"

/* Nodes in order, without those that lie in another: a set of intervals refuses them,
 * and nothing else needs them. */
struct walk {
	const struct trusted_list *list;
	size_t next;
	int family;             /* of those that are wanted; AF_UNSPEC: both */
	struct cidr outer;      /* the last one */
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

		trusted_cidr(row, &cidr);
		if (!row->node || (walk->family && cidr.addr.family != walk->family) ||
		    covers(&walk->outer, &cidr))
			continue;
		walk->outer = cidr;
		return &walk->outer;
	}
	return NULL;
}

static void print_plain(FILE *to, const struct trusted_list *list)
{
	char text[CIDR_TEXT_SIZE];
	struct cidr cidr;

	for (size_t i = 0; i < list->count; i++) {
		const struct ecdn_xdp_trusted_row *row = &list->row[i];

		if (!row->node)
			continue;
		trusted_cidr(row, &cidr);
		fprintf(to, "%s%s%s\n", cidr_format(&cidr, text), row->name[0] ? " " : "",
			row->name);
	}
}

static void print_nginx(FILE *to, const struct trusted_list *list)
{
	struct walk walk = { .list = list };
	const struct cidr *cidr;
	char text[CIDR_TEXT_SIZE];

	while ((cidr = walk_next(&walk)))
		fprintf(to, "set_real_ip_from %s;\n", cidr_format(cidr, text));
}

static void print_nft_set(FILE *to, const struct trusted_list *list, const char *set,
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

/* What is in the table beside the sets stays: a chain that looks there is put there. */
static void print_nft(FILE *to, const struct trusted_list *list)
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

/* A hash:net holds no /0, so it gets the halves. */
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

static void print_ipset_set(FILE *to, const struct trusted_list *list, const char *set,
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

static void print_ipset(FILE *to, const struct trusted_list *list)
{
	print_ipset_set(to, list, IPSET "4", "inet", AF_INET);
	print_ipset_set(to, list, IPSET "6", "inet6", AF_INET6);
}

static const struct {
	const char *name;
	void (*print)(FILE *to, const struct trusted_list *list);
} formats[] = {
	{ "plain", print_plain },
	{ "nft", print_nft },
	{ "ipset", print_ipset },
	{ "nginx", print_nginx },
};

#define FORMATS (sizeof(formats) / sizeof(*formats))

bool node_format_known(const char *format)
{
	for (size_t i = 0; i < FORMATS; i++)
		if (!strcmp(formats[i].name, format))
			return true;
	return false;
}

void node_format_print(FILE *to, const char *format, const struct trusted_list *list)
{
	for (size_t i = 0; i < FORMATS; i++)
		if (!strcmp(formats[i].name, format))
			formats[i].print(to, list);
}
