// SPDX-License-Identifier: BSD-2-Clause
#include "trust/trust_list.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/scoped.h"

/* The index of a row that has not been given one yet. */
#define INDEX_NEW ECDN_XDP_ENTRY_NODE
_Static_assert(INDEX_NEW >= ECDN_XDP_TRUSTED_NODES_MAX, "no row has that index");

void trust_list_free(struct trust_list *list)
{
	free(list->row);
	memset(list, 0, sizeof(*list));
}

int trust_list_copy(const struct trust_list *list, struct trust_list *copy)
{
	copy->row = calloc(list->count + 1, sizeof(*copy->row));
	if (!copy->row)
		return -ENOMEM;
	if (list->count)
		memcpy(copy->row, list->row, list->count * sizeof(*copy->row));
	copy->count = list->count;
	return 0;
}

static void set_cidr(struct ecdn_xdp_trusted_row *row, const struct cidr *cidr)
{
	memset(row, 0, sizeof(*row));
	address_to_bytes(&cidr->addr, row->addr);
	row->family = cidr->addr.family == AF_INET ? 4 : 6;
	row->length = cidr->length;
}

void trust_list_cidr(const struct ecdn_xdp_trusted_row *row, struct cidr *cidr)
{
	address_from_bytes(&cidr->addr, row->family == 4 ? AF_INET : AF_INET6, row->addr);
	cidr->length = row->length;
}

static int compare(const void *left, const void *right)
{
	const struct ecdn_xdp_trusted_row *a = left, *b = right;
	int order = a->family - b->family;

	order = order ?: memcmp(a->addr, b->addr, sizeof(a->addr));
	return order ?: a->length - b->length;
}

bool trust_list_is_node(const struct ecdn_xdp_trusted_row *row)
{
	return ecdn_xdp_node(row->node);
}

uint32_t trust_list_index(const struct ecdn_xdp_trusted_row *row)
{
	uint32_t index = row->node & ECDN_XDP_ENTRY_NODE;

	return index < ECDN_XDP_TRUSTED_NODES_MAX ? index : 0;
}

struct ecdn_xdp_trusted_row *trust_list_find(const struct trust_list *list,
					  const struct cidr *cidr)
{
	struct ecdn_xdp_trusted_row key;

	set_cidr(&key, cidr);
	return list->count ? bsearch(&key, list->row, list->count, sizeof(key), compare) : NULL;
}

static bool contains(const struct ecdn_xdp_trusted_row *row,
		     const struct ecdn_xdp_trusted_row *other)
{
	struct cidr outer, inner;

	trust_list_cidr(row, &outer);
	trust_list_cidr(other, &inner);
	return row->family == other->family && cidr_last(&outer) >= inner.addr.bits;
}

/* By the order of rows, what is around one is before it, and around all that lie between. */
const struct ecdn_xdp_trusted_row **trust_list_around(const struct trust_list *list)
{
	const struct ecdn_xdp_trusted_row **around = calloc(list->count + 1, sizeof(*around));

	for (size_t i = 1; around && i < list->count; i++) {
		const struct ecdn_xdp_trusted_row *node = &list->row[i - 1];

		if (!trust_list_is_node(node))
			node = around[i - 1];
		while (node && !contains(node, &list->row[i]))
			node = around[node - list->row];
		around[i] = node;
	}
	return around;
}

/* Adds to *row what `more` has and *row lacks; a name that `more` has replaces that of
 * *row. */
static void merge_row(struct ecdn_xdp_trusted_row *row, const struct ecdn_xdp_trusted_row *more)
{
	row->allowed |= more->allowed;
	if (!trust_list_is_node(more))
		return;
	if (!trust_list_is_node(row)) {
		row->node = trust_list_index(row) ?: more->node;
		row->added_at = more->added_at;
	}
	if (more->name[0])
		memcpy(row->name, more->name, sizeof(row->name));
}

