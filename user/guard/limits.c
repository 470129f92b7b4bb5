// SPDX-License-Identifier: BSD-2-Clause
#include "guard/limits.h"

#include <errno.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/quantity.h"
#include "guard/publish.h"
#include "kernel/abi2.h"
#include "kernel/journal.h"

/* How many times a prefix's limit the next wider one has, unless somebody sets it: of /40 or /20
 * for a /48 or /24, and of /32 for a /40. */
#define WIDER 4

#define GRACE_MAX_NS (3600 * 1000000000ULL)

int limits_add(struct limits_changes *changes, const struct limits_change *change)
{
	if (array_append(changes->at, changes->count, change))
		return log_error(-ENOMEM, "out of memory");
	return 0;
}

bool limits_is_default(const struct limits_change *change)
{
	return !strcmp(change->region, LIMITS_DEFAULT);
}

int limits_region(const struct limits_change *change, const struct names *names)
{
	return names_find(names, change->region, strlen(change->region));
}

/* Without a file the change stands on the command line, and what is wrong with it by itself, or
 * names no region, is a wrong word. */
static int refuse(const struct limits_change *change, int err, const char *reason)
{
	bool word = err == -EINVAL || err == -ENOENT;

	if (!change->file)
		return log_error(word ? WORDS_WRONG : err, "region \"%s\": %s", change->region,
				 reason);
	log_at(change->file, change->line, "region \"%s\": %s", change->region, reason);
	return err;
}

static int refuse_region(const struct limits_change *change, const struct names *names)
{
	struct words_guess guess = { .word = change->region };
	char text[NAMES_MISSING_SIZE];

	names_guess(names, &guess);
	return refuse(change, -ENOENT, names_missing(&guess, text));
}

int limits_check(const struct limits_changes *changes, const struct names *names)
{
	for (unsigned int i = 0; i < changes->count; i++) {
		const struct limits_change *change = &changes->at[i];

		if (change->what & (LIMITS_EXEMPT | LIMITS_BLOCK) && !change->span.for_ns &&
		    !change->span.until_ns)
			return refuse(change, -EINVAL, change->what & LIMITS_BLOCK ?
				      "a block must last longer than 0s" :
				      "an exemption must last longer than 0s");
		if (change->what & LIMITS_GRACE && change->limits.grace_ns > GRACE_MAX_NS)
			return refuse(change, -EINVAL, "grace can be 1h at the most");
		if (limits_is_default(change) || limits_region(change, names) >= 0)
			continue;
		return refuse_region(change, names);
	}
	return 0;
}

/* An earlier guard has no place for what is learned. */
static int check_auto(const struct limits_change *change, const struct guard_maps *maps)
{
	if (maps->region_learned >= 0 || !(change->what & LIMITS_AUTO) || !change->learns)
		return 0;
	return refuse(change, -EOPNOTSUPP, "the guard that is loaded is of a version that learns "
		      "no limits; `ecdn-xdp load` upgrades it in place");
}

/* An earlier guard knows one layer at a time, and no end of a block. */
static int check_layers(const struct limits_change *change, const struct guard_maps *maps,
			 const struct names *names)
{
	struct ecdn_xdp_limits limits;
	int err;

	if (maps->region_notes >= 0 || !(change->what & (LIMITS_EXEMPT | LIMITS_BLOCK)))
		return 0;
	if (change->what & LIMITS_BLOCK && change->span.for_ns != LAYERS_FOREVER)
		return refuse(change, -EOPNOTSUPP, "the guard that is loaded is of a version whose "
			      "blocks have no end; `ecdn-xdp load` upgrades it in place");
	err = guard_maps_limits(maps, limits_region(change, names), &limits);
	if (err)
		return err;
	if (change->what & LIMITS_EXEMPT ? !limits.blocked :
	    !layers_stands(&limits, ECDN_XDP_NOTE_EXEMPT, clock_monotonic_ns()))
		return 0;
	return refuse(change, -EOPNOTSUPP, "the guard that is loaded is of a version whose regions "
		      "are either blocked or exempt; `ecdn-xdp load` upgrades it in place, "
		      "`ecdn-xdp release` ends what holds now");
}

int limits_check_earlier(const struct limits_changes *changes, const struct guard_maps *maps,
			 const struct names *names)
{
	int err = 0;

	for (unsigned int i = 0; i < changes->count && !err; i++)
		err = check_auto(&changes->at[i], maps) ?:
		      check_layers(&changes->at[i], maps, names);
	return err;
}

