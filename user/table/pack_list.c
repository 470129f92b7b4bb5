// SPDX-License-Identifier: BSD-2-Clause
#include "table/pack_list.h"

/* A list of an address's last 8 bits has ids alone. */
#define LAST_BITS 8

/* What a list costs is counted in sixteenths of a line. */
#define COST_LINE 16

const struct pack_family pack_list_v4 = {
	ECDN_XDP_TABLE_ROOT_V4, ECDN_XDP_RUNS_V4, 16, true, 16, 5, 9, 4,
};

/* With more than 11 bits an item could not reach all that its list leads to. */
const struct pack_family pack_list_v6 = {
	ECDN_XDP_TABLE_ROOT_V6, ECDN_XDP_RUNS_V6, 32, false, 63, 4, 11, 5,
};

/* Bits of an address that are known where an item of the list is. */
static int known_bits(const struct pack_list *list)
{
	return list->span->bits + list->bits;
}

uint32_t pack_list_item(const struct pack_list *list, size_t n)
{
	addr_bits first = list->runs->run[n].first;

	/* Nearly always; numbers of 128 bits are slow. */
	if (known_bits(list) <= 64)
		return (uint64_t)(first >> 64) << list->span->bits >> (64 - list->bits);
	return (uint32_t)(first >> (128 - known_bits(list))) & ((1U << list->bits) - 1);
}

bool pack_list_begins(const struct pack_list *list, size_t n)
{
	return list->runs->bits[n] <= known_bits(list);
}

size_t pack_list_last(const struct pack_list *list, size_t n)
{
	int bits = known_bits(list);

	while (n < list->span->last && list->runs->common[n + 1] >= bits)
		n++;
	return n;
}

/* Whether 15 bits do not tell the addresses apart that lead to a line of IPv4 runs: then it has
 * to be halved. Items stay in one half of a root's addresses. */
static uint32_t is_halved(const struct pack_list *list, size_t first, size_t last)
{
	const struct pack_run *run = list->runs->run;
	bool both = list->bits == 0 ||
		    (run[first + 1].first ^ run[last].first) >> 111 & 1;

	return list->family->fixed && list->span->bits == 16 && both ? ECDN_XDP_ITEM_HALVED : 0;
}

/* Whether all runs from n to last begin where a line of this form can tell. */
static bool are_told(const struct pack_list *list, uint32_t form, size_t n, size_t last)
{
	int told = list->family->fixed ? 32 - !!(form & ECDN_XDP_ITEM_HALVED) :
					 list->span->bits + list->family->window;

	for (; n <= last; n++)
		if (list->runs->bits[n] > told)
			return false;
	return true;
}

uint32_t pack_list_form(const struct pack_list *list, size_t first, size_t last)
{
	uint32_t runs = ECDN_XDP_ITEM_RUNS | is_halved(list, first, last);

	if (last - first < list->family->runs && are_told(list, runs, first + 1, last))
		return runs;
	if (!list->family->fixed && last - first < ECDN_XDP_RUNS_WIDE)
		return ECDN_XDP_ITEM_WIDE;
	return ECDN_XDP_ITEM_FORK;
}

/* Lets following items share a line of runs, as long as it holds theirs too. */
static void extend_piece(const struct pack_list *list, struct pack_piece *piece)
{
	while (piece->last < list->span->last) {
		size_t last = pack_list_last(list, piece->last + 1);
		uint32_t form = ECDN_XDP_ITEM_RUNS | is_halved(list, piece->first, last);
		/* What was told still is, unless the line becomes a halved one. */
		size_t next = form == piece->form ? piece->last + 1 : piece->first + 1;

		if (last - piece->first >= list->family->runs || !are_told(list, form, next, last))
			break;
		piece->form = form;
		piece->last = last;
	}
}

bool pack_list_next(struct pack_list *list, struct pack_piece *piece)
{
	while (list->at < list->span->last) {
		size_t next = list->at + 1;

		piece->first = pack_list_begins(list, next) ? next : list->at;
		piece->last = list->at = pack_list_last(list, next);
		if (piece->first == piece->last)
			continue;
		piece->form = pack_list_form(list, piece->first, piece->last);
		if ((piece->form & ECDN_XDP_ITEM_FORK) == ECDN_XDP_ITEM_RUNS)
			extend_piece(list, piece);
		list->at = piece->last;
		return true;
	}
	return false;
}

struct pack_span pack_list_span(const struct pack_list *list, const struct pack_piece *piece)
{
	addr_bits inside = list->runs->run[piece->last].first;
	int shift = 128 - known_bits(list);

	return (struct pack_span){
		piece->first, piece->last, inside >> shift << shift, known_bits(list),
	};
}

uint32_t pack_list_lines(int bits)
{
	/* NOLINTNEXTLINE(clang-analyzer-core.*): bits are 16 at most. */
	return bits > 5 ? 1U << (bits - 5) : 1;
}

/* Counts the lines of runs of an IPv4 fork; UINT64_MAX if some of it needs another fork. */
static uint64_t cost_of_fork(const struct pack_list *list, const struct pack_piece *piece)
{
	struct pack_span span = pack_list_span(list, piece);
	struct pack_list fork = *list;
	struct pack_piece inner;
	uint64_t cost = 0;

	fork.span = &span;
	fork.bits = PACK_FORK_BITS;
	fork.at = span.first;
	while (pack_list_next(&fork, &inner)) {
		if (inner.form == ECDN_XDP_ITEM_FORK)
			return UINT64_MAX;
		cost += COST_LINE;
	}
	return cost;
}

/* What a list of so many bits costs, or UINT64_MAX if there can be none or it is more than
 * `most`. */
static uint64_t cost_of(const struct pack_list *like, int bits, uint64_t most)
{
	uint64_t cost = pack_list_lines(bits) * COST_LINE, inner;
	struct pack_list list = *like;
	struct pack_piece piece;

	list.bits = bits;
	while (cost <= most && pack_list_next(&list, &piece)) {
		cost += COST_LINE;
		if (piece.form != ECDN_XDP_ITEM_FORK)
			continue;
		inner = list.family->fixed ? cost_of_fork(&list, &piece) : 0;
		if (inner == UINT64_MAX)
			return UINT64_MAX;
		cost += inner + (piece.last - piece.first) * list.family->cost_deep;
	}
	return cost <= most ? cost : UINT64_MAX;
}

int pack_list_choose(const struct pack_list *list)
{
	const struct pack_span *span = list->span;
	int most = list->family->most, chosen = 0;
	uint64_t best = UINT64_MAX - 1;

	if (span->bits >= 128 - LAST_BITS)
		return 128 - span->bits;
	/* A crowded IPv4 root is best served with an id for each address. */
	if (list->family->fixed) {
		chosen = 16;
		best = (uint64_t)pack_list_lines(chosen) * COST_LINE;
	}
	if (most > 128 - PACK_FORK_BITS - span->bits)
		most = 128 - PACK_FORK_BITS - span->bits;
	/* More items than eight times the runs are a waste. */
	while (most > list->family->least && (span->last - span->first) * 8 < 1U << most)
		most--;
	for (int bits = most; bits >= list->family->least; bits--) {
		uint64_t cost = cost_of(list, bits, best);

		if (cost <= best) {
			best = cost;
			chosen = bits;
		}
	}
	return chosen;
}
