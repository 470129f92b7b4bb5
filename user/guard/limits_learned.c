// SPDX-License-Identifier: BSD-2-Clause
#include "guard/limits_learned.h"

#include <errno.h>
#include <string.h>

#include <bpf/bpf.h>

#include "base/log.h"
#include "give_way.h"
#include "kernel/maps.h"

#define LEARNED "region_learned"

#define RATES (ECDN_XDP_OWN_PPS | ECDN_XDP_OWN_BPS | ECDN_XDP_OWN_CPS)

const uint32_t limits_learned_bits[ECDN_XDP_LEARNED_MEASURES] = {
	ECDN_XDP_OWN_PPS, ECDN_XDP_OWN_BPS, ECDN_XDP_OWN_CPS,
};

bool limits_learned_is_auto(const struct ecdn_xdp_limits *limits,
			    const struct ecdn_xdp_limits *defaults)
{
	return limits->own & ECDN_XDP_OWN_AUTO ||
	       (defaults->own & ECDN_XDP_OWN_AUTO && !(limits->own & RATES));
}

__u64 *limits_learned_rate(struct ecdn_xdp_limits *limits, unsigned int measure)
{
	return measure == 0 ? &limits->pps : measure == 1 ? &limits->bps : &limits->cps;
}

void limits_learned_to_own(struct ecdn_xdp_limits *limits, const struct ecdn_xdp_learned *learned)
{
	for (unsigned int i = 0; i < ECDN_XDP_LEARNED_MEASURES; i++)
		if (limits->own & ECDN_XDP_OWN_AUTO && limits->own & limits_learned_bits[i])
			*limits_learned_rate(limits, i) = learned->fixed[i];
}

void limits_learned_from_own(struct ecdn_xdp_learned *learned,
			     const struct ecdn_xdp_limits *limits)
{
	struct ecdn_xdp_limits copy = *limits;

	for (unsigned int i = 0; i < ECDN_XDP_LEARNED_MEASURES; i++)
		learned->fixed[i] = limits->own & limits_learned_bits[i] ?
				    *limits_learned_rate(&copy, i) : 0;
}

void limits_learned_resolve(struct ecdn_xdp_limits *limits, const struct ecdn_xdp_limits *defaults,
			    const struct ecdn_xdp_learned *learned)
{
	/* The row is gone, or of an earlier version. */
	if (!learned->until_ns)
		limits->learned_until_ns = 0;
	give_way_set(limits, defaults, learned, limits_learned_rates(limits, learned));
}

bool limits_learned_has(const struct ecdn_xdp_learned *learned)
{
	for (unsigned int i = 0; i < ECDN_XDP_LEARNED_MEASURES; i++)
		if (learned->learned[i])
			return true;
	return false;
}

const __u64 *limits_learned_rates(const struct ecdn_xdp_limits *limits,
				  const struct ecdn_xdp_learned *learned)
{
	return give_way_is_done(limits, learned) ? learned->busiest : learned->learned;
}

int limits_learned_read(int map, uint32_t region, const struct ecdn_xdp_limits *limits,
			struct limits_learned *learned)
{
	memset(learned, 0, sizeof(*learned));
	if (map >= 0 && !bpf_map_lookup_elem(map, &region, &learned->row)) {
		learned->has = true;
		return 0;
	}
	if (map >= 0 && errno != ENOENT)
		return log_error(-errno, "cannot read map " LEARNED ": %s", strerror(errno));
	if (limits->own & ECDN_XDP_OWN_AUTO)
		limits_learned_from_own(&learned->row, limits);
	return 0;
}

int limits_learned_write(int map, uint32_t region, const struct limits_learned *before,
			 const struct limits_learned *after)
{
	if (map < 0 || (before->has == after->has &&
			(!after->has || !memcmp(&before->row, &after->row, sizeof(after->row)))))
		return 0;
	return after->has ? maps_set(map, LEARNED, &region, &after->row) :
			    maps_delete(map, LEARNED, &region);
}