/* Copies the values that a change names. */
static void set_limits(struct ecdn_xdp_limits *to, const struct ecdn_xdp_limits *from,
		       unsigned int what)
{
	if (what & LIMITS_PPS)
		to->pps = from->pps;
	if (what & LIMITS_BPS)
		to->bps = from->bps;
	if (what & LIMITS_CPS)
		to->cps = from->cps;
	if (what & LIMITS_PREFIX_PPS)
		to->prefix_pps = from->prefix_pps;
	if (what & LIMITS_ANSWER_CPS)
		to->answer_cps = from->answer_cps;
	if (what & LIMITS_HOLD)
		to->hold_ns = from->hold_ns;
	if (what & LIMITS_GRACE)
		to->grace_ns = from->grace_ns;
	if (what & LIMITS_SHIELD_CPS)
		to->shield_cps = from->shield_cps;
	if (what & LIMITS_AGGREGATE_PPS)
		memcpy(to->aggregate_pps, from->aggregate_pps, sizeof(to->aggregate_pps));
}

#define WHAT_LIMITS (LIMITS_PPS | LIMITS_BPS | LIMITS_CPS | LIMITS_PREFIX_PPS | \
		     LIMITS_ANSWER_CPS | LIMITS_HOLD | LIMITS_GRACE | LIMITS_SHIELD_CPS | \
		     LIMITS_AGGREGATE_PPS)

/* Those that follow from others are as they are without any limit. */
static const struct ecdn_xdp_limits no_limits = {
	.prefix_pps = LIMITS_DEFAULT_PREFIX_PPS,
	.answer_cps = LIMITS_DEFAULT_ANSWER_CPS,
	.hold_ns = LIMITS_DEFAULT_HOLD_NS,
	.grace_ns = LIMITS_DEFAULT_GRACE_NS,
	.shield_cps = LIMITS_DEFAULT_SHIELD_CPS,
	.aggregate_pps = { LIMITS_DEFAULT_PREFIX_PPS * WIDER,
			   LIMITS_DEFAULT_PREFIX_PPS * WIDER * WIDER },
};

void limits_follow_aggregate(__u64 pps[2])
{
	pps[1] = pps[0] * WIDER;
}

int limits_parse_aggregate(const char *text, __u64 pps[2])
{
	const char *comma = strchr(text, ',');
	char first[32];
	uint64_t read[2];
	size_t length = comma ? (size_t)(comma - text) : strlen(text);

	if (length >= sizeof(first))
		return -EINVAL;
	memcpy(first, text, length);
	first[length] = 0;
	if (quantity_parse_rate(first, &read[0]) ||
	    (comma && quantity_parse_rate(comma + 1, &read[1])))
		return -EINVAL;
	pps[0] = read[0];
	limits_follow_aggregate(pps);
	if (comma)
		pps[1] = read[1];
	return 0;
}

void limits_follow(struct ecdn_xdp_limits *limits, const struct ecdn_xdp_limits *defaults,
		   const struct ecdn_xdp_learned *learned)
{
	unsigned int set;

	defaults = defaults ?: &no_limits;
	set = limits->own | defaults->own;
	set_limits(limits, defaults, WHAT_LIMITS & ~limits->own);
	if (learned && limits_learned_is_auto(limits, defaults))
		limits_learned_resolve(limits, defaults, learned);
	else
		limits->learned_until_ns = 0;
	if (!(set & LIMITS_ANSWER_CPS))
		limits->answer_cps = give_way_answers(limits->cps);
	if (!(set & LIMITS_AGGREGATE_PPS)) {
		limits->aggregate_pps[0] = limits->prefix_pps * WIDER;
		limits_follow_aggregate(limits->aggregate_pps);
	}
}

static void change_own(struct ecdn_xdp_limits *limits, const struct limits_change *change)
{
	if (change->what & LIMITS_CLEAR)
		limits->own = 0;
	set_limits(limits, &change->limits, change->what);
	limits->own |= change->what & WHAT_LIMITS;
	if (change->what & LIMITS_AUTO)
		limits->own = change->learns ? limits->own | LIMITS_AUTO :
					       limits->own & ~LIMITS_AUTO;
}

