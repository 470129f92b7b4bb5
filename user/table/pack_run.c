// SPDX-License-Identifier: BSD-2-Clause
#include "table/pack_run.h"

#include <errno.h>
#include <stdlib.h>

static uint8_t bits_of(addr_bits first)
{
	uint64_t high = first >> 64, low = first;

	if (low)
		return 128 - __builtin_ctzll(low);
	return high ? 64 - __builtin_ctzll(high) : 0;
}

/* Leading bits that two addresses have in common; they differ. */
static uint8_t common_of(addr_bits a, addr_bits b)
{
	uint64_t high = (a ^ b) >> 64, low = a ^ b;

	return high ? __builtin_clzll(high) : 64 + __builtin_clzll(low);
}

static void add(struct pack_runs *runs, addr_bits first, uint32_t region)
{
	size_t n = runs->count;

	if (n && runs->run[n - 1].region == region)
		return;
	runs->run[n] = (struct pack_run){ first, region };
	runs->bits[n] = bits_of(first);
	runs->common[n] = n ? common_of(runs->run[n - 1].first, first) : 0;
	runs->count++;
}

int pack_run_list(const struct range_list *list, struct pack_runs *runs)
{
	size_t most = 2 * list->count + 1;
	addr_bits next = 0;

	runs->count = 0;
	runs->run = malloc(most * sizeof(*runs->run));
	runs->bits = malloc(most);
	runs->common = malloc(most);
	if (!runs->run || !runs->bits || !runs->common)
		return -ENOMEM;
	for (size_t i = 0; i < list->count; i++) {
		const struct range *range = &list->range[i];

		if (range->first != next)
			add(runs, next, 0);
		add(runs, range->first, range->entry & ECDN_XDP_REGION_ID);
		next = range->last + 1;
	}
	if (next || !list->count)
		add(runs, next, 0);
	return 0;
}

void pack_run_free(struct pack_runs *runs)
{
	free(runs->run);
	free(runs->bits);
	free(runs->common);
}

void pack_run_v4(struct ecdn_xdp_table_line *line, const struct pack_run *run, size_t count,
		 uint32_t form)
{
	int shift = 96 + !!(form & ECDN_XDP_ITEM_HALVED);

	line->half[0] = form;
	for (size_t i = 0; i < ECDN_XDP_RUNS_V4; i++) {
		if (i)
			line->half[i] = (i < count ? run[i].first >> shift : ~0U) & 0x7fff;
		line->half[16 + i] = run[i < count ? i : count - 1].region;
	}
}

void pack_run_v6(struct ecdn_xdp_table_line *line, const struct pack_run *run, size_t count,
		 int bits)
{
	line->half[0] = ECDN_XDP_ITEM_RUNS;
	for (size_t i = 0; i < ECDN_XDP_RUNS_V6; i++) {
		if (i < ECDN_XDP_RUNS_V6 - 1)
			line->word[6 + i] = i + 1 < count ?
					    (uint32_t)(run[i + 1].first << bits >> 96) - 1 : ~0U;
		line->half[1 + i] = run[i < count ? i : count - 1].region;
	}
}

void pack_run_wide(struct ecdn_xdp_table_line *line, const struct pack_run *run, size_t count,
		   int bits)
{
	line->half[0] = ECDN_XDP_ITEM_WIDE;
	for (size_t i = 0; i < ECDN_XDP_RUNS_WIDE; i++) {
		addr_bits begin = i < count ? run[i].first << bits : ~(addr_bits)0;

		if (i) {
			line->quad[2 * i] = begin >> 64;
			line->quad[2 * i + 1] = begin;
		}
		line->half[1 + i] = run[i < count ? i : count - 1].region;
	}
}
