// SPDX-License-Identifier: BSD-2-Clause
#include "show/explain_remedies.h"

#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

__attribute__((format(printf, 2, 3)))
static void add(struct explain_remedies *to, const char *format, ...)
{
	va_list args;

	if (to->count == EXPLAIN_REMEDIES_MAX)
		return;
	va_start(args, format);
	vsnprintf(to->command[to->count++], sizeof(to->command[0]), format, args);
	va_end(args);
}

/* A verb, its region and an option. "--" ends the options, so the region of that name comes behind
 * it. */
static void add_region(const struct view_explain_part *part, struct explain_remedies *to,
		       const char *verb, const char *option)
{
	const char *gap = *option ? " " : "";

	if (part->at.table.id == ECDN_XDP_REGION_NONE)
		add(to, "ecdn-xdp %s%s%s -- --", verb, gap, option);
	else
		add(to, "ecdn-xdp %s %s%s%s", verb, part->at.table.region, gap, option);
}

/* The longest prefix that begins with the part's first address and ends inside it. */
static void add_allow(const struct view_explain_part *part, struct explain_remedies *to)
{
	struct cidr cidr = { part->at.first, address_family_bits(part->at.first.family) };
	addr_bits last = part->at.last.bits | cidr_host_mask(cidr.length);
	char text[CIDR_TEXT_SIZE];

	while (cidr.length) {
		struct cidr wider = { cidr.addr, cidr.length - 1 };

		if (cidr.addr.bits & cidr_host_mask(wider.length) ||
		    cidr_last(&wider) > last)
			break;
		cidr = wider;
	}
	if (cidr.length == address_family_bits(cidr.addr.family))
		address_format(&cidr.addr, text);
	else
		cidr_format(&cidr, text);
	add(to, "ecdn-xdp allow add %s", text);
}

/* Twice what came, or twice the limit where less comes by now. */
static void add_limit(const struct view_explain_part *part, struct explain_remedies *to)
{
	const struct view_load *why = &part->region->surge;
	char option[64];

	if (!why->measure)
		return;
	/* What is set beside a learned limit only caps it. */
	snprintf(option, sizeof(option), "%s--%s %lu",
		 view_regions_is_learned(part->region, why->measure) ? "--no-auto " : "",
		 view_explain_measure_name(why->measure),
		 2 * (why->rate > why->limit ? why->rate : why->limit));
	add_region(part, to, "limit set", option);
}

static void of_trusted(const struct view_explain_part *part, struct explain_remedies *to)
{
	char text[CIDR_TEXT_SIZE];
	struct cidr cidr;

	trust_list_cidr(part->at.trusted, &cidr);
	cidr_format(&cidr, text);
	if (part->fate[VIEW_EXPLAIN_NEW].reason >= 0)
		add(to, "ecdn-xdp %s add %s --pps %lu --cps %lu",
		    trust_list_is_node(part->at.trusted) ? "node" : "allow", text,
		    2 * part->rate.ceiling_pps, 2 * part->rate.ceiling_cps);
	else
		add(to, "ecdn-xdp %s del %s",
		    trust_list_is_node(part->at.trusted) ? "node" : "allow", text);
}

void explain_remedies_find(const struct view_explain *view, const struct view_explain_part *part,
			   struct explain_remedies *to)
{
	memset(to, 0, sizeof(*to));
	if (view->status.config.off)
		add(to, "ecdn-xdp on");
	if (part->at.trusted) {
		of_trusted(part, to);
		return;
	}
	if (!view->covered) {
		add(to, "ecdn-xdp load --protect %u/%s IFACE", view->port,
		    view->protocol == IPPROTO_UDP ? "udp" : "tcp");
		return;
	}
	switch (part->region->state) {
	case ECDN_XDP_STATE_LIMITED:
	case ECDN_XDP_STATE_SHIELDED:
	case ECDN_XDP_STATE_BLOCKED:
		add_region(part, to, "exempt", "--for 1h");
		add_allow(part, to);
		add_region(part, to, "release", "");
		add_limit(part, to);
		return;
	case ECDN_XDP_STATE_EXEMPT:
		add_region(part, to, "release", "");
		return;
	default:
		add_region(part, to, "block", "");
	}
}