/* What was learned of a region goes when nobody has it learned any more. */
static void follow_own(struct ecdn_xdp_limits *limits, struct limits_learned *learned,
		       const struct ecdn_xdp_limits *defaults)
{
	bool is_own = limits->own & LIMITS_AUTO;

	if (!limits_learned_is_auto(limits, defaults))
		*learned = (struct limits_learned){};
	else if (is_own)
		learned->has = true;
	limits_follow(limits, defaults, &learned->row);
}

void limits_change_values(struct ecdn_xdp_limits *limits, struct limits_learned *learned,
			  const struct limits_change *change,
			  const struct ecdn_xdp_limits *defaults)
{
	if (!learned) {
		change_own(limits, change);
		limits_follow(limits, NULL, NULL);
		return;
	}
	limits_learned_to_own(limits, &learned->row);
	change_own(limits, change);
	limits_learned_from_own(&learned->row, limits);
	if (change->what & LIMITS_AUTO && !learned->row.since_ns)
		learned->row.since_ns = clock_monotonic_ns();
	follow_own(limits, learned, defaults);
}

struct written {
	int publish;
	uint32_t region;
	struct ecdn_xdp_limits before;
};

static void put_back(void *saved, bool undo)
{
	const struct written *written = saved;

	if (undo)
		publish_limits(written->publish, written->region, &written->before);
}

int limits_write(int publish, uint32_t region, const struct ecdn_xdp_limits *limits,
		 const struct ecdn_xdp_limits *before)
{
	const struct written written = { publish, region, *before };
	int err = publish_limits(publish, region, limits);

	return err ?: journal_add(put_back, &written, sizeof(written));
}

static int spread_to(const struct guard_maps *maps, uint32_t region,
		     const struct ecdn_xdp_limits *defaults, int publish)
{
	struct limits_learned learned_before, learned;
	struct ecdn_xdp_limits before, limits;
	int err = guard_maps_limits(maps, region, &before);

	err = err ?: limits_learned_read(maps->region_learned, region, &before, &learned_before);
	if (err)
		return err;
	limits = before;
	learned = learned_before;
	follow_own(&limits, &learned, defaults);
	err = limits_learned_write(maps->region_learned, region, &learned_before, &learned);
	if (!err && memcmp(&limits, &before, sizeof(limits)))
		err = limits_write(publish, region, &limits, &before);
	return err;
}

/* Regions get copies of the default limits that are not their own, so that a packet reads one
 * place. Those that stay as they are are not written. */
int limits_spread(const struct guard_maps *maps, const struct ecdn_xdp_config *config, int publish)
{
	int err = 0;

	for (uint32_t region = 0; region < config->max_regions && !err; region++)
		err = spread_to(maps, region, &config->default_limits, publish);
	return err;
}

void limits_carry(struct ecdn_xdp_limits *defaults)
{
	if (defaults->prefix_pps != no_limits.prefix_pps)
		defaults->own |= LIMITS_PREFIX_PPS;
	if (defaults->answer_cps != ABI2_ANSWER_CPS)
		defaults->own |= LIMITS_ANSWER_CPS;
	if (defaults->hold_ns != no_limits.hold_ns)
		defaults->own |= LIMITS_HOLD;
	defaults->own |= (defaults->pps ? LIMITS_PPS : 0) | (defaults->bps ? LIMITS_BPS : 0) |
			 (defaults->cps ? LIMITS_CPS : 0);
	limits_follow(defaults, NULL, NULL);
}

void limits_tell_upgrade(void)
{
	log_warning("limits: answer_cps now follows cps, as %d times it, where nobody has set it; "
		    "grace, shield_cps and aggregate_pps are new: `ecdn-xdp limit` prints all",
		    GIVE_WAY_ANSWERS_PER_CPS);
}

/* No version that knows shield_cps leaves it 0 where nobody has set it. */
static bool is_earlier(const struct ecdn_xdp_limits *defaults)
{
	return !defaults->shield_cps && !(defaults->own & LIMITS_SHIELD_CPS);
}

int limits_upgrade(const struct guard_maps *maps, struct ecdn_xdp_config *config, int publish)
{
	if (is_earlier(&config->default_limits))
		limits_carry(&config->default_limits);
	return limits_spread(maps, config, publish);
}

void limits_first_config(struct ecdn_xdp_config *config, uint32_t max_regions,
			 uint64_t hash_seed)
{
	config->monitor = 0;
	config->max_regions = max_regions;
	config->hash_seed = hash_seed;
	config->default_limits = no_limits;
}
