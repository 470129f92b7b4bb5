// SPDX-License-Identifier: BSD-2-Clause
/*
 * diagnose_513.c - 513: requests from a region are refused, as it surges or is blocked.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/when.h"
#include "base/words.h"
#include "diagnose/diagnose_rows.h"
#include "diagnose/saying.h"
#include "view/view_explain.h"
#include "view/view_prefixes.h"

#define PORT 443                /* by which an address is asked about */

#define PUBLISHED "Requests from one region surge, look like an attack and are blocked " \
		  "automatically."
#define REMEDY "If they are legitimate, the customer asks the platform for the limit to be " \
	       "cancelled, and its operator cancels it here."

/* "ALPHA", or "-- --" for the region of that name, which has to stand behind the options. */
static const char *word_of(const struct view_region *region)
{
	return region->id == ECDN_XDP_REGION_NONE ? "-- --" : region->name;
}

/* The region as a command takes it, with an option behind or before it. */
static void say_command(struct finding *finding, const struct view_region *region,
			const char *verb, const char *option)
{
	bool none = region->id == ECDN_XDP_REGION_NONE;

	FINDING_SAY(finding->command, "%s`ecdn-xdp %s%s %s%s`", *finding->command ? "; " : "",
		    verb, none ? option : "", word_of(region), none ? "" : option);
}

static void say_since(struct finding *finding, const struct diagnose_facts *facts,
		      const struct view_region *region)
{
	char room[SAYING_SIZE], text[WHEN_SIZE];

	if (region->since_ns)
		FINDING_SAY(finding->seen, " since %s",
			    saying_when(&facts->moment, region->since_ns, room));
	if (region->ends_ns)
		FINDING_SAY(finding->seen, " until %s%s",
			    when_text(facts->moment.epoch_ns + region->ends_ns, text),
			    region->state == ECDN_XDP_STATE_LIMITED ||
			    region->state == ECDN_XDP_STATE_SHIELDED ? " at the earliest" : "");
}

/* --- a surge */

static const char *unit_of(enum ecdn_xdp_measure measure)
{
	return measure == ECDN_XDP_MEASURE_CPS ? "connections/s" :
	       measure == ECDN_XDP_MEASURE_BPS ? "bits/s" : "packets/s";
}

/* Half more than the highest rate that the region has had; of what cannot be told, 0. */
static uint64_t higher_limit(const struct view_region *region)
{
	const struct view_load *surge = &region->surge;
	uint64_t peak = surge->measure == ECDN_XDP_MEASURE_CPS ? region->peak.cps :
			surge->measure == ECDN_XDP_MEASURE_BPS ? region->peak.bps :
								 region->peak.pps;

	/* Of what is proven no peak is kept, and what is claimed may have been forged. */
	if (surge->proven || peak < surge->rate)
		peak = surge->rate;
	if (peak < surge->limit)
		peak = surge->limit;
	return surge->measure ? peak + peak / 2 : 0;
}

static void say_limit(struct finding *finding, const struct view_region *region)
{
	uint64_t limit = higher_limit(region);
	char option[64], room[SAYING_SIZE];

	if (!limit)
		return;
	/* What is set beside a learned limit only caps it. */
	snprintf(option, sizeof(option), "%s --%s %s",
		 view_regions_is_learned(region, region->surge.measure) ? " --no-auto" : "",
		 view_explain_measure_name(region->surge.measure), saying_limit(limit, room));
	say_command(finding, region, "limit set", option);
	FINDING_SAY(finding->command, " raises the limit");
}

/* Of all that came since it was loaded, the /24 or /48 that most came from. */
static int say_heaviest(struct finding *finding, const struct diagnose_facts *facts,
			const struct view_region *region)
{
	struct view_prefixes prefixes;
	int err = view_prefixes_read(&prefixes, facts->pin_dir, region->name);
	char text[CIDR_TEXT_SIZE];

	for (size_t i = 0; i < prefixes.count && !err; i++) {
		const struct view_prefix *at = &prefixes.prefix[i];

		if (at->cidr.length != (at->cidr.addr.family == AF_INET ? 24 : 48))
			continue;
		FINDING_SAY(finding->seen, " Most came from %s: %lu packets.",
			    cidr_format(&at->cidr, text), at->packets);
		finding_word(finding, "prefix", text);
		break;
	}
	view_prefixes_free(&prefixes);
	/* A name that has just gone is no reason to say nothing of the others. */
	return err == -ENOENT ? 0 : err;
}

