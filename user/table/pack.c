// SPDX-License-Identifier: BSD-2-Clause
#include "table/pack.h"

#include <errno.h>
#include <stdlib.h>

#include "base/array.h"
#include "table/pack_list.h"

/* A fork that waits until its list is complete. */
struct fork {
	uint32_t line;
	struct pack_span span;
};

struct pack {
	struct pack_store *store;
	const struct pack_family *family;
	struct pack_runs runs;
	struct fork *fork;
	size_t forks;
};

int pack_take(struct pack_store *store, uint32_t count, uint32_t *first)
{
	if (count > store->end - store->used)
		return -ENOSPC;
	*first = store->used;
	store->used += count;
	return 0;
}

static struct pack_list list_of(const struct pack *pack, const struct pack_span *span, int bits)
{
	return (struct pack_list){
		pack->family, &pack->runs, span, bits, span->first, 0,
	};
}

/* An entry that leads to a list of so many bits, or to the one line of runs that is 0. */
static uint32_t entry_of(const struct pack *pack, int bits, uint32_t line)
{
	return ECDN_XDP_REGION_CHILD |
	       (uint32_t)(pack->family->shift - bits) << ECDN_XDP_REGION_SHIFT | line;
}

static void set_items(const struct pack *pack, const struct pack_list *list, uint32_t from,
		      uint32_t to, uint32_t value)
{
	for (uint32_t i = from; i < to; i++)
		pack->store->lines[list->line + (i >> 5)].half[i & 31] = value;
}

/* Makes items the id of a run. */
static void fill_items(const struct pack *pack, const struct pack_list *list, uint32_t from,
		       uint32_t to, size_t run)
{
	set_items(pack, list, from, to, pack->runs.run[run].region);
}

/* Fills the items of a piece, and those between that are ids after all. */
static void fill_piece(const struct pack *pack, const struct pack_list *list,
		       const struct pack_piece *piece, uint32_t line)
{
	uint32_t from = pack_list_item(list, piece->first + 1);
	size_t last;

	for (size_t n = piece->first + 1; n <= piece->last; n = last + 1) {
		uint32_t item = pack_list_item(list, n);

		last = pack_list_last(list, n);
		fill_items(pack, list, from, item, n - 1);
		from = item;
		if (last == n && pack_list_begins(list, n))
			continue;
		from++;
		set_items(pack, list, item, from,
			  piece->form | (line - list->line - (item >> 5)));
	}
	fill_items(pack, list, from, pack_list_item(list, piece->last) + 1, piece->last);
}

static void write_runs(const struct pack *pack, uint32_t form, const struct pack_span *span,
		       const struct pack_piece *piece, uint32_t line)
{
	const struct pack_run *run = &pack->runs.run[piece->first];
	struct ecdn_xdp_table_line *to = &pack->store->lines[line];
	size_t count = piece->last - piece->first + 1;

	if (form == ECDN_XDP_ITEM_WIDE)
		pack_run_wide(to, run, count, span->bits);
	else if (pack->family->fixed)
		pack_run_v4(to, run, count, form);
	else
		pack_run_v6(to, run, count, span->bits);
}

static int put_piece(struct pack *pack, const struct pack_list *list,
		     const struct pack_piece *piece)
{
	struct fork fork;
	int err = pack_take(pack->store, 1, &fork.line);

	if (err)
		return err;
	fill_piece(pack, list, piece, fork.line);
	if (piece->form == ECDN_XDP_ITEM_FORK) {
		fork.span = pack_list_span(list, piece);
		return array_append(pack->fork, pack->forks, &fork);
	}
	write_runs(pack, piece->form, list->span, piece, fork.line);
	return 0;
}

/* Fills a list's items, and stores the lines that they lead to. */
static int put_items(struct pack *pack, struct pack_list *list)
{
	size_t at = list->at, to;
	struct pack_piece piece;
	uint32_t from = 0;
	bool more;

	do {
		more = pack_list_next(list, &piece);
		to = more ? piece.first : list->span->last;
		/* Runs up to the piece begin with an item each. */
		for (; at < to; at++) {
			uint32_t next = pack_list_item(list, at + 1);

			fill_items(pack, list, from, next, at);
			from = next;
		}
		if (more) {
			int err = put_piece(pack, list, &piece);

			if (err)
				return err;
			fill_items(pack, list, from, pack_list_item(list, piece.first + 1), at);
			from = pack_list_item(list, piece.last) + 1;
			at = piece.last;
		}
	} while (more);
	fill_items(pack, list, from, 1U << list->bits, at);
	return 0;
}

static int put_fork(struct pack *pack, const struct fork *fork);