/* Merges two sorted lists; `more` may hold a prefix several times. out has room for both. */
static void merge_sorted(const struct trust_list *list,
			 const struct ecdn_xdp_trusted_row *more, size_t count,
			 struct trust_list *out)
{
	size_t row = 0, next = 0;

	while (row < list->count || next < count) {
		struct ecdn_xdp_trusted_row *to = &out->row[out->count++];

		if (next == count ||
		    (row < list->count && compare(&list->row[row], &more[next]) <= 0))
			*to = list->row[row++];
		else
			*to = more[next++];
		for (; next < count && !compare(to, &more[next]); next++)
			merge_row(to, &more[next]);
	}
}

/* Marks the indices that the rows of a list have. */
static void mark(bool *has, const struct trust_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		has[trust_list_index(&list->row[i])] = true;
}

/* The indices that a change may give to new rows. */
struct indices {
	bool *used;             /* by a row of the list, [ECDN_XDP_TRUSTED_NODES_MAX] */
	bool *known;            /* the same, or of the list before the change */
	uint32_t next_used, next_known; /* all below are marked */
};

/* Returns the lowest index from *at on that is not taken; 0 if there is none. */
static uint32_t free_index(const bool *taken, uint32_t *at)
{
	while (*at < ECDN_XDP_TRUSTED_NODES_MAX && taken[*at])
		++*at;
	return *at < ECDN_XDP_TRUSTED_NODES_MAX ? (*at)++ : 0;
}

static uint32_t next_index(struct indices *indices)
{
	uint32_t index = free_index(indices->known, &indices->next_known) ?:
			 free_index(indices->used, &indices->next_used);

	indices->used[index] = true;
	return index;
}

/* Nodes first: of an allowed prefix nothing but the ceiling needs an index. */
static int number_rows(struct trust_list *list, struct indices *indices)
{
	for (size_t i = 0; i < list->count; i++) {
		struct ecdn_xdp_trusted_row *row = &list->row[i];

		if (row->node != INDEX_NEW)
			continue;
		row->node = next_index(indices);
		if (!row->node)
			return -ENOSPC;
	}
	for (size_t i = 0; i < list->count; i++) {
		struct ecdn_xdp_trusted_row *row = &list->row[i];
		uint32_t index = trust_list_index(row);

		if (trust_list_is_node(row))
			continue;
		index = index ?: next_index(indices);
		row->node = index ? index | ECDN_XDP_ENTRY_NO_NODE : 0;
	}
	return 0;
}

/*
 * Gives new rows the lowest free indices, and allowed ones of a version that gave them none; an
 * index in use never changes. One whose prefix leaves by this change is given to another only if
 * no other index is left: its counters are removed after the list is in place, and a command
 * that is killed in between would leave them to the new prefix.
 */
static int number(struct trust_list *list, const struct trust_list *before)
{
	scoped_free bool *used = calloc(2 * ECDN_XDP_TRUSTED_NODES_MAX, sizeof(*used));
	struct indices indices = { .used = used, .next_used = 1, .next_known = 1 };

	if (!used)
		return -ENOMEM;
	indices.known = used + ECDN_XDP_TRUSTED_NODES_MAX;
	mark(indices.used, list);
	mark(indices.known, list);
	mark(indices.known, before);
	return number_rows(list, &indices);
}

static void sort(struct trust_list *list)
{
	if (list->count)
		qsort(list->row, list->count, sizeof(*list->row), compare);
}

/* Puts the rows of `more` on the list, and frees `more`. before: the list as it was when
 * the change began. */
static int merge(struct trust_list *list, struct trust_list *more,
		 const struct trust_list *before)
{
	struct trust_list out = {};
	int error;

	out.row = calloc(list->count + more->count + 1, sizeof(*out.row));
	if (!out.row) {
		trust_list_free(more);
		return -ENOMEM;
	}
	sort(more);
	merge_sorted(list, more->row, more->count, &out);
	trust_list_free(more);
	error = number(&out, before);
	if (error) {
		trust_list_free(&out);
		return error;
	}
	trust_list_free(list);
	*list = out;
	return 0;
}