static void say_rate(struct finding *finding, const struct view_region *region)
{
	const struct view_load *surge = &region->surge;

	if (!surge->measure) {
		FINDING_SAY(finding->seen, "; its rates are below its limits by now");
		return;
	}
	FINDING_SAY(finding->seen, ": %lu %s of %lu, %s", surge->rate, unit_of(surge->measure),
		    surge->limit, surge->proven ? "proven" : "claimed");
	finding_word(finding, "measure", view_explain_measure_name(surge->measure));
	finding_number(finding, "rate", surge->rate);
	finding_number(finding, "limit", surge->limit);
}

static bool nobody_refused(const struct diagnose_facts *facts)
{
	return facts->status.config.monitor || facts->status.config.off ||
	       facts->status.config.unguarded;
}

static void say_nobody_refused(struct finding *finding, const struct diagnose_facts *facts)
{
	if (!nobody_refused(facts))
		return;
	finding->grade = FINDING_NOTE;
	FINDING_SAY(finding->seen, " But nobody is refused: %s.",
		    facts->status.config.off ? "all is off until `ecdn-xdp on`" :
		    facts->status.config.monitor ? "what would be dropped passes" :
		    "no interface has the guard");
}

static int of_limited(struct finding *finding, const struct diagnose_facts *facts,
		      const struct view_region *region)
{
	int err;

	finding->grade = FINDING_MANY;
	finding->cause = "surge";
	say_rate(finding, region);
	FINDING_SAY(finding->seen, ". %lu requests and connections got 513 since the load.",
		    view_regions_got_513(region));
	err = say_heaviest(finding, facts, region);
	FINDING_SAY(finding->published, PUBLISHED);
	FINDING_SAY(finding->remedy, REMEDY);
	say_command(finding, region, "exempt", " --for 2h");
	FINDING_SAY(finding->command, " cancels it");
	say_limit(finding, region);
	FINDING_SAY(finding->unknown, facts->status.unproven ?
		    "Whether they are real: the shield is off, so what is measured may be forged." :
		    "Whether it is an attack: a proven connection is real, and a bot can make one, "
		    "too.");
	say_nobody_refused(finding, facts);
	return err;
}

static void of_shielded(struct finding *finding, const struct view_region *region)
{
	finding->cause = "forged";
	say_rate(finding, region);
	FINDING_SAY(finding->seen, ". What surges may be forged: packets are dropped, and no "
		    "request is refused.");
}

/* --- what an operator has done */

static const struct view_layer *block_of(const struct diagnose_facts *facts,
					 const struct view_region *region)
{
	for (unsigned int i = 0; i < facts->blocks.count; i++)
		if (facts->blocks.at[i].id == region->id)
			return &facts->blocks.at[i];
	return NULL;
}

static void of_blocked(struct finding *finding, const struct diagnose_facts *facts,
		       const struct view_region *region)
{
	const struct view_layer *block = block_of(facts, region);

	finding->grade = FINDING_SOME;
	finding->cause = "blocked";
	FINDING_SAY(finding->seen, ", by %s%s%s.", !block ? "a command" : block->from_file ?
		    "the configuration file" : *block->user ? block->user : "a command",
		    block && *block->reason ? ": " : "", block ? block->reason : "");
	FINDING_SAY(finding->seen, " %lu requests and connections got 513 since the load.",
		    view_regions_got_513(region));
	say_nobody_refused(finding, facts);
	if (block && *block->user)
		finding_word(finding, "by", block->user);
	FINDING_SAY(finding->published, "No surge: an operator has blocked the region.");
	FINDING_SAY(finding->remedy, "If its users are to be served, its operator ends the block.");
	say_command(finding, region, "release", "");
	FINDING_SAY(finding->command, " ends it");
	say_command(finding, region, "exempt", " --for 2h");
	FINDING_SAY(finding->command, " lifts it for a time");
	if (!block || (!*block->user && !block->from_file))
		FINDING_SAY(finding->unknown, "Who has blocked it.");
}

