// SPDX-License-Identifier: BSD-2-Clause
#include "guard/limits.h"

#include <errno.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/log.h"
#include "guard/publish.h"
#include "kernel/abi2.h"

int limits_add(struct limits_changes *changes, const struct limits_change *change)
{
	if (array_append(changes->at, changes->count, change))
		return log_error(-ENOMEM, "out of memory");
	return 0;
}

static bool is_default(const struct limits_change *change)
{
	return !strcmp(change->region, LIMITS_DEFAULT);
}

static int region_of(const struct limits_change *change, const struct names *names)
{
	return names_find(names, change->region, strlen(change->region));
}

static int refuse(const struct limits_change *change, int err, const char *reason)
{
	if (!change->file)
		return log_error(err, "region \"%s\": %s", change->region, reason);
	log_at(change->file, change->line, "region \"%s\": %s", change->region, reason);
	return err;
}

int limits_check(const struct limits_changes *changes, const struct names *names)
{
	for (unsigned int i = 0; i < changes->count; i++) {
		const struct limits_change *change = &changes->at[i];

		if (change->what & LIMITS_EXEMPT && !change->exempt_for_ns)
			return refuse(change, -EINVAL, "an exemption must last longer than 0s");
		if (is_default(change) || region_of(change, names) >= 0)
			continue;
		return refuse(change, -ENOENT, NAMES_UNKNOWN);
	}
	return 0;
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
}

#define WHAT_LIMITS (LIMITS_PPS | LIMITS_BPS | LIMITS_CPS | LIMITS_PREFIX_PPS | \
		       LIMITS_ANSWER_CPS | LIMITS_HOLD)

static const struct ecdn_xdp_limits no_limits = {
	.prefix_pps = LIMITS_DEFAULT_PREFIX_PPS,
	.answer_cps = LIMITS_DEFAULT_ANSWER_CPS,
	.hold_ns = LIMITS_DEFAULT_HOLD_NS,
};

static void change_limits(struct ecdn_xdp_limits *limits, const struct limits_change *change,
			  const struct ecdn_xdp_limits *defaults)
{
	if (change->what & LIMITS_CLEAR) {
		set_limits(limits, defaults, WHAT_LIMITS);
		limits->own = 0;
	}
	if (change->what & WHAT_LIMITS) {
		set_limits(limits, &change->limits, change->what);
		limits->own |= change->what & WHAT_LIMITS;
	}
}

static void change_state(struct ecdn_xdp_limits *limits, const struct limits_change *change)
{
	if (change->what & (LIMITS_EXEMPT | LIMITS_BLOCK | LIMITS_RELEASE)) {
		limits->exempt_until_ns = 0;
		limits->blocked = 0;
	}
	if (change->what & LIMITS_EXEMPT)
		limits->exempt_until_ns = change->exempt_for_ns == LIMITS_FOREVER ?
			UINT64_MAX : clock_monotonic_ns() + change->exempt_for_ns;
	if (change->what & LIMITS_BLOCK)
		limits->blocked = 1;
	if (change->what & LIMITS_RELEASE)
		limits->released_ns = clock_monotonic_ns();
}

static int apply_to_region(const struct limits_change *change, const struct guard_maps *maps,
			   uint32_t region, const struct ecdn_xdp_limits *defaults, int publish)
{
	struct ecdn_xdp_limits limits;
	int err = guard_maps_limits(maps, region, &limits);

	if (err)
		return err;
	change_limits(&limits, change, defaults);
	change_state(&limits, change);
	return publish_limits(publish, region, &limits);
}

/* Regions without limits of their own get copies of the defaults, so that a packet reads
 * one place. */
static int spread_default(const struct guard_maps *maps, const struct ecdn_xdp_config *config,
			  int publish)
{
	int err = 0;

	for (uint32_t region = 0; region < config->max_regions && !err; region++) {
		struct ecdn_xdp_limits limits;

		err = guard_maps_limits(maps, region, &limits);
		if (err)
			break;
		set_limits(&limits, &config->default_limits, WHAT_LIMITS & ~limits.own);
		err = publish_limits(publish, region, &limits);
	}
	return err;
}

int limits_apply(const struct limits_changes *changes, const struct guard_maps *maps,
		 const struct names *names, struct ecdn_xdp_config *config, int publish)
{
	int err = 0;

	for (unsigned int i = 0; i < changes->count && !err; i++) {
		const struct limits_change *change = &changes->at[i];

		if (is_default(change)) {
			change_limits(&config->default_limits, change, &no_limits);
			err = spread_default(maps, config, publish);
		} else {
			err = apply_to_region(change, maps, region_of(change, names),
					      &config->default_limits, publish);
		}
	}
	return err;
}

/* Of the default all stays as it was, but an answer_cps that nobody had set: that was a figure of
 * the version's. */
void limits_carry(struct ecdn_xdp_limits *limits, const struct ecdn_xdp_limits *defaults)
{
	bool unset = !(limits->own & LIMITS_ANSWER_CPS) && limits->answer_cps == ABI2_ANSWER_CPS;

	if (defaults)
		set_limits(limits, defaults, WHAT_LIMITS & ~limits->own);
	else if (unset)
		set_limits(limits, &no_limits, LIMITS_ANSWER_CPS);
}

void limits_first_config(struct ecdn_xdp_config *config, uint32_t max_regions,
			 uint64_t hash_seed)
{
	config->monitor = 0;
	config->max_regions = max_regions;
	config->hash_seed = hash_seed;
	config->default_limits = no_limits;
}