int trust_list_allow(struct trust_list *list, const struct cidr *cidrs, size_t count,
		  uint64_t now)
{
	struct trust_list more = { calloc(count + 1, sizeof(*more.row)), count };

	if (!more.row)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		set_cidr(&more.row[i], &cidrs[i]);
		more.row[i].allowed = 1;
		more.row[i].added_at = now;
	}
	return merge(list, &more, list);
}

static int rows_of_nodes(const struct trust_node *nodes, size_t count, uint64_t now,
			 struct trust_list *rows)
{
	rows->row = calloc(count + 1, sizeof(*rows->row));
	if (!rows->row)
		return -ENOMEM;
	rows->count = count;
	for (size_t i = 0; i < count; i++) {
		set_cidr(&rows->row[i], &nodes[i].cidr);
		rows->row[i].node = INDEX_NEW;
		rows->row[i].added_at = now;
		memcpy(rows->row[i].name, nodes[i].name, sizeof(rows->row[i].name));
	}
	return 0;
}

int trust_list_add_nodes(struct trust_list *list, const struct trust_node *nodes, size_t count,
		      uint64_t now)
{
	struct trust_list more;
	int error = rows_of_nodes(nodes, count, now, &more);

	return error ?: merge(list, &more, list);
}

/* A prefix that stays, as it is allowed, keeps its index. */
static void forget_node(struct ecdn_xdp_trusted_row *row)
{
	row->node = trust_list_index(row) ? row->node | ECDN_XDP_ENTRY_NO_NODE : 0;
	memset(row->name, 0, sizeof(row->name));
}

/* Removes rows that are neither allowed nor a node. */
static void drop_idle(struct trust_list *list)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++)
		if (list->row[i].allowed || trust_list_is_node(&list->row[i]))
			list->row[kept++] = list->row[i];
	list->count = kept;
}

/* Keeps the nodes that are also in `staying`, without their names, and removes all others. */
static void keep_nodes(struct trust_list *list, const struct trust_list *staying)
{
	for (size_t i = 0; i < list->count; i++) {
		struct ecdn_xdp_trusted_row *row = &list->row[i];

		if (staying->count &&
		    bsearch(row, staying->row, staying->count, sizeof(*row), compare))
			memset(row->name, 0, sizeof(row->name));
		else
			forget_node(row);
	}
	drop_idle(list);
}

int trust_list_set_nodes(struct trust_list *list, const struct trust_node *nodes, size_t count,
		      uint64_t now)
{
	struct trust_list kept = {}, wanted = {};
	int error = trust_list_copy(list, &kept);

	error = error ?: rows_of_nodes(nodes, count, now, &wanted);
	if (!error) {
		sort(&wanted);
		keep_nodes(&kept, &wanted);
		error = merge(&kept, &wanted, list);
	}
	if (error) {
		trust_list_free(&kept);
		return error;
	}
	trust_list_free(list);
	*list = kept;
	return 0;
}

void trust_list_disallow(struct trust_list *list, const struct cidr *cidrs, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct ecdn_xdp_trusted_row *row = trust_list_find(list, &cidrs[i]);

		if (row)
			row->allowed = 0;
	}
	drop_idle(list);
}

void trust_list_remove_nodes(struct trust_list *list, const struct cidr *cidrs, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct ecdn_xdp_trusted_row *row = trust_list_find(list, &cidrs[i]);

		if (row)
			forget_node(row);
	}
	drop_idle(list);
}

bool trust_list_name_valid(const char *name, size_t length)
{
	if (!length || length >= ECDN_XDP_TRUSTED_NAME_SIZE)
		return false;
	for (size_t i = 0; i < length; i++)
		if (!isgraph((unsigned char)name[i]) || strchr("\"',#", name[i]))
			return false;
	return true;
}
