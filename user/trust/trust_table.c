// SPDX-License-Identifier: BSD-2-Clause
#include "trust/trust_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "table/compile.h"
#include "table/lines.h"

#define LAST (~(addr_bits)0)
#define INDEX (ECDN_XDP_ENTRY_NODE | ECDN_XDP_ENTRY_NO_NODE)

_Static_assert(sizeof(struct ecdn_xdp_trusted_row) == sizeof(struct ecdn_xdp_table_line),
	       "a row fills one line");
_Static_assert(TRUSTED_LINES(TRUSTED_ALWAYS) < ECDN_XDP_TABLE_LINES_MAX,
	       "TRUSTED_ALWAYS prefixes fit, however they nest");

/* A prefix around the current address, and the leaf that it and the prefixes around it
 * give. */
struct nest {
	addr_bits last;
	uint32_t leaf;
};

/* Turns prefixes, in their order, into ranges: of the prefixes around an address the
 * innermost one is on top. */
struct sweep {
	struct range_list *ranges;
	struct nest nest[130];  /* one for each length, and one for the whole space */
	int top;
	addr_bits next;         /* first address that is in no range yet */
	bool done;              /* the last address is in a range: `next` means nothing */
};

static int emit(struct sweep *sweep, addr_bits last)
{
	if (sweep->done || last < sweep->next)
		return 0;
	if (range_list_add(sweep->ranges, sweep->next, last, sweep->nest[sweep->top].leaf))
		return -ENOMEM;
	sweep->next = last + 1;
	sweep->done = last == LAST;
	return 0;
}

/* Inside a node's prefix the node's index stays, as ping needs it. */
static uint32_t leaf_inside(uint32_t around, const struct ecdn_xdp_trusted_row *row)
{
	uint32_t allowed = row->allowed ? ECDN_XDP_ENTRY_ALLOWED : 0;
	bool own = trust_list_is_node(row) || (row->node && !ecdn_xdp_node(around));

	return (around & ECDN_XDP_ENTRY_ALLOWED) | allowed |
	       (own ? row->node : around & INDEX);
}

static int sweep_row(struct sweep *sweep, const struct ecdn_xdp_trusted_row *row)
{
	struct cidr cidr;
	int error = 0;

	trust_list_cidr(row, &cidr);
	while (!error && sweep->nest[sweep->top].last < cidr.addr.bits) {
		error = emit(sweep, sweep->nest[sweep->top].last);
		sweep->top--;
	}
	if (!error && cidr.addr.bits)
		error = emit(sweep, cidr.addr.bits - 1);
	sweep->nest[sweep->top + 1].last = cidr_last(&cidr);
	sweep->nest[sweep->top + 1].leaf = leaf_inside(sweep->nest[sweep->top].leaf, row);
	sweep->top++;
	return error;
}

/* Turns the rows of one family, from *row on, into ranges that cover all addresses. */
static int sweep_family(const struct trust_list *list, size_t *row, int family,
			struct range_list *ranges)
{
	struct sweep sweep = { .ranges = ranges, .nest = { { LAST, 0 } } };
	int error = 0;

	for (; !error && *row < list->count && list->row[*row].family == family; (*row)++)
		error = sweep_row(&sweep, &list->row[*row]);
	for (; !error && sweep.top >= 0; sweep.top--)
		error = emit(&sweep, sweep.nest[sweep.top].last);
	return error;
}

static int sweep_list(const struct trust_list *list, struct range_set *set)
{
	size_t row = 0;
	int error = sweep_family(list, &row, 4, &set->v4);

	return error ?: sweep_family(list, &row, 6, &set->v6);
}

static void fill_header(const struct trust_list *list, struct ecdn_xdp_trusted_header *header,
			uint32_t used)
{
	header->magic = ECDN_XDP_TABLE_MAGIC;
	header->lines = used + list->count;
	header->first_row = used;
	header->rows = list->count;
	for (size_t i = 0; i < list->count; i++) {
		header->allowed += list->row[i].allowed;
		header->nodes += trust_list_is_node(&list->row[i]);
	}
}

static int compile_set(const struct range_set *set, struct ecdn_xdp_table_line *lines,
		       uint32_t end, uint32_t *used)
{
	struct block_store store;
	int error = block_store_init(&store, lines, end);

	if (error)
		return error;
	error = compile_ranges(&store, &set->v4, ECDN_XDP_TABLE_ROOT_V4);
	error = error ?: compile_ranges(&store, &set->v6, ECDN_XDP_TABLE_ROOT_V6);
	*used = store.used;
	block_store_free(&store);
	return error;
}

int trust_table_compile(const struct trust_list *list, struct ecdn_xdp_table_line *lines,
			uint32_t capacity)
{
	struct range_set set = {};
	uint32_t used;
	int error;

	if (capacity < ECDN_XDP_TABLE_FIRST_FREE ||
	    list->count > capacity - ECDN_XDP_TABLE_FIRST_FREE)
		return -ENOSPC;
	error = sweep_list(list, &set);
	error = error ?: compile_set(&set, lines, capacity - list->count, &used);
	range_set_free(&set);
	if (error)
		return error;
	if (list->count)
		memcpy(&lines[used], list->row, list->count * sizeof(*list->row));
	fill_header(list, trust_table_header(lines), used);
	return 0;
}

struct ecdn_xdp_trusted_header *trust_table_header(struct ecdn_xdp_table_line *lines)
{
	return (struct ecdn_xdp_trusted_header *)&lines[ECDN_XDP_TABLE_HEADER];
}

uint32_t trust_table_lookup(const struct ecdn_xdp_table_line *lines, const struct address *address)
{
	uint32_t root = address->family == AF_INET ? ECDN_XDP_TABLE_ROOT_V4 :
						    ECDN_XDP_TABLE_ROOT_V6;
	union {
		uint8_t bytes[16];
		__u32 word_be[4];
	} addr;
	uint32_t entry;

	address_to_bytes(address, addr.bytes);
	entry = ecdn_xdp_first(lines, lines_at, root, addr.bytes[0], addr.bytes[1]);
	return ecdn_xdp_walk_trusted(lines, lines_at, entry, addr.word_be);
}

int trust_table_rows(const struct ecdn_xdp_table_line *lines, struct trust_list *list)
{
	const struct ecdn_xdp_trusted_header *header =
		trust_table_header((struct ecdn_xdp_table_line *)lines);
	const struct trust_list rows = {
		(struct ecdn_xdp_trusted_row *)&lines[header->first_row],
		header->rows
	};

	return trust_list_copy(&rows, list);
}