static int add_region(const struct diagnose_facts *facts, const struct view_region *region,
		      struct findings *findings)
{
	struct finding *finding = findings_add(findings);

	if (!finding)
		return -ENOMEM;
	finding->row = "513";
	finding->count = view_regions_got_513(region);
	finding->cause = "not_here";
	FINDING_SAY(finding->object, "%s", region->name);
	FINDING_SAY(finding->seen, "is %s", view_regions_state_name(region->state));
	finding_word(finding, "state", view_regions_state_name(region->state));
	finding_number(finding, "got_513", view_regions_got_513(region));
	say_since(finding, facts, region);
	switch (region->state) {
	case ECDN_XDP_STATE_LIMITED:
		return of_limited(finding, facts, region);
	case ECDN_XDP_STATE_BLOCKED:
		of_blocked(finding, facts, region);
		return 0;
	case ECDN_XDP_STATE_SHIELDED:
		of_shielded(finding, region);
		break;
	}
	FINDING_SAY(finding->unknown, "Whether another node answers 513; this one does not.");
	return 0;
}

static int of_all(const struct diagnose_facts *facts, struct findings *findings)
{
	int err = 0;

	for (uint32_t i = 0; i < facts->regions.count && !err; i++) {
		const struct view_region *region = &facts->regions.region[i];

		if (region->state == ECDN_XDP_STATE_LIMITED ||
		    region->state == ECDN_XDP_STATE_BLOCKED ||
		    region->state == ECDN_XDP_STATE_SHIELDED)
			err = add_region(facts, region, findings);
	}
	return err;
}

/* --- an address */

static int add_trusted(const struct view_explain_part *part, const char *word,
		       struct findings *findings)
{
	struct finding *finding = findings_add(findings);
	char text[CIDR_TEXT_SIZE];
	struct cidr cidr;

	if (!finding)
		return -ENOMEM;
	trust_list_cidr(part->at.trusted, &cidr);
	finding->row = "513";
	finding->cause = "trusted";
	FINDING_SAY(finding->object, "%s", word);
	FINDING_SAY(finding->seen, "is in %s, %s: it gets no 513 here, whatever its region %s "
		    "does.", cidr_format(&cidr, text), trust_list_is_node(part->at.trusted) ?
		    "an intermediate node's prefix" : "which is allowed", part->at.table.region);
	FINDING_SAY(finding->unknown, "Whether another node answers 513; this one does not.");
	return 0;
}

static int of_address(const struct diagnose_facts *facts, const struct cidr *cidr,
		      const char *word, struct findings *findings)
{
	struct view_explain view;
	int err = view_explain_read(&view, facts->pin_dir, cidr, PORT, IPPROTO_TCP);
	const struct view_explain_part *part = &view.part[0];
	struct finding *finding;

	if (!err && part->at.trusted) {
		err = add_trusted(part, word, findings);
	} else if (!err) {
		err = add_region(facts, part->region, findings);
		finding = err ? NULL : &findings->at[findings->count - 1];
		if (finding) {
			finding_word(finding, "region", part->region->name);
			finding->object[0] = 0;
			FINDING_SAY(finding->object, "%s, region %s", word, part->region->name);
		}
	}
	view_explain_free(&view);
	return err;
}

int diagnose_513_find(const struct diagnose_facts *facts, const struct diagnose_asked *asked,
		      struct findings *findings)
{
	const struct view_region *region;
	struct cidr cidr;

	if (!asked->object)
		return of_all(facts, findings);
	if (!address_parse(asked->object, &cidr.addr)) {
		cidr.length = address_family_bits(cidr.addr.family);
		return of_address(facts, &cidr, asked->object, findings);
	}
	region = view_regions_find(&facts->regions, asked->object);
	return region ? add_region(facts, region, findings) : WORDS_WRONG;
}