static int put_list(struct pack *pack, const struct pack_span *span, uint32_t *entry)
{
	struct pack_list list = list_of(pack, span, 0);
	size_t forks = pack->forks;
	int err;

	list.bits = pack_list_choose(&list);
	err = pack_take(pack->store, pack_list_lines(list.bits), &list.line);
	*entry = entry_of(pack, list.bits, list.line);
	err = err ?: put_items(pack, &list);
	for (size_t i = forks; !err && i < pack->forks; i++) {
		struct fork fork = pack->fork[i];

		err = put_fork(pack, &fork);
	}
	pack->forks = forks;
	return err;
}

/* Finds the entry for a span. */
static int put_span(struct pack *pack, const struct pack_span *span, uint32_t *entry)
{
	struct pack_list list = list_of(pack, span, 0);
	struct pack_piece piece = { 0, span->first, span->last };
	uint32_t line;
	int err;

	if (span->first == span->last) {
		*entry = pack->runs.run[span->first].region;
		return 0;
	}
	piece.form = pack_list_form(&list, span->first, span->last);
	if (piece.form == ECDN_XDP_ITEM_FORK)
		return put_list(pack, span, entry);
	err = pack_take(pack->store, 1, &line);
	if (err)
		return err;
	write_runs(pack, piece.form, span, &piece, line);
	*entry = entry_of(pack, 0, line);
	return 0;
}

/* Moves a span's first run to the one that its first address is in, and its last to the last
 * run that begins before `end`, 0 being behind all addresses. No run after `limit` counts. */
static void set_runs(const struct pack *pack, struct pack_span *span, addr_bits end, size_t limit)
{
	const struct pack_run *run = pack->runs.run;

	while (span->first < limit && run[span->first + 1].first <= span->base)
		span->first++;
	span->last = span->first;
	while (span->last < limit && (!end || run[span->last + 1].first < end))
		span->last++;
}

/* Fills the entries of a fork of IPv4, of which several may lead to one line. */
static int put_shared(struct pack *pack, const struct fork *fork)
{
	struct pack_list list = list_of(pack, &fork->span, PACK_FORK_BITS);
	__u32 *entry = pack->store->lines[fork->line].word;
	struct pack_span span = fork->span;
	struct pack_piece piece;
	uint32_t line;

	span.bits += PACK_FORK_BITS;
	for (uint32_t i = 0; i < 1U << PACK_FORK_BITS; i++) {
		span.base = fork->span.base | (addr_bits)i << (128 - span.bits);
		set_runs(pack, &span, 0, fork->span.last);
		entry[i] = pack->runs.run[span.first].region;
	}
	while (pack_list_next(&list, &piece)) {
		int err = pack_take(pack->store, 1, &line);

		if (err)
			return err;
		write_runs(pack, piece.form, &fork->span, &piece, line);
		for (uint32_t i = pack_list_item(&list, piece.first + 1);
		     i <= pack_list_item(&list, piece.last); i++)
			entry[i] = entry_of(pack, 0, line);
	}
	return 0;
}

static int put_fork(struct pack *pack, const struct fork *fork)
{
	struct pack_span span = fork->span;
	int err = 0;

	if (pack->family->fixed)
		return put_shared(pack, fork);
	span.bits += PACK_FORK_BITS;
	for (int i = 0; !err && i < 1 << PACK_FORK_BITS; i++) {
		addr_bits end;

		span.base = fork->span.base | (addr_bits)i << (128 - span.bits);
		end = span.base + ((addr_bits)1 << (128 - span.bits));
		set_runs(pack, &span, end, fork->span.last);
		err = put_span(pack, &span, &pack->store->lines[fork->line].word[i]);
	}
	return err;
}

static int put_roots(struct pack *pack)
{
	struct pack_span span = { .bits = 16 };
	int err = 0;

	for (uint32_t i = 0; !err && i < 1 << 16; i++) {
		__u32 *word = pack->store->lines[pack->family->root + (i >> 4)].word;

		span.base = (addr_bits)i << 112;
		set_runs(pack, &span, (addr_bits)(i + 1) << 112, pack->runs.count - 1);
		err = put_span(pack, &span, &word[i & 15]);
	}
	return err;
}

static int pack_ranges(struct pack_store *store, const struct range_list *list,
		       const struct pack_family *family)
{
	struct pack pack = { .store = store, .family = family };
	int err = pack_run_list(list, &pack.runs);

	err = err ?: put_roots(&pack);
	pack_run_free(&pack.runs);
	free(pack.fork);
	return err;
}

int pack_ranges_v4(struct pack_store *store, const struct range_list *list)
{
	return pack_ranges(store, list, &pack_list_v4);
}

int pack_ranges_v6(struct pack_store *store, const struct range_list *list)
{
	return pack_ranges(store, list, &pack_list_v6);
}
